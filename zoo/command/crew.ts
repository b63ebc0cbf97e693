/**
 * Hunts on all cores: first all that is kept, then each worker makes the next attempt of the first hunt that
 * has one left.
 */
import { Worker } from 'node:worker_threads';
import type { HuntRun } from './hunt-run.js';
import type { Outcome, Task } from './worker.js';

/** `limitMs`: no fresh attempt begins later. */
export async function runHunts(
  workers: number,
  hunts: readonly HuntRun[],
  limitMs: number,
  found: (hunt: HuntRun) => void,
): Promise<void> {
  const end = performance.now() + limitMs;
  const next = (): Task | null => {
    const now = performance.now();
    const ways = [(hunt: HuntRun) => hunt.nextKept(), (hunt: HuntRun) => hunt.next(now)];
    for (const way of now < end ? ways : ways.slice(0, 1)) {
      for (const hunt of hunts) {
        const task = way(hunt);
        if (task !== null) return task;
      }
    }
    return null;
  };
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const goOn = (): void => {
        const task = next();
        if (task === null) resolve();
        else worker.postMessage(task);
      };
      worker.on('message', (outcome: Outcome) => {
        const hunt = hunts[outcome.task.hunt];
        if (hunt?.take(outcome, performance.now()) === true) found(hunt);
        goOn();
      });
      worker.on('error', reject);
      goOn();
    });
  const crew = Array.from(
    { length: workers },
    () => new Worker(new URL('./worker.js', import.meta.url)),
  );
  try {
    await Promise.all(crew.map(work));
  } finally {
    await Promise.all(crew.map((worker) => worker.terminate()));
  }
}
