/**
 * Cuts a failing plan down: fewer faults, fewer calls, a calmer world, as long as the same property is
 * broken (delta debugging; Zeller and Hildebrandt, 2002).
 */
import type { Plan } from './plan.js';
import { runPlan } from './run.js';
import type { RunFailure, RunOptions } from './run.js';

export interface Shrunk {
  readonly plan: Plan;
  readonly failure: RunFailure;
  /** How often it was run. */
  readonly runs: number;
}

export interface ShrinkOptions extends Omit<RunOptions, 'sink'> {
  readonly runsMax?: number;
  readonly progress?: (runs: number, plan: Plan) => void;
}

const RUNS_MAX = 600;

/** Null: the plan does not fail. */
export function shrink(plan: Plan, options: ShrinkOptions = {}): Shrunk | null {
  const { failure } = runPlan(plan, options);
  return failure === null ? null : new Shrinking(plan, failure, options).run();
}

/** Each makes the world simpler, where it is not so already. */
const SIMPLER: readonly Partial<Plan>[] = [
  { transcode: false },
  { lossChance: 0, duplicateChance: 0, strayChance: 0 },
  { lossChance: 0 },
  { duplicateChance: 0 },
  { strayChance: 0 },
  { clockSkewMax: 0 },
  { chunkMs: 0 },
  { proxies: 1 },
  { clients: 1 },
  { clients: 2 },
  { callersPerClient: 1 },
  { readersPerNode: 0 },
  { readersPerNode: 1 },
  { directChance: 0 },
  { spares: 0 },
  { nodes: 3 },
  { nodes: 5 },
  { checkpointEntries: 1_000, checkpointQuietMs: 60_000 },
  { historyRevisions: 10_000 },
  { diskMsMean: 1 },
  { weather: { delayMin: 1, delayMean: 0.5, spikeChance: 0, spikeMs: 20, keepAliveMs: 3_000 } },
];

const COUNTS = [
  'nodes',
  'spares',
  'proxies',
  'clients',
  'callersPerClient',
  'readersPerNode',
] as const;

class Shrinking {
  private runs = 1;

  constructor(
    private plan: Plan,
    private failure: RunFailure,
    private readonly options: ShrinkOptions,
  ) {}

  run(): Shrunk {
    const { at, calls } = this.failure;
    const strikes = this.plan.strikes.filter((strike) => strike.at <= at);
    this.takes({ strikes, calls, faultsMs: Math.min(this.plan.faultsMs, Math.ceil(at)) });
    this.takes({ strikes, faultsMs: Math.min(this.plan.faultsMs, Math.ceil(at)) });
    this.takes({ calls });
    for (let before = Infinity; this.size < before && this.goesOn;) {
      before = this.size;
      for (const simpler of SIMPLER) if (this.isSimpler(simpler)) this.takes(simpler);
      this.fewer(this.plan.strikes, (kept) => ({ strikes: kept }));
      this.fewer(this.plan.calls ?? [], (kept) => ({ calls: kept }));
    }
    return { plan: this.plan, failure: this.failure, runs: this.runs };
  }

  private get size(): number {
    return this.plan.strikes.length + (this.plan.calls?.length ?? 0);
  }

  private get goesOn(): boolean {
    return this.runs < (this.options.runsMax ?? RUNS_MAX);
  }

  /** It is not so already, and there is no more of anything that is counted. */
  private isSimpler(change: Partial<Plan>): boolean {
    const { plan } = this;
    return (
      COUNTS.every((count) => (change[count] ?? 0) <= plan[count]) &&
      JSON.stringify({ ...plan, ...change }) !== JSON.stringify(plan)
    );
  }

  /** True if the plan so changed fails in the same way; it is kept then. */
  private takes(change: Partial<Plan>): boolean {
    if (!this.goesOn) return false;
    this.runs += 1;
    const plan = { ...this.plan, ...change };
    const { failure } = runPlan(plan, this.options);
    if (failure?.property !== this.failure.property) return false;
    this.plan = plan;
    this.failure = failure;
    this.options.progress?.(this.runs, plan);
    return true;
  }

  /** Leaves parts of the list out: halves, quarters, and so on down to single items. */
  private fewer<T>(items: readonly T[], change: (kept: readonly T[]) => Partial<Plan>): void {
    let kept = items;
    for (let parts = 2; kept.length > 0 && this.goesOn;) {
      const length = Math.ceil(kept.length / parts);
      let smaller: readonly T[] | null = null;
      for (let from = 0; from < kept.length && smaller === null; from += length) {
        const rest = [...kept.slice(0, from), ...kept.slice(from + length)];
        if (this.takes(change(rest))) smaller = rest;
      }
      if (smaller !== null) {
        kept = smaller;
        parts = Math.max(2, parts - 1);
      } else if (length === 1) {
        return;
      } else {
        parts = Math.min(kept.length, parts * 2);
      }
    }
  }
}
