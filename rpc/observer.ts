/** How a node is asked what it is and does (relevo.v1.Observer). */
import { Metadata, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import type { TlsIdentity } from '#tls';
import {
  ObserverClient,
  type InflictRequest,
  type ListFilesResponse,
  type NodeReport,
  type ReadFileRequest,
  type ReadFileResponse,
} from './generated/relevo/v1/observe.js';
import { CHANNEL_OPTIONS } from './transport/channel.js';
import { dialSecurity } from './transport/security.js';

const ASK_MS_MAX = 5_000;

/** A connection to one node; to be closed. Rejects with errors that say what the node said. */
export class NodeObserver {
  readonly #client: ObserverClient;

  /** `identity` null: a plain connection. */
  constructor(address: string, identity: TlsIdentity | null) {
    const { credentials, options } = dialSecurity(identity, address);
    this.#client = new ObserverClient(address, credentials, { ...CHANNEL_OPTIONS, ...options });
  }

  observe(): ClientReadableStream<NodeReport> {
    return this.#client.observe({ logCells: 0 });
  }

  listFiles(): Promise<ListFilesResponse> {
    return answered((done) => this.#client.listFiles({}, new Metadata(), deadline(), done));
  }

  readFile(request: ReadFileRequest): Promise<ReadFileResponse> {
    return answered((done) => this.#client.readFile(request, new Metadata(), deadline(), done));
  }

  /** The faults that are active then, in words. */
  async inflict(fault: InflictRequest['fault'], lastsMs = 0): Promise<readonly string[]> {
    const request = { fault, lastsMs };
    const { faults } = await answered<{ readonly faults: readonly string[] }>((done) =>
      this.#client.inflict(request, new Metadata(), deadline(), done),
    );
    return faults;
  }

  close(): void {
    this.#client.close();
  }
}

type Done<Answer> = (error: ServiceError | null, answer: Answer) => void;

function answered<Answer>(ask: (done: Done<Answer>) => unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    ask((error, answer) => {
      if (error === null) resolve(answer);
      else reject(new Error(error.details));
    });
  });
}

function deadline(): { readonly deadline: number } {
  return { deadline: Date.now() + ASK_MS_MAX };
}
