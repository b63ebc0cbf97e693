/** Requests on their way to the disk, and what each is for. */
import type { LogIndex, Vote } from '#raft';
import type { Disk, DiskLane, DiskOperation, Identity } from './types.js';

/** What to do once a request is done. */
export type Purpose =
  /** One step of several; only its failure matters. */
  | { readonly for: 'step' }
  | { readonly for: 'vote'; readonly vote: Vote }
  | { readonly for: 'identity'; readonly identity: Identity }
  /** The end of the one write to the log that is under way. */
  | { readonly for: 'log-write' }
  | { readonly for: 'checkpoint-write'; readonly index: number }
  | { readonly for: 'checkpoint-rename'; readonly index: number }
  | { readonly for: 'checkpoint-clean'; readonly index: number }
  | { readonly for: 'intake-write'; readonly index: number; readonly offset: number }
  | { readonly for: 'intake-rename'; readonly index: number }
  | {
      readonly for: 'read';
      readonly index: LogIndex;
      readonly offset: number;
      readonly token: number;
    };

const step: Purpose = Object.freeze({ for: 'step' });

export interface RequestsState {
  readonly next: number;
  readonly waiting: readonly (readonly [number, Purpose])[];
  readonly stopped: boolean;
}

export class Requests {
  readonly #disk: Disk;
  #next: number;
  #waiting: Map<number, Purpose>;
  /** After a failure nothing more is written. */
  #stopped: boolean;

  constructor(disk: Disk, state: RequestsState = { next: 1, waiting: [], stopped: false }) {
    this.#disk = disk;
    this.#next = state.next;
    this.#waiting = new Map(state.waiting);
    this.#stopped = state.stopped;
  }

  dump(): RequestsState {
    return { next: this.#next, waiting: [...this.#waiting], stopped: this.#stopped };
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
  }

  submit(lane: DiskLane, operation: DiskOperation, purpose: Purpose = step): void {
    if (this.#stopped) return;
    const id = this.#next++;
    this.#waiting.set(id, purpose);
    this.#disk.submit({ id, lane, ...operation });
  }

  /** In order; the last one has the purpose. */
  submitAll(lane: DiskLane, operations: readonly DiskOperation[], purpose: Purpose = step): void {
    operations.forEach((operation, at) => {
      this.submit(lane, operation, at === operations.length - 1 ? purpose : step);
    });
  }

  /** What a completed request was for; null if it is none of ours. */
  settle(id: number): Purpose | null {
    const purpose = this.#waiting.get(id) ?? null;
    this.#waiting.delete(id);
    return purpose;
  }
}
