/** What a proxy or node knows of the cluster, and a hand-over, over gRPC; tries the endpoints in turn. */
import { Metadata, status, type CallOptions, type ServiceError } from '@grpc/grpc-js';
import { identityFiles, TlsIdentity } from '#tls';
import { adminClient } from '#rpc/admin';
import { OUTCOME_TRAILER } from '#rpc/errors';
import type {
  AdminClient,
  ClusterResponse,
  TransferLeadershipResponse,
} from '#rpc/generated/relevo/v1/admin';
import { NodeRole, type NodeState } from '#rpc/generated/relevo/v1/session';
import { shownWords } from './escapes.js';

/** Nobody answered; `cause` is the last endpoint's error. */
export class StatusUnavailable extends Error {
  override readonly name = 'StatusUnavailable';
}

/** The leader kept the leadership, and leads on; or nobody is heard to lead. The message says why. */
export class NotHandedOver extends Error {
  override readonly name = 'NotHandedOver';
}

type Ask<Response> = (
  client: AdminClient,
  options: CallOptions,
  done: (error: ServiceError | null, response: Response) => void,
) => unknown;

export class ClusterStatus {
  readonly #identity: TlsIdentity | null;
  readonly #clients: readonly AdminClient[];
  /** The endpoint that answered last is asked first. */
  #preferred = 0;

  /** Throws a TlsProblem if the folder's files are not right; null: plain connections. */
  constructor(endpoints: readonly string[], tlsDirectory: string | null = null) {
    this.#identity =
      tlsDirectory === null
        ? null
        : new TlsIdentity(identityFiles(tlsDirectory, 'client'), {
            renewed: () => undefined,
            failed: () => undefined,
          });
    this.#clients = endpoints.map((endpoint) => adminClient(endpoint, this.#identity));
  }

  /** Takes at most `timeoutMs` an endpoint. Its texts are fit for a terminal, whoever sent them. */
  async read(timeoutMs: number): Promise<ClusterResponse> {
    const response = await this.#inTurn<ClusterResponse>(timeoutMs, (client, options, done) =>
      client.cluster({}, new Metadata(), options, done),
    );
    return plainly(response);
  }

  /** `to` is a node's id, 0 for whichever the leader chooses. Rejects with `NotHandedOver` as well. */
  transfer(to: number, timeoutMs: number): Promise<TransferLeadershipResponse> {
    return this.#inTurn(timeoutMs, (client, options, done) =>
      client.transferLeadership({ to }, new Metadata(), options, done),
    );
  }

  close(): void {
    for (const client of this.#clients) client.close();
    this.#identity?.close();
  }

  async #inTurn<Response>(timeoutMs: number, ask: Ask<Response>): Promise<Response> {
    let last: unknown = 'no endpoint is given';
    for (let tried = 0; tried < this.#clients.length; tried += 1) {
      const position = (this.#preferred + tried) % this.#clients.length;
      try {
        const response = await this.#ask(position, timeoutMs, ask);
        this.#preferred = position;
        return response;
      } catch (error) {
        // An answer, if not the one that was hoped for: another endpoint has no other.
        if (isFinal(error)) throw new NotHandedOver(describe(error), { cause: error });
        last = error;
      }
    }
    throw new StatusUnavailable(describe(last), { cause: last });
  }

  #ask<Response>(position: number, timeoutMs: number, ask: Ask<Response>): Promise<Response> {
    return new Promise((resolve, reject) => {
      const client = this.#clients[position];
      if (client === undefined) throw new RangeError(`there is no endpoint ${String(position)}`);
      const options = { deadline: Date.now() + timeoutMs };
      ask(client, options, (error, response) => {
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

function plainly({ nodes, clusterId, servedBy, ...counts }: ClusterResponse): ClusterResponse {
  return {
    ...counts,
    clusterId: shownWords(clusterId),
    servedBy: shownWords(servedBy),
    nodes: nodes.map((node) => ({
      ...node,
      address: shownWords(node.address),
      state: node.state && {
        ...node.state,
        name: shownWords(node.state.name),
        address: shownWords(node.state.address),
        dataDirectory: shownWords(node.state.dataDirectory),
        incarnation: shownWords(node.state.incarnation),
        release: shownWords(node.state.release),
      },
    })),
  };
}

function isFinal(error: unknown): boolean {
  const [outcome] = (error as Partial<ServiceError>).metadata?.get(OUTCOME_TRAILER) ?? [];
  return outcome !== undefined && outcome !== 'not-done';
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, details } = error as Partial<ServiceError>;
  if (code === status.UNIMPLEMENTED) {
    return 'what answers there is older than this command; ask another (--endpoints HOST:PORT, --node PORT)';
  }
  return details ?? error.message;
}
