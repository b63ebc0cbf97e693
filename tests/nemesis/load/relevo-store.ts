/** Relevo, through its client library. */
import {
  Relevo,
  RelevoError,
  type CallOptions,
  type Pair,
  type Served,
  type TxnOperation,
} from '#client';
import { PAIR_KEYS, sightOf } from '../../../simulator/actions.js';
import type { Action, Answer, Sight } from '../../../simulator/oracle/history.js';
import { CallFailed, NO_ANSWER, type Store } from './store.js';

export class RelevoStore implements Store {
  private constructor(private readonly client: Relevo) {}

  static async connect(endpoints: readonly string[], name: string): Promise<RelevoStore> {
    return new RelevoStore(
      await Relevo.connect(endpoints, { name, timeoutMs: 60_000, plaintext: true }),
    );
  }

  async perform(action: Action, timeoutMs: number): Promise<Answer> {
    try {
      return await this.#ask(action, { timeoutMs });
    } catch (error) {
      if (!(error instanceof RelevoError)) throw error;
      const outcome = error.outcome === 'unknown' ? 'unknown' : 'none';
      throw new CallFailed(error.code, outcome, error.requestId ?? '');
    }
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  #ask(action: Action, options: CallOptions): Promise<Answer> {
    switch (action.kind) {
      case 'get':
        return this.#get(action, options);
      case 'put':
        return this.#put(action, options);
      case 'delete':
        return this.#delete(action.subject, options);
      case 'cas':
        return this.#compareAndPut(action, options);
    }
  }

  async #get(action: Action & { kind: 'get' }, options: CallOptions): Promise<Answer> {
    const { subject, pair, stale, minRevision } = action;
    const consistency = stale ? 'stale' : 'linearizable';
    const view = { ...options, consistency, minRevision } as const;
    if (!pair) {
      const result = await this.client.getWithMeta(subject, view);
      return { ...served(result), sight: sightOfPair(result.pair) };
    }
    const result = await this.client.range({ key: `${subject}/`, end: `${subject}0` }, view);
    return { ...served(result), sight: sightOfHalves(result.pairs) };
  }

  async #put(action: Action & { kind: 'put' }, options: CallOptions): Promise<Answer> {
    const { subject, value, pair } = action;
    if (!pair) return served(await this.client.put(subject, value, options));
    const success = PAIR_KEYS.map((part): TxnOperation => {
      return { kind: 'put', key: subject + part, value };
    });
    return served(await this.client.txn({ success }, options));
  }

  async #delete(subject: string, options: CallOptions): Promise<Answer> {
    const result = await this.client.delete(subject, options);
    return { ...served(result), deleted: result.deleted };
  }

  async #compareAndPut(action: Action & { kind: 'cas' }, options: CallOptions): Promise<Answer> {
    const { subject: key, expected, value } = action;
    const result = await this.client.txn(
      {
        compares: [
          expected === null
            ? { key, target: 'version', result: 'equal', number: 0 }
            : { key, target: 'value', result: 'equal', value: expected },
        ],
        success: [{ kind: 'put', key, value }],
        failure: [{ kind: 'range', key }],
      },
      options,
    );
    const [first] = result.results;
    const found = !result.succeeded && first?.kind === 'range' ? (first.pairs[0] ?? null) : null;
    const sight = result.succeeded ? null : sightOfPair(found);
    return { ...served(result), succeeded: result.succeeded, sight };
  }
}

function served({ revision, servedBy }: Served): Answer {
  return { ...NO_ANSWER, revision, servedBy };
}

export function sightOfPair(pair: Pair | null): Sight {
  if (pair === null) return { value: null, version: 0, modRevision: 0 };
  return { value: pair.text, version: pair.version, modRevision: pair.modRevision };
}

/** Judged as in the simulator: halves that differ give a value that nobody wrote. */
function sightOfHalves(pairs: readonly Pair[]): Sight {
  return sightOf(
    {
      kind: 'range',
      revision: 0,
      more: false,
      count: pairs.length,
      pairs: pairs.map((pair) => ({
        key: pair.keyText ?? '',
        value: pair.text ?? '',
        createRevision: pair.createRevision,
        modRevision: pair.modRevision,
        version: pair.version,
        lease: pair.lease,
      })),
    },
    true,
  );
}
