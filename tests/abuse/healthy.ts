/**
 * Those who do nothing wrong: callers over a connection that stands, newcomers who connect for one call,
 * and a monitor. What each of them was told, and how long it took, is kept with its time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Relevo } from '#client';

export interface HealthyOptions {
  readonly endpoint: string;
  /** `host:port` of every HTTP face. */
  readonly monitored: readonly string[];
}

export interface Window {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly newcomers: number;
  /** Times that a monitor was told 503. */
  readonly notReady: number;
  readonly failures: readonly string[];
}

const CALLERS = 8;
/** Of each; all together 400 requests a second, half of them writes. */
const TURN_MS = 20;
const NEWCOMER_EVERY_MS = 200;
const MONITOR_EVERY_MS = 500;
/** A request that takes so long has failed. */
const TIMEOUT_MS = 5_000;
const KEYS = 100;
const VALUE = 'v'.repeat(100);

interface Taken {
  readonly atMs: number;
  readonly tookMs: number;
}

export class Healthy {
  readonly #options: HealthyOptions;
  readonly #client: Relevo;
  readonly #calls: Taken[] = [];
  readonly #newcomers: number[] = [];
  readonly #notReady: number[] = [];
  readonly #failures: { readonly atMs: number; readonly text: string }[] = [];
  readonly #running: Promise<void>[] = [];
  #stopped = false;

  private constructor(options: HealthyOptions, client: Relevo) {
    this.#options = options;
    this.#client = client;
  }

  static async start(options: HealthyOptions): Promise<Healthy> {
    const client = await Relevo.connect(options.endpoint, { timeoutMs: TIMEOUT_MS });
    const healthy = new Healthy(options, client);
    for (let caller = 0; caller < CALLERS; caller += 1) {
      const startMs = (TURN_MS * caller) / CALLERS;
      healthy.#repeat(TURN_MS, startMs, (turn) => healthy.#call(caller, turn));
    }
    healthy.#repeat(NEWCOMER_EVERY_MS, 0, () => healthy.#newcomer());
    for (const address of options.monitored) {
      healthy.#repeat(MONITOR_EVERY_MS, 0, () => healthy.#monitor(address));
    }
    return healthy;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
    await this.#client.close(1_000);
  }

  /** Of what ended in [fromMs, toMs) on the clock of `performance.now()`. */
  window(fromMs: number, toMs: number): Window {
    const within = ({ atMs }: { readonly atMs: number }): boolean => atMs >= fromMs && atMs < toMs;
    const took = this.#calls.filter(within).map(({ tookMs }) => tookMs);
    took.sort((a, b) => a - b);
    const at = (share: number): number => took[Math.floor(took.length * share)] ?? 0;
    return {
      requests: took.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      worstMs: took.at(-1) ?? 0,
      newcomers: this.#newcomers.filter((atMs) => within({ atMs })).length,
      notReady: this.#notReady.filter((atMs) => within({ atMs })).length,
      failures: this.#failures.filter(within).map(({ text }) => text),
    };
  }

  #repeat(everyMs: number, startMs: number, act: (turn: number) => Promise<void>): void {
    const run = async (): Promise<void> => {
      await pause(startMs);
      for (let turn = 0; !this.#stopped; turn += 1) {
        const due = performance.now() + everyMs;
        await act(turn).catch((error: unknown) => {
          const text = error instanceof Error ? error.message : String(error);
          this.#failures.push({ atMs: performance.now(), text });
        });
        await pause(Math.max(0, due - performance.now()));
      }
    };
    this.#running.push(run());
  }

  async #call(caller: number, turn: number): Promise<void> {
    const key = `healthy/${caller}/${turn % KEYS}`;
    const from = performance.now();
    if (turn % 2 === 0) await this.#client.put(key, VALUE);
    else await this.#client.get(key);
    const atMs = performance.now();
    this.#calls.push({ atMs, tookMs: atMs - from });
  }

  async #newcomer(): Promise<void> {
    const client = await Relevo.connect(this.#options.endpoint, { timeoutMs: TIMEOUT_MS });
    try {
      await client.get('healthy/0/0');
      this.#newcomers.push(performance.now());
    } finally {
      await client.close(1_000);
    }
  }

  async #monitor(address: string): Promise<void> {
    const answer = await fetch(`http://${address}/readyz`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { connection: 'close' },
    });
    await answer.text();
    // Not ready is an answer too: a node that was busy for a moment is taken out of the rotation.
    if (answer.status !== 200) this.#notReady.push(performance.now());
  }
}
