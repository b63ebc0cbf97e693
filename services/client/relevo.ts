/** The library's face: typed calls over `Calls`. */
import { RequestKind } from '#rpc/session/frames';
import { Calls, type CallSettings } from './calls.js';
import { parseEndpoints } from './endpoints.js';
import {
  encodeDelete,
  encodeGet,
  encodePut,
  encodeRange,
  encodeTxn,
  isReadOnly,
} from './operations.js';
import {
  deleteResult,
  getPair,
  getResult,
  parseRequestId,
  putResult,
  rangeResult,
  txnResult,
  type Done,
} from './results.js';
import { identityFor } from './security.js';
import { SESSION_DEFAULTS } from './session-types.js';
import { networkTransport, type Transport } from './transport.js';
import type {
  ConnectOptions,
  Consistency,
  Data,
  DeleteOptions,
  DeleteResult,
  GetResult,
  KeySelector,
  Pair,
  Peer,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
  RelevoClient,
  Txn,
  TxnOptions,
  TxnResult,
  WriteOptions,
} from './types.js';

const CLOSE_MS = 5_000;
const ONE_KEY = Object.freeze({});

export class Relevo implements RelevoClient {
  readonly #calls: Calls;

  private constructor(calls: Calls) {
    this.#calls = calls;
  }

  /**
   * Connects to one of the endpoints: proxies, or nodes (`host:port`, a port alone for this machine,
   * several with commas). The first is tried first; when a connection breaks, the next in turn.
   */
  static async connect(
    endpoints: string | readonly string[],
    options: ConnectOptions = {},
  ): Promise<Relevo> {
    const parsed = parseEndpoints(endpoints);
    const identity = identityFor(parsed, options);
    const { name = 'relevo client', clusterId = '' } = options;
    return Relevo.over(networkTransport(name, clusterId, identity), parsed, options);
  }

  /** The same over another transport; `endpoints` are what it dials. */
  static async over(
    transport: Transport,
    endpoints: readonly string[],
    options: Pick<ConnectOptions, 'timeoutMs' | 'signal'> = {},
  ): Promise<Relevo> {
    const timeoutMs = options.timeoutMs ?? SESSION_DEFAULTS.timeoutMs;
    const calls = new Calls(endpoints, transport, timeoutMs);
    await calls.connect(timeoutMs, options.signal);
    return new Relevo(calls);
  }

  get peer(): Peer | null {
    return this.#calls.peer;
  }

  put(key: Data, value: Data, options: PutOptions = {}): Promise<PutResult> {
    return this.#call(
      RequestKind.write,
      () => encodePut(key, value, options.lease, options.returnPrevious),
      () => writeSettings(options),
      putResult,
    );
  }

  get(key: Data, options: ReadOptions = {}): Promise<Pair | null> {
    return this.#get(key, options, getPair);
  }

  getWithMeta(key: Data, options: ReadOptions = {}): Promise<GetResult> {
    return this.#get(key, options, getResult);
  }

  range(selector: KeySelector, options: RangeOptions = {}): Promise<RangeResult> {
    return this.#call(
      readKind(options.consistency),
      () => encodeRange(selector, options, options.revision),
      () => readSettings(options),
      rangeResult,
    );
  }

  delete(selector: Data | KeySelector, options: DeleteOptions = {}): Promise<DeleteResult> {
    const keys = isData(selector) ? { key: selector } : selector;
    return this.#call(
      RequestKind.write,
      () => encodeDelete(keys, options.returnPrevious),
      () => writeSettings(options),
      deleteResult,
    );
  }

  txn(txn: Txn, options: TxnOptions = {}): Promise<TxnResult> {
    const readOnly = isReadOnly(txn);
    return this.#call(
      readOnly ? readKind(options.consistency) : RequestKind.write,
      () => encodeTxn(txn),
      () => (readOnly ? readSettings(options) : writeSettings(options)),
      txnResult,
    );
  }

  close(timeoutMs: number = CLOSE_MS): Promise<void> {
    return this.#calls.close(timeoutMs);
  }

  #get<Result>(key: Data, options: ReadOptions, read: (done: Done) => Result): Promise<Result> {
    const { revision = 0 } = options;
    return this.#call(
      readKind(options.consistency),
      () => (revision === 0 ? encodeGet(key) : encodeRange({ key }, ONE_KEY, revision)),
      () => readSettings(options),
      read,
    );
  }

  /** One promise a call: `async` would make three of it. What throws here rejects all the same. */
  #call<Result>(
    kind: number,
    encode: () => Uint8Array,
    settings: () => CallSettings,
    read: (done: Done) => Result,
  ): Promise<Result> {
    try {
      return this.#calls.call(kind, encode(), settings(), read);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function writeSettings({ timeoutMs, signal, requestId }: WriteOptions): CallSettings {
  return {
    timeoutMs: timeoutMs ?? 0,
    minRevision: 0,
    requestId: requestId === undefined ? null : parseRequestId(requestId),
    signal,
  };
}

function readSettings({
  timeoutMs,
  signal,
  minRevision,
}: Pick<ReadOptions, 'timeoutMs' | 'signal' | 'minRevision'>): CallSettings {
  return { timeoutMs: timeoutMs ?? 0, minRevision: minRevision ?? 0, requestId: null, signal };
}

function readKind(consistency: Consistency | undefined): number {
  return consistency === 'stale' ? RequestKind.staleRead : RequestKind.read;
}

function isData(selector: Data | KeySelector): selector is Data {
  return typeof selector === 'string' || selector instanceof Uint8Array;
}
