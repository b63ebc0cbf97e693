/** Whether this node works as it should, has failed, or is on its way out. */

/** Why nothing can be written any more. */
export interface Failure {
  readonly code: 'disk-full' | 'failed';
  readonly message: string;
}

/** As plain data. */
export interface ConditionState {
  readonly failure: Failure | null;
  readonly stopping: boolean;
  readonly handedOver: boolean;
}

export const WELL: ConditionState = { failure: null, stopping: false, handedOver: false };

export class Condition {
  #failure: Failure | null;
  #stopping: boolean;
  /** Stopping: nobody else will take the leadership, or need not. */
  #handedOver: boolean;

  constructor({ failure, stopping, handedOver }: ConditionState) {
    this.#failure = failure;
    this.#stopping = stopping;
    this.#handedOver = handedOver;
  }

  dump(): ConditionState {
    return { failure: this.#failure, stopping: this.#stopping, handedOver: this.#handedOver };
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  get isWell(): boolean {
    return this.#failure === null && !this.#stopping;
  }

  /** For good: only a restart, which recovers the directory, knows what is on the disk. */
  fail(failure: Failure): void {
    this.#failure = failure;
  }

  stop(): void {
    this.#stopping = true;
  }

  /** A leader that nobody can relieve stops all the same. */
  handOver(): void {
    this.#handedOver = true;
  }

  /** After a stop: nothing is left to do. `leads`: this node; `busy`: somebody waits, or a write. */
  hasStopped(leads: boolean, busy: boolean): boolean {
    if (!this.#stopping) return false;
    return this.#failure !== null || (!busy && (!leads || this.#handedOver));
  }
}
