/** One of the workers of a run of many seeds: runs what it is given, and hands the results back. */
import { parentPort } from 'node:worker_threads';
import { run } from '../run.js';
import type { RunResult } from '../run.js';
import { productionWire } from '../wire.js';

export interface Task {
  readonly seed: number;
  readonly nodes: number | undefined;
  /** Twice, and both have to give the same trace. */
  readonly twice: boolean;
}

function perform({ seed, nodes, twice }: Task): RunResult {
  const options = { wire: productionWire, ...(nodes === undefined ? {} : { nodes }) };
  const result = run(seed, options);
  if (!twice || result.failure !== null) return result;
  const { hash } = run(seed, options);
  if (hash === result.hash) return result;
  return {
    ...result,
    failure: {
      property: 'determinism',
      reason: `the same seed gave two traces, ${result.hash} and ${hash}`,
      replay: `npm run simulate -- --seed ${String(seed)}`,
      lines: [],
      at: 0,
      calls: [],
    },
  };
}

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(perform(task));
});
