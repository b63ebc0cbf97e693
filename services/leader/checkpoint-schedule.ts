export interface CheckpointLimits {
  /** A checkpoint is due after so many entries, or half as many as there are keys, if that is more... */
  readonly entriesMax: number;
  /** ...or so many bytes of commands, or as many as the last checkpoint had, if that is more. */
  readonly bytesMax: number;
  /** ...or when nothing was written for so long, in ms, and something changed since the last one. */
  readonly quietMs: number;
}

/** What the schedule looks at. */
export interface LogGrowth {
  readonly appliedIndex: number;
  /** The newest marker that was applied; 0 if none. */
  readonly markerIndex: number;
  /** Commands applied since that marker, and their bytes. */
  readonly commandsSinceMarker: number;
  readonly bytesSinceMarker: number;
  /** Keys in the state: what a checkpoint writes is in proportion to them. */
  readonly keys: number;
  /** Bytes of the newest checkpoint; 0 if none. */
  readonly checkpointBytes: number;
  /** A checkpoint is being written on this node. */
  readonly writing: boolean;
}

/** All of the state is written each time: a large one waits longer for quiet, in ms. */
function pause(checkpointBytes: number): number {
  return checkpointBytes / CHECKPOINT_BYTES_PER_MS;
}

/** 5 MB for each second of quiet. */
const CHECKPOINT_BYTES_PER_MS = 5_000;

/** As plain data. */
export interface CheckpointScheduleState {
  readonly lastApplied: number;
  readonly quietSince: number;
  readonly proposedAfter: number;
}

/** Decides when the leader proposes the next checkpoint marker. */
export class CheckpointSchedule {
  readonly #limits: CheckpointLimits;
  #lastApplied = 0;
  #quietSince: number;
  /** A marker was proposed when this much was applied; no other until it shows. */
  #proposedAfter = -1;

  constructor(limits: CheckpointLimits, now: number) {
    this.#limits = limits;
    this.#quietSince = now;
  }

  dump(): CheckpointScheduleState {
    return {
      lastApplied: this.#lastApplied,
      quietSince: this.#quietSince,
      proposedAfter: this.#proposedAfter,
    };
  }

  load(state: CheckpointScheduleState): void {
    this.#lastApplied = state.lastApplied;
    this.#quietSince = state.quietSince;
    this.#proposedAfter = state.proposedAfter;
  }

  due(growth: LogGrowth, now: number): boolean {
    if (growth.appliedIndex !== this.#lastApplied) {
      this.#lastApplied = growth.appliedIndex;
      this.#quietSince = now;
    }
    if (growth.writing || growth.commandsSinceMarker === 0) return false;
    if (this.#proposedAfter >= growth.markerIndex && this.#proposedAfter >= 0) return false;
    const full =
      growth.commandsSinceMarker >= Math.max(this.#limits.entriesMax, growth.keys / 2) ||
      growth.bytesSinceMarker >= Math.max(this.#limits.bytesMax, growth.checkpointBytes);
    const quiet = now - this.#quietSince >= this.#limits.quietMs + pause(growth.checkpointBytes);
    return full || quiet;
  }

  /** The marker is being proposed. */
  proposed(growth: LogGrowth): void {
    this.#proposedAfter = growth.markerIndex;
  }

  /** The proposal was refused after all. */
  refused(): void {
    this.#proposedAfter = -1;
  }
}
