/** Many seeds at a time, on worker threads. */
import { Worker } from 'node:worker_threads';
import type { RunResult } from '../run.js';
import type { Task } from './worker.js';

/**
 * Runs tasks until there are none left, or `take` has had enough of the results: false ends it. Results
 * come in any order.
 */
export async function runCrew(
  workers: number,
  tasks: Iterator<Task, undefined>,
  take: (result: RunResult) => boolean,
): Promise<void> {
  let goesOn = true;
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const next = (): void => {
        const { value, done } = goesOn ? tasks.next() : { value: undefined, done: true };
        if (done === true || value === undefined) resolve();
        else worker.postMessage(value);
      };
      worker.on('message', (result: RunResult) => {
        if (!take(result)) goesOn = false;
        next();
      });
      worker.on('error', reject);
      next();
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
