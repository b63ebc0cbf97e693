/**
 * One caller: an action, a pause, an action. Callers of several processes meet on the same keys; every
 * few seconds all of them turn to fresh keys, so that each key's history stays short enough to decide.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Action, Answer } from '../../../simulator/oracle/history.js';
import type { Random } from '../../../simulator/random.js';
import { monotonicMs, type RecordedCall } from './record.js';
import { CallFailed, type Store } from './store.js';

export type SlotKind = 'register' | 'counter' | 'pair';

export interface Slot {
  readonly kind: SlotKind;
  readonly number: number;
}

const GENERATION_MS = 3_000;
const TIMEOUTS_MS = [500, 2_000, 5_000, 15_000, 15_000];
const ONCE_CHANCE = 0.06;

export class Caller {
  #calls = 0;
  #subject = '';
  /** As it was seen last: what a compare hopes for. */
  #seen: string | null = null;
  #revision = 0;

  constructor(
    private readonly store: Store,
    private readonly slot: Slot,
    private readonly number: number,
    private readonly staleShare: number,
    private readonly random: Random,
    private readonly record: (call: RecordedCall) => void,
  ) {}

  async run(thinkMs: number, stopped: () => boolean): Promise<void> {
    // Not all at the same moment.
    await pause(this.random.between(0, thinkMs * 2));
    while (!stopped()) {
      await this.#one();
      await pause(this.random.between(0, thinkMs * 2));
    }
  }

  async #one(): Promise<void> {
    this.#turn();
    const action = this.#action();
    const invokedAt = monotonicMs();
    const call = { caller: this.number, action, invokedAt };
    const about = { code: '', requestId: '', answer: null };
    try {
      const answer = await this.store.perform(action, this.random.pick(TIMEOUTS_MS));
      this.record({ ...call, ...about, returnedAt: monotonicMs(), outcome: 'ok', answer });
      this.#learn(action, answer);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const { code, requestId } = error;
      // A read that failed changed nothing.
      const outcome = action.kind === 'get' ? 'none' : error.outcome;
      this.record({ ...call, ...about, returnedAt: monotonicMs(), outcome, code, requestId });
    }
  }

  #turn(): void {
    const generation = Math.floor(monotonicMs() / GENERATION_MS);
    const subject = `${this.slot.kind}-${this.slot.number}-${generation}`;
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.#seen = null;
  }

  #action(): Action {
    this.#calls += 1;
    const value = `${this.number}.${this.#calls}`;
    if (this.slot.kind !== 'pair' && this.random.chance(ONCE_CHANCE)) {
      return { kind: 'put', subject: `once-${value}`, pair: false, value };
    }
    switch (this.slot.kind) {
      case 'register':
        return this.#registerAction(value);
      case 'counter':
        return this.random.chance(0.4) ? this.#get(false) : this.#raise();
      case 'pair':
        if (this.random.chance(0.55)) return this.#get(true);
        return { kind: 'put', subject: this.#subject, pair: true, value };
    }
  }

  #registerAction(value: string): Action {
    const dice = this.random.next();
    const subject = this.#subject;
    if (dice < 0.5) return this.#get(false);
    if (dice < 0.78) return { kind: 'put', subject, pair: false, value };
    if (dice < 0.85) return { kind: 'delete', subject };
    return { kind: 'cas', subject, expected: this.#seen, value };
  }

  #get(pair: boolean): Action {
    const stale = this.random.chance(this.staleShare);
    const minRevision = stale && this.random.chance(0.5) ? this.#revision : 0;
    return { kind: 'get', subject: this.#subject, pair, stale, minRevision };
  }

  #raise(): Action {
    const value = String(Number(this.#seen ?? '0') + 1);
    return { kind: 'cas', subject: this.#subject, expected: this.#seen, value };
  }

  #learn(action: Action, answer: Answer): void {
    this.#revision = Math.max(this.#revision, answer.revision);
    if (action.subject !== this.#subject || (action.kind === 'get' && action.stale)) return;
    if (answer.sight !== null) this.#seen = answer.sight.value;
    else if (action.kind === 'cas' && answer.succeeded === true) this.#seen = action.value;
  }
}
