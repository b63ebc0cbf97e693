/** What became of requests, and how long they took here: counted, never kept one by one. */
import { Outcome } from '#rpc/session/frames';
import type { LaneName } from './lane-name.js';

/** Upper bounds of the buckets, in milliseconds; what took longer falls into one more. */
export const LATENCY_BOUNDS_MS: readonly number[] = Object.freeze([
  0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
]);

/** Of one kind of request. */
export interface ServedKind {
  /** By outcome, from `Outcome.ok` (1) to `Outcome.unknown` (4); the first is not used. */
  readonly outcomes: readonly number[];
  /** Of those that were let in, by bucket; one more than there are bounds. */
  readonly buckets: readonly number[];
  readonly sumMs: number;
}

export type ServedView = Readonly<Record<LaneName, ServedKind>>;

class Kind implements ServedKind {
  readonly outcomes = [0, 0, 0, 0, 0];
  readonly buckets: number[] = LATENCY_BOUNDS_MS.map(() => 0).concat(0);
  sumMs = 0;

  observe(ms: number): void {
    let at = 0;
    while (at < LATENCY_BOUNDS_MS.length && ms > (LATENCY_BOUNDS_MS[at] ?? 0)) at += 1;
    this.buckets[at] = (this.buckets[at] ?? 0) + 1;
    this.sumMs += ms;
  }

  count(outcome: Outcome): void {
    const at = outcome >= Outcome.ok && outcome <= Outcome.unknown ? outcome : Outcome.unknown;
    this.outcomes[at] = (this.outcomes[at] ?? 0) + 1;
  }

  dump(): ServedKind {
    return { outcomes: [...this.outcomes], buckets: [...this.buckets], sumMs: this.sumMs };
  }

  load({ outcomes, buckets, sumMs }: ServedKind): void {
    this.outcomes.splice(0, Infinity, ...outcomes);
    this.buckets.splice(0, Infinity, ...buckets);
    this.sumMs = sumMs;
  }
}

export class Served {
  readonly #kinds = { write: new Kind(), read: new Kind(), stale: new Kind() };

  /** It was let in, and took so long until its client was told. */
  settled(lane: LaneName, outcome: Outcome, ms: number): void {
    const kind = this.#kinds[lane];
    kind.count(outcome);
    kind.observe(ms);
  }

  /** At the door. */
  turnedAway(lane: LaneName, outcome: Outcome): void {
    this.#kinds[lane].count(outcome);
  }

  dump(): ServedView {
    const { write, read, stale } = this.#kinds;
    return { write: write.dump(), read: read.dump(), stale: stale.dump() };
  }

  load(dumped: ServedView): void {
    for (const lane of ['write', 'read', 'stale'] as const) this.#kinds[lane].load(dumped[lane]);
  }
}
