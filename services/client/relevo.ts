/** The library's face: typed calls over `Calls`. */
import { RequestKind } from '#rpc/session/frames';
import { Calls, type CallSettings } from './calls.js';
import { parseEndpoints } from './endpoints.js';
import { encodeDelete, encodePut, encodeRange, encodeTxn, isReadOnly } from './operations.js';
import {
  deleteResult,
  getResult,
  parseRequestId,
  putResult,
  rangeResult,
  txnResult,
} from './results.js';
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
    const transport = networkTransport(options.name ?? 'relevo client', options.clusterId ?? '');
    return Relevo.over(transport, parseEndpoints(endpoints), options);
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

  async put(key: Data, value: Data, options: PutOptions = {}): Promise<PutResult> {
    const payload = encodePut(key, value, options.lease, options.returnPrevious);
    return this.#calls.call(RequestKind.write, payload, writeSettings(options), putResult);
  }

  async get(key: Data, options: ReadOptions = {}): Promise<Pair | null> {
    const { pair } = await this.getWithMeta(key, options);
    return pair;
  }

  async getWithMeta(key: Data, options: ReadOptions = {}): Promise<GetResult> {
    const payload = encodeRange({ key }, ONE_KEY, options.revision);
    const kind = readKind(options.consistency);
    return this.#calls.call(kind, payload, readSettings(options), getResult);
  }

  async range(selector: KeySelector, options: RangeOptions = {}): Promise<RangeResult> {
    const payload = encodeRange(selector, options, options.revision);
    const kind = readKind(options.consistency);
    return this.#calls.call(kind, payload, readSettings(options), rangeResult);
  }

  async delete(selector: Data | KeySelector, options: DeleteOptions = {}): Promise<DeleteResult> {
    const keys = isData(selector) ? { key: selector } : selector;
    const payload = encodeDelete(keys, options.returnPrevious);
    return this.#calls.call(RequestKind.write, payload, writeSettings(options), deleteResult);
  }

  async txn(txn: Txn, options: TxnOptions = {}): Promise<TxnResult> {
    const payload = encodeTxn(txn);
    if (isReadOnly(txn)) {
      const kind = readKind(options.consistency);
      return this.#calls.call(kind, payload, readSettings(options), txnResult);
    }
    return this.#calls.call(RequestKind.write, payload, writeSettings(options), txnResult);
  }

  close(timeoutMs: number = CLOSE_MS): Promise<void> {
    return this.#calls.close(timeoutMs);
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
