/** Calls of etcd's v3 API over one connection to one member. */
import { credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { join } from 'node:path';
import { REPOSITORY } from '../arena/repository.js';

const PROTO = join(REPOSITORY, 'tests', 'nemesis', 'etcd', 'rpc.proto');

export interface Header {
  readonly member_id: string;
  readonly revision: string;
}

export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly version: string;
  readonly mod_revision: string;
}

export interface RangeAnswer {
  readonly header: Header;
  readonly kvs: readonly KeyValue[];
}

export interface Put {
  readonly key: Buffer;
  readonly value: Buffer;
}

export type Compare =
  | { readonly key: Buffer; readonly target: 'VERSION'; readonly version: number }
  | { readonly key: Buffer; readonly target: 'VALUE'; readonly value: Buffer };

export interface Requests {
  Range: { readonly key: Buffer; readonly range_end?: Buffer; readonly serializable: boolean };
  Put: Put;
  DeleteRange: { readonly key: Buffer };
  Txn: {
    readonly compare: readonly Compare[];
    readonly success: readonly { readonly request_put: Put }[];
    readonly failure: readonly { readonly request_range: { readonly key: Buffer } }[];
  };
  Status: Readonly<Record<string, never>>;
}

export interface Answers {
  Range: RangeAnswer;
  Put: { readonly header: Header };
  DeleteRange: { readonly header: Header; readonly deleted: string };
  Txn: {
    readonly header: Header;
    readonly succeeded: boolean;
    readonly responses: readonly { readonly response_range?: RangeAnswer }[];
  };
  Status: { readonly header: Header; readonly leader: string; readonly raftTerm: string };
}

type Done = (error: ServiceError | null, answer: unknown) => void;
type Method = (request: unknown, options: { readonly deadline: number }, done: Done) => void;
type Client = Readonly<Record<string, Method>> & { close(): void };
type ClientClass = new (
  address: string,
  with_: ReturnType<typeof credentials.createInsecure>,
  options: object,
) => Client;

const OPTIONS = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500 };

export class EtcdRpc {
  readonly #kv: Client;
  readonly #maintenance: Client;

  constructor(address: string) {
    const loaded = loadSync(PROTO, {
      keepCase: true,
      longs: String,
      enums: String,
      defaults: true,
      oneofs: true,
    });
    const { etcdserverpb } = loadPackageDefinition(loaded) as unknown as {
      readonly etcdserverpb: { readonly KV: ClientClass; readonly Maintenance: ClientClass };
    };
    this.#kv = new etcdserverpb.KV(address, credentials.createInsecure(), OPTIONS);
    this.#maintenance = new etcdserverpb.Maintenance(
      address,
      credentials.createInsecure(),
      OPTIONS,
    );
  }

  /** Rejects with grpc's `ServiceError`. */
  call<Name extends keyof Requests>(
    name: Name,
    request: Requests[Name],
    timeoutMs: number,
  ): Promise<Answers[Name]> {
    const client = name === 'Status' ? this.#maintenance : this.#kv;
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + timeoutMs };
      client[name]?.(request, options, (error, answer) => {
        if (error === null) resolve(answer as Answers[Name]);
        else reject(error);
      });
    });
  }

  close(): void {
    this.#kv.close();
    this.#maintenance.close();
  }
}
