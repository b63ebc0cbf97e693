/** What a proxy knows of the nodes, asked over gRPC; tries the endpoints in turn. */
import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { AdminClient, type ClusterResponse } from '#rpc/generated/relevo/v1/admin';
import { NodeRole, type NodeState } from '#rpc/generated/relevo/v1/session';

/** Nobody answered; `cause` is the last endpoint's error. */
export class StatusUnavailable extends Error {
  override readonly name = 'StatusUnavailable';
}

export class ClusterStatus {
  readonly #clients: readonly AdminClient[];
  /** The endpoint that answered last is asked first. */
  #preferred = 0;

  constructor(endpoints: readonly string[]) {
    this.#clients = endpoints.map(
      (endpoint) =>
        new AdminClient(endpoint, credentials.createInsecure(), {
          'grpc.initial_reconnect_backoff_ms': 50,
          'grpc.max_reconnect_backoff_ms': 500,
        }),
    );
  }

  /** Takes at most `timeoutMs` an endpoint. */
  async read(timeoutMs: number): Promise<ClusterResponse> {
    let last: unknown = 'no endpoint is given';
    for (let tried = 0; tried < this.#clients.length; tried += 1) {
      const position = (this.#preferred + tried) % this.#clients.length;
      try {
        const response = await this.#ask(position, timeoutMs);
        this.#preferred = position;
        return response;
      } catch (error) {
        last = error;
      }
    }
    throw new StatusUnavailable(describe(last), { cause: last });
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #ask(position: number, timeoutMs: number): Promise<ClusterResponse> {
    return new Promise((resolve, reject) => {
      const client = this.#clients[position];
      if (client === undefined) throw new RangeError(`there is no endpoint ${String(position)}`);
      const options = { deadline: Date.now() + timeoutMs };
      client.cluster({}, new Metadata(), options, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
  }
}

/** The leader of the highest term, by what the nodes say of themselves; null if there is none. */
export function leaderOf(response: ClusterResponse): NodeState | null {
  let leader: NodeState | null = null;
  for (const { state, connected } of response.nodes) {
    if (!connected || state?.role !== NodeRole.NODE_ROLE_LEADER) continue;
    if (leader === null || state.term > leader.term) leader = state;
  }
  return leader;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, details } = error as Partial<ServiceError>;
  if (code === status.UNIMPLEMENTED) {
    return 'what answers there does not serve the cluster view; ask a proxy (--endpoints HOST:PORT)';
  }
  return details ?? error.message;
}
