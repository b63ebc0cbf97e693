/** The inputs of a run, dealt out: each target its share, in runs of seeds that take about as long. */
import type { Target } from '../target.js';
import type { Task } from './worker.js';

/** Runs of a target end, so that all targets come up early and the last task is a short one. */
const ROUNDS_MIN = 20;
const COUNT_MAX = 4_000;

export function* tasksOf(
  targets: readonly Target[],
  chosen: readonly number[],
  inputs: number,
  start: number,
  goesOn: (target: number) => boolean,
): Generator<Task, undefined> {
  const weights = chosen.reduce((sum, place) => sum + (targets[place]?.weight ?? 0), 0);
  const left = new Map(
    chosen.map((place) => [
      place,
      Math.max(1, Math.ceil((inputs * (targets[place]?.weight ?? 0)) / weights)),
    ]),
  );
  const counts = new Map(
    [...left].map(([place, all]) => [place, Math.min(COUNT_MAX, Math.ceil(all / ROUNDS_MIN))]),
  );
  const next = new Map(chosen.map((place) => [place, start]));
  while (left.size > 0) {
    for (const [target, rest] of left) {
      const count = Math.min(rest, counts.get(target) ?? 1);
      const first = next.get(target) ?? start;
      next.set(target, first + count);
      if (rest === count || !goesOn(target)) left.delete(target);
      else left.set(target, rest - count);
      if (goesOn(target)) yield { target, first, count };
    }
  }
  return undefined;
}
