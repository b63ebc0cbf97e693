/** The one failpoint that a process is armed with: counts how often it is passed, and then kills or holds. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Side, StepName } from '../catalogue.js';
import {
  FOLDER_VARIABLE,
  hitsFile,
  ORDER_SIGNAL,
  orderFile,
  orderText,
  parseOrder,
  type Order,
} from '../order.js';

export class Trigger {
  readonly #folder: string;
  readonly #process: string;
  #order: Order | null = null;
  #passed = 0;
  #isSpent = false;
  #isMuted = false;
  #leads = false;

  constructor(folder: string, process: string) {
    this.#folder = folder;
    this.#process = process;
    this.#take();
  }

  /** Of this process, as its environment says; it takes new orders as they come. */
  static ofProcess(name: string): Trigger {
    const folder = process.env[FOLDER_VARIABLE];
    if (folder === undefined) throw new Error(`${FOLDER_VARIABLE} has to name the orders' folder`);
    const trigger = new Trigger(folder, name);
    process.on(ORDER_SIGNAL, () => {
      trigger.#take();
    });
    return trigger;
  }

  /** Nothing leaves for the peers at the moment. */
  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** As the replica reports it. `leader`: whom it hears; null for nobody. */
  roleChanged(role: string, leader: number | null): void {
    this.#leads = role === 'leader';
    if (!this.#leads && leader !== null) this.#isMuted = false;
  }

  get isAboutApplying(): boolean {
    return this.#order?.step.startsWith('apply-') === true && !this.#isSpent;
  }

  /** Whether the order is about this step; what is costly to find out is asked for only then. */
  isAbout(step: StepName, side?: Side): boolean {
    const order = this.#order;
    if (order?.step !== step || this.#isSpent) return false;
    return side === undefined || order.side === side;
  }

  /**
   * The step is passed on this side. Returns for how many ms it has to be held, 0 for not at all; does not
   * return if the process has to die here.
   */
  pass(step: StepName, side: Side): number {
    const order = this.#meant(step, side);
    if (order === null) return 0;
    this.#isSpent = true;
    this.#note('hit', order);
    if (order.how === 'kill') die();
    return order.ms;
  }

  /** The same where what comes next can wait without holding up anything else. */
  async hold(step: StepName, side: Side): Promise<void> {
    const ms = this.pass(step, side);
    if (ms > 0) await pause(ms);
  }

  /** The same within one turn of the event loop: the whole process stands still. */
  stall(step: StepName, side: Side): void {
    const ms = this.pass(step, side);
    if (ms > 0) standStill(ms);
  }

  /** The order, if this passing is the one that it means. */
  #meant(step: StepName, side: Side): Order | null {
    const order = this.#order;
    if (order === null || !this.isAbout(step, side)) return null;
    const isAsTold =
      order.as === 'leader' ? this.#leads : !(order.as === 'follower' && this.#leads);
    if (!isAsTold) return null;
    this.#passed += 1;
    return this.#passed === order.nth ? order : null;
  }

  #take(): void {
    const file = orderFile(this.#folder, this.#process);
    const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    this.#order = text === '' ? null : parseOrder(text);
    this.#passed = 0;
    this.#isSpent = false;
    if (this.#order === null) return;
    this.#isMuted = this.#order.isMuted && this.#leads;
    this.#note('armed', this.#order);
  }

  /** It is in the page cache before the process dies, which is all that a killed process needs. */
  #note(what: 'armed' | 'hit', order: Order): void {
    const file = hitsFile(this.#folder, this.#process);
    appendFileSync(file, `${what} ${order.id} ${orderText(order)}\n`);
  }
}

/** At this very point: nothing is flushed, no handler runs, and no other turn of the event loop comes. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way to the thread that runs this.
  for (;;) standStill(1_000);
}

const NEVER = new Int32Array(new SharedArrayBuffer(4));

function standStill(ms: number): void {
  Atomics.wait(NEVER, 0, 0, ms);
}
