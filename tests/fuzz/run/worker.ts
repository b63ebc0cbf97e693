/** One of the workers: takes a run of seeds of one target at a time, and hands back what came of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { TARGETS } from '../targets/index.js';
import { Beat } from './beat.js';
import { allocated, examine, inputOf } from './examine.js';

export interface Task {
  /** Its place in the list. */
  readonly target: number;
  readonly first: number;
  readonly count: number;
}

export interface Failure {
  readonly target: number;
  readonly seed: number;
  readonly reason: string;
}

export interface Done {
  readonly target: number;
  readonly accepted: number;
  readonly refused: number;
  readonly failures: readonly Failure[];
  /** Milliseconds by the clock: of all of them, and of the one that took longest. */
  readonly tookMs: number;
  readonly slowestMs: number;
  readonly slowestSeed: number;
}

const FAILURES_MAX = 3;
const LOOK_EVERY = 64;

async function perform({ target: place, first, count }: Task, beat: Beat): Promise<Done> {
  const target = TARGETS[place];
  if (target === undefined) throw new Error(`there is no target ${place}`);
  const counts = { accepted: 0, refused: 0 };
  const failures: Failure[] = [];
  let [slowestMs, slowestSeed] = [0, first];
  const began = performance.now();
  let last = began;
  for (let seed = first; seed < first + count; seed += 1) {
    beat.begins(place, seed);
    const pending = examine(target, inputOf(target, seed));
    const outcome = pending instanceof Promise ? await pending : pending;
    if (outcome.kind !== 'failed') counts[outcome.kind] += 1;
    else failures.push({ target: place, seed, reason: outcome.reason });
    if (failures.length >= FAILURES_MAX) break;
    const now = performance.now();
    if (now - last > slowestMs) [slowestMs, slowestSeed] = [now - last, seed];
    last = now;
    if (seed % LOOK_EVERY === 0) beat.holdsBytes(allocated());
  }
  return { target: place, ...counts, failures, tookMs: last - began, slowestMs, slowestSeed };
}

// Stacks are most of what a refusal costs; `--trace` has them.
Error.stackTraceLimit = 0;
const beat = new Beat(workerData as SharedArrayBuffer);
parentPort?.on('message', (task: Task) => {
  void perform(task, beat).then((done) => parentPort?.postMessage(done));
});
