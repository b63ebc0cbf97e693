/**
 * The workers and their watchdog. One that begins no other input in time hangs, one that dies of its heap
 * has been given an input that is too much: both are failures of that input, and the worker is replaced.
 */
import { Worker } from 'node:worker_threads';
import { Beat } from './beat.js';
import type { Done, Failure, Task } from './worker.js';

export interface CrewOptions {
  readonly workers: number;
  /** The longest that one input may take. */
  readonly hangMs: number;
  readonly tasks: Iterator<Task, undefined>;
  readonly done: (done: Done) => void;
  readonly failed: (failure: Failure) => void;
}

/** Of a worker's heap, in MiB. */
const HEAP_MIB_MAX = 400;
const LOOK_EVERY_MS = 250;

export class Crew {
  readonly #options: CrewOptions;
  #peakBytes = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** The most that one worker held, bytes of heap and buffers. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Until there are no tasks left. */
  async run(): Promise<void> {
    const { workers } = this.#options;
    await Promise.all(Array.from({ length: workers }, () => this.#keepOneAtWork()));
  }

  async #keepOneAtWork(): Promise<void> {
    while ((await this.#life()) === 'ended early');
  }

  /** Of one worker: to the end of the tasks, or of itself. */
  #life(): Promise<'no tasks' | 'ended early'> {
    const { tasks, done, failed, hangMs } = this.#options;
    const beat = new Beat();
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: beat.memory,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
    });
    return new Promise((resolve) => {
      const watchdog = new Watchdog(beat, hangMs, () => {
        end('ended early', `it did not end within ${hangMs} ms`);
      });
      const end = (how: 'no tasks' | 'ended early', reason: string | null): void => {
        watchdog.stop();
        worker.removeAllListeners();
        worker.on('error', () => undefined);
        if (reason !== null) failed({ target: beat.target, seed: beat.seed, reason });
        this.#peakBytes = Math.max(this.#peakBytes, beat.peakBytes);
        void worker.terminate().then(() => {
          resolve(how);
        });
      };
      const next = (): void => {
        const { value } = tasks.next();
        if (value === undefined) end('no tasks', null);
        else worker.postMessage(value);
      };
      worker.on('message', (result: Done) => {
        done(result);
        next();
      });
      worker.on('error', (error: unknown) => {
        end(
          'ended early',
          `the worker died: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
      next();
    });
  }
}

/** Calls `hangs` once, if the beat stands still too long; a machine that stood still itself does not count. */
class Watchdog {
  readonly #timer: NodeJS.Timeout;

  constructor(beat: Beat, hangMs: number, hangs: () => void) {
    let [beats, stillMs, looked] = [-1, 0, performance.now()];
    this.#timer = setInterval(() => {
      const now = performance.now();
      const passed = Math.min(now - looked, 2 * LOOK_EVERY_MS);
      looked = now;
      stillMs = beat.beats === beats && beats > 0 ? stillMs + passed : 0;
      beats = beat.beats;
      if (stillMs < hangMs) return;
      this.stop();
      hangs();
    }, LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
