/**
 * Callers that write and read without pause, and remember what they were told. Each put goes to a key
 * of its own, once, so that its version says how often it happened; counters are raised by
 * transactions, so that their value says how many happened.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { RelevoError, type RelevoClient } from '#client';
import { Counter } from './counter.js';
import { LoadRecord } from './load-record.js';

export interface LoadOptions {
  /** The callers are spread over them. */
  readonly clients: readonly RelevoClient[];
  readonly callers: number;
  /** Of all callers together; 0: as fast as answers come. */
  readonly writesPerSecond: number;
  /** Every key begins with it; nothing else may. */
  readonly prefix: string;
  /** Of one call, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
}

const CALLERS_A_COUNTER = 4;
/** Of eight turns, five write a new key, two raise a counter, one reads back. */
const TURNS = ['put', 'put', 'raise', 'put', 'read', 'put', 'raise', 'put'] as const;
const WRITES_OF_TURNS = 7 / 8;
/** Callers that share a counter get in each other's way. */
const RAISE_TRIES = 8;
/** After a failure, so that a cluster that is down is not flooded. */
const REST_AFTER_FAILURE_MS = 50;

export class Load {
  readonly record: LoadRecord;
  readonly #options: LoadOptions;
  readonly #counters: readonly Counter[];
  readonly #turnMs: number;
  #stopped = false;
  #callers: readonly Promise<void>[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.record = new LoadRecord(options.prefix);
    const counters = Math.ceil(options.callers / CALLERS_A_COUNTER);
    this.#counters = Array.from(
      { length: counters },
      (_, number) => new Counter(`${options.prefix}counter/${String(number)}`),
    );
    const turns = options.writesPerSecond / WRITES_OF_TURNS;
    this.#turnMs = turns === 0 ? 0 : (options.callers / turns) * 1_000;
  }

  start(): void {
    this.#callers = Array.from({ length: this.#options.callers }, (_, caller) =>
      this.#call(caller),
    );
  }

  /** Lets each caller finish its call. */
  async stop(): Promise<LoadRecord> {
    this.#stopped = true;
    await Promise.all(this.#callers);
    for (const { key, acknowledged, unknown } of this.#counters) {
      this.record.counters.set(key, { acknowledged, unknown });
    }
    return this.record;
  }

  async #call(caller: number): Promise<void> {
    const client = this.#options.clients[caller % this.#options.clients.length];
    if (client === undefined) throw new Error('a load needs a client');
    // Spread over the first turn, so that callers don't come in step.
    let due = performance.now() + (this.#turnMs * caller) / this.#options.callers;
    let lastKey: string | null = null;
    for (let turn = 0; await this.#isDue(due); turn += 1) {
      due = Math.max(due + this.#turnMs, performance.now());
      const what = TURNS[(turn + caller) % TURNS.length];
      if (what === 'raise') await this.#raise(client, caller);
      else if (what === 'read' && lastKey !== null) await this.#readBack(client, lastKey);
      else lastKey = (await this.#put(client, caller, turn)) ?? lastKey;
    }
  }

  async #put(client: RelevoClient, caller: number, turn: number): Promise<string | null> {
    const key = `${this.#options.prefix}once/${String(caller)}/${String(turn)}`;
    try {
      await client.put(key, key, this.#callOptions());
      this.record.putEnded(key, 'acknowledged');
      return key;
    } catch (error) {
      this.record.putEnded(key, this.#failed(error).outcome);
      await pause(REST_AFTER_FAILURE_MS);
      return null;
    }
  }

  async #raise(client: RelevoClient, caller: number): Promise<void> {
    const counter = this.#counters[caller % this.#counters.length];
    if (counter === undefined) return;
    try {
      for (let tries = 0; tries < RAISE_TRIES && !this.#stopped; tries += 1) {
        if (!(await counter.raise(client, this.#callOptions()))) continue;
        this.record.acknowledged();
        return;
      }
    } catch (error) {
      if (this.#failed(error).outcome === 'unknown') counter.unknown += 1;
      await pause(REST_AFTER_FAILURE_MS);
    }
  }

  /** A linearizable read that begins after the acknowledgement has to show the write. */
  async #readBack(client: RelevoClient, key: string): Promise<void> {
    try {
      const pair = await client.get(key, this.#callOptions());
      this.record.readEnded(key, pair?.text === key && pair.version === 1);
    } catch (error) {
      this.#failed(error);
      await pause(REST_AFTER_FAILURE_MS);
    }
  }

  #failed(error: unknown): RelevoError {
    if (!(error instanceof RelevoError)) throw error;
    this.record.failed(error.code, error.outcome, error.message);
    return error;
  }

  #callOptions(): { timeoutMs: number } {
    return { timeoutMs: this.#options.timeoutMs ?? 30_000 };
  }

  /** Waits for the moment; false if the load was stopped meanwhile. */
  async #isDue(due: number): Promise<boolean> {
    const wait = due - performance.now();
    if (wait > 0) await pause(wait);
    return !this.#stopped;
  }
}
