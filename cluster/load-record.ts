/** What the callers of a load were told: the one thing that the cluster can be held to. */

export type PutEnd = 'acknowledged' | 'not-done' | 'refused' | 'unknown';

export interface Failure {
  readonly code: string;
  readonly outcome: 'not-done' | 'refused' | 'unknown';
  readonly message: string;
  readonly atMs: number;
}

export interface Gap {
  /** On the clock of `performance.now()`. */
  readonly fromMs: number;
  readonly lengthMs: number;
}

export class LoadRecord {
  readonly prefix: string;
  readonly startedMs: number;
  /** By key; a key is written once at most. */
  readonly puts = new Map<string, PutEnd>();
  /** By key. Filled when the load has stopped. */
  readonly counters = new Map<
    string,
    { readonly acknowledged: number; readonly unknown: number }
  >();
  readonly failures: Failure[] = [];
  /** Linearizable reads that did not show what was acknowledged before. */
  readonly staleReads: string[] = [];
  reads = 0;
  /** When a write was acknowledged, in order. */
  readonly #acknowledgedMs: number[] = [];
  readonly #now: () => number;

  constructor(prefix: string, now: () => number = () => performance.now()) {
    this.prefix = prefix;
    this.#now = now;
    this.startedMs = now();
  }

  /** Puts and raises. */
  get writesAcknowledged(): number {
    return this.#acknowledgedMs.length;
  }

  acknowledged(): void {
    this.#acknowledgedMs.push(this.#now());
  }

  putEnded(key: string, end: PutEnd): void {
    if (this.puts.has(key)) throw new Error(`the load wrote ${key} twice`);
    this.puts.set(key, end);
    if (end === 'acknowledged') this.acknowledged();
  }

  readEnded(key: string, showedTheWrite: boolean): void {
    this.reads += 1;
    if (!showedTheWrite) this.staleReads.push(key);
  }

  failed(code: string, outcome: Failure['outcome'], message: string): void {
    this.failures.push({ code, outcome, message, atMs: this.#now() });
  }

  /** The longest time without an acknowledged write that ended after `afterMs`. */
  longestGap(afterMs = this.startedMs): Gap {
    let gap: Gap = { fromMs: afterMs, lengthMs: 0 };
    let previous = this.startedMs;
    for (const at of this.#acknowledgedMs) {
      if (at >= afterMs && at - previous > gap.lengthMs) {
        gap = { fromMs: previous, lengthMs: at - previous };
      }
      previous = at;
    }
    return gap;
  }

  /** Acknowledged writes in [fromMs, toMs), a second. */
  rate(fromMs: number, toMs: number): number {
    const count = this.#acknowledgedMs.filter((at) => at >= fromMs && at < toMs).length;
    return toMs > fromMs ? (count * 1_000) / (toMs - fromMs) : 0;
  }
}
