/** Starts and instructs the process that holds a system's callers (callers.ts). */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Done, Task } from './callers.js';
import type { LoopOptions, LoopResult } from './closed-loop.js';
import type { Kind, System } from './operations.js';

const PROGRAM = fileURLToPath(new URL('./callers.js', import.meta.url));

export class CallerProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(system: System, endpoints: readonly string[]): Promise<CallerProcess> {
    const callers = new CallerProcess(fork(PROGRAM));
    await callers.#do({ type: 'connect', system, endpoints });
    return callers;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async fill(): Promise<void> {
    await this.#do({ type: 'fill' });
  }

  async loop(kind: Kind, options: LoopOptions): Promise<LoopResult> {
    const result = await this.#do({ type: 'loop', kind, options });
    if (result === null) throw new Error('the callers said nothing of their loop');
    return result;
  }

  async close(): Promise<void> {
    await this.#do({ type: 'close' });
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }

  /** One task at a time. Rejects when the process ends meanwhile. */
  async #do(task: Task): Promise<LoopResult | null> {
    const child = this.#child;
    const ended = new AbortController();
    const { signal } = ended;
    child.send(task);
    const answer = once(child, 'message', { signal }) as Promise<[Done]>;
    const exit = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`the process of the callers ended with ${String(code)}`);
    });
    try {
      const [done] = await Promise.race([answer, exit]);
      if (done.type === 'failed') throw new Error(done.message);
      return done.result;
    } finally {
      answer.catch(() => undefined);
      exit.catch(() => undefined);
      ended.abort();
    }
  }
}
