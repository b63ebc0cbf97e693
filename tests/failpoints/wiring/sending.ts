/**
 * A failpoint before and after something is handed to a stream. After it means: once its bytes have left this
 * process. What is held holds up all that follows on the same stream, and nothing else.
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { StepName } from '../catalogue.js';
import type { Trigger } from './trigger.js';

export interface Sending {
  readonly step: StepName | null;
  /** Hands it to the stream. */
  readonly send: () => void;
  /** Bytes on the stream that have not left this process. */
  readonly unsent: () => number;
}

/** What is pushed in a turn is on the stream after so many more. */
const TURNS = 3;

export class Stream {
  readonly #trigger: Trigger;
  #waiting: Sending[] = [];
  #isHeld = false;

  constructor(trigger: Trigger) {
    this.#trigger = trigger;
  }

  push(sending: Sending): void {
    if (this.#isHeld) this.#waiting.push(sending);
    else this.#pass(sending);
  }

  #pass({ step, send, unsent }: Sending): void {
    if (step === null || !this.#trigger.isAbout(step)) {
      send();
    } else if (this.#trigger.isAbout(step, 'before')) {
      const ms = this.#trigger.pass(step, 'before');
      if (ms === 0) send();
      else void this.#hold(ms, send);
    } else {
      send();
      void this.#passAfter(step, unsent);
    }
  }

  /** Whatever else the process does meanwhile goes on, but on this stream. */
  async #passAfter(step: StepName, unsent: () => number): Promise<void> {
    this.#isHeld = true;
    for (let turn = 0; turn < TURNS || unsent() > 0; turn += 1) await nextTurn();
    await this.#hold(this.#trigger.pass(step, 'after'), () => undefined);
  }

  async #hold(ms: number, then: () => void): Promise<void> {
    this.#isHeld = true;
    if (ms > 0) await pause(ms);
    then();
    this.#isHeld = false;
    while (!this.#mayNotGoOn()) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#pass(next);
    }
  }

  /** What was let go may have been held again. */
  #mayNotGoOn(): boolean {
    return this.#isHeld;
  }
}
