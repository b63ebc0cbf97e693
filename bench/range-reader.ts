/** Reads all keys without their values, some times, on a thread of its own: says how many they were, and how long it took. */
import { Relevo } from '#client';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';

interface Task {
  readonly endpoints: readonly string[];
  readonly timeoutMs: number;
  readonly times: number;
}

const { endpoints, timeoutMs, times } = workerData as Task;
const relevo = await Relevo.connect(endpoints, { timeoutMs });
const started = performance.now();
let keys = 0;
for (let time = 0; time < times; time++) {
  const { pairs } = await relevo.range({ all: true }, { keysOnly: true });
  keys += pairs.length;
}
parentPort?.postMessage({ keys, ms: performance.now() - started });
await relevo.close();
