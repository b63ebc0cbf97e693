/** Puts in a closed loop until told to stop; what each took is recorded where `sink` points. */
import { performance, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { GrowthCluster } from './growth-cluster.js';

export const CALLERS = 100;
const NANOSECONDS = 1e6;
const AFTER_FAILURE_MS = 10;

export class Load {
  sink: RecordableHistogram | null = null;
  operations = 0;
  failed = 0;
  /** In words, in parentheses; '' while there was none. */
  firstFailure = '';
  #going = true;
  readonly #callers: Promise<void>[];

  constructor(cluster: GrowthCluster, callers = CALLERS) {
    let next = 0;
    const caller = async (): Promise<void> => {
      while (this.#going) {
        const started = performance.now();
        const sink = this.sink;
        try {
          await cluster.put(next++);
          this.operations++;
          // What began in one phase and ended in another belongs to neither.
          if (sink === this.sink) sink?.record(nanoseconds(performance.now() - started));
        } catch (error) {
          this.failed++;
          this.firstFailure ||= ` (${String(error)})`;
          // What fails at once would fail again as fast as it is asked.
          await pause(AFTER_FAILURE_MS);
        }
      }
    };
    this.#callers = Array.from({ length: callers }, caller);
  }

  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#callers);
  }
}

const nanoseconds = (ms: number): number => Math.max(1, Math.round(ms * NANOSECONDS));
