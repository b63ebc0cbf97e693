/** etcd, as the callers use it: one member, no failing over, so that a member's own view shows. */
import { status, type ServiceError } from '@grpc/grpc-js';
import { PAIR_KEYS } from '../../../simulator/actions.js';
import type { Action, Answer, Sight } from '../../../simulator/oracle/history.js';
import { CallFailed, NO_ANSWER, type Store } from '../load/store.js';
import { EtcdRpc, type Header, type KeyValue } from './etcd-rpc.js';

export class EtcdStore implements Store {
  readonly #rpc: EtcdRpc;

  /** `serializable`: reads are answered by the member alone, as etcd offers it; they may be stale. */
  constructor(
    address: string,
    private readonly serializable: boolean,
  ) {
    this.#rpc = new EtcdRpc(address);
  }

  async perform(action: Action, timeoutMs: number): Promise<Answer> {
    try {
      return await this.#ask(action, timeoutMs);
    } catch (error) {
      const { code } = error as Partial<ServiceError>;
      if (code === undefined) throw error;
      // Whatever the error, a write may have been proposed.
      throw new CallFailed(status[code], 'unknown', '');
    }
  }

  close(): Promise<void> {
    this.#rpc.close();
    return Promise.resolve();
  }

  async #ask(action: Action, timeoutMs: number): Promise<Answer> {
    const key = Buffer.from(action.subject);
    switch (action.kind) {
      case 'get': {
        const keys = action.pair
          ? { key: Buffer.from(`${action.subject}/`), range_end: Buffer.from(`${action.subject}0`) }
          : { key };
        const request = { ...keys, serializable: this.serializable };
        const { header, kvs } = await this.#rpc.call('Range', request, timeoutMs);
        return { ...by(header), sight: action.pair ? sightOfHalves(kvs) : sightOf(kvs[0]) };
      }
      case 'put': {
        const value = Buffer.from(action.value);
        const keys = action.pair
          ? PAIR_KEYS.map((part) => Buffer.from(action.subject + part))
          : [key];
        const success = keys.map((one) => ({ request_put: { key: one, value } }));
        const { header } = await this.#rpc.call(
          'Txn',
          { compare: [], success, failure: [] },
          timeoutMs,
        );
        return by(header);
      }
      case 'delete': {
        const { header, deleted } = await this.#rpc.call('DeleteRange', { key }, timeoutMs);
        return { ...by(header), deleted: Number(deleted) };
      }
      case 'cas':
        return this.#compareAndPut(action, timeoutMs);
    }
  }

  async #compareAndPut(action: Action & { kind: 'cas' }, timeoutMs: number): Promise<Answer> {
    const key = Buffer.from(action.subject);
    const unchanged =
      action.expected === null
        ? ({ key, target: 'VERSION', version: 0 } as const)
        : ({ key, target: 'VALUE', value: Buffer.from(action.expected) } as const);
    const request = {
      compare: [unchanged],
      success: [{ request_put: { key, value: Buffer.from(action.value) } }],
      failure: [{ request_range: { key } }],
    };
    const { header, succeeded, responses } = await this.#rpc.call('Txn', request, timeoutMs);
    const sight = succeeded ? null : sightOf(responses[0]?.response_range?.kvs[0]);
    return { ...by(header), succeeded, sight };
  }
}

/** Every key of the member's state, by a linearizable read. */
export async function readAll(address: string, timeoutMs: number): Promise<Map<string, Sight>> {
  const rpc = new EtcdRpc(address);
  try {
    const everything = {
      key: Buffer.from('\0'),
      range_end: Buffer.from('\0'),
      serializable: false,
    };
    const { kvs } = await rpc.call('Range', everything, timeoutMs);
    return new Map(kvs.map((kv) => [kv.key.toString(), sightOf(kv)]));
  } finally {
    rpc.close();
  }
}

function by({ revision }: Header): Answer {
  return { ...NO_ANSWER, revision: Number(revision) };
}

function sightOf(kv: KeyValue | undefined): Sight {
  if (kv === undefined) return { value: null, version: 0, modRevision: 0 };
  const { value, version, mod_revision } = kv;
  return { value: value.toString(), version: Number(version), modRevision: Number(mod_revision) };
}

/** Halves that differ give a value that nobody wrote. */
function sightOfHalves([first, second]: readonly KeyValue[]): Sight {
  const sight = sightOf(first);
  const other = sightOf(second);
  if (sight.value === other.value && sight.modRevision === other.modRevision) return sight;
  return { ...sight, value: `torn: ${sight.value ?? 'nothing'} and ${other.value ?? 'nothing'}` };
}
