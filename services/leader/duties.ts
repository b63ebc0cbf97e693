import type { Command, SessionView } from '#kv';
import {
  CheckpointSchedule,
  type CheckpointLimits,
  type CheckpointScheduleState,
  type LogGrowth,
} from './checkpoint-schedule.js';
import { DiskWatch, type DiskWatchState } from './disk-watch.js';
import { compactionDue, type HistoryLimits, type HistoryView } from './history-compaction.js';
import { SessionExpiry, type SessionExpiryState } from './session-expiry.js';

export interface LeaderConfig {
  readonly checkpoint: CheckpointLimits;
  readonly history: HistoryLimits;
  readonly sessionTimeoutMs: number;
  /** A log that does not become durable for so long makes the leader give up its role. */
  readonly diskStallMs: number;
}

/** What the leader looks at when it decides. */
export interface LeaderView {
  readonly growth: LogGrowth;
  readonly history: HistoryView;
  readonly durableIndex: number;
  readonly lastIndex: number;
  sessions(): readonly SessionView[];
}

export interface LeaderDecision {
  readonly commands: readonly Command[];
  readonly marker: boolean;
  readonly diskStalled: boolean;
}

/** As plain data. */
export interface LeaderDutiesState {
  readonly sessions: SessionExpiryState;
  readonly checkpoints: CheckpointScheduleState;
  readonly disk: DiskWatchState;
  readonly lookAt: number;
  readonly sessionsAt: number;
  readonly compactingTo: number;
}

/** Looks so often; sessions, whose table is walked, ten times in a session's timeout. */
const LOOK_EVERY_MS = 50;

/** A leader's duties, for as long as it leads. */
export class LeaderDuties {
  readonly sessions: SessionExpiry;
  readonly #config: LeaderConfig;
  readonly #checkpoints: CheckpointSchedule;
  readonly #disk: DiskWatch;
  #lookAt: number;
  #sessionsAt: number;
  /** The compaction proposed last, until the state shows it. */
  #compactingTo = 0;

  constructor(config: LeaderConfig, now: number) {
    this.#config = config;
    this.sessions = new SessionExpiry(config.sessionTimeoutMs);
    this.#checkpoints = new CheckpointSchedule(config.checkpoint, now);
    this.#disk = new DiskWatch(config.diskStallMs, now);
    this.#lookAt = now + LOOK_EVERY_MS;
    this.#sessionsAt = now;
  }

  static load(config: LeaderConfig, state: LeaderDutiesState): LeaderDuties {
    const duties = new LeaderDuties(config, state.lookAt);
    duties.sessions.load(state.sessions);
    duties.#checkpoints.load(state.checkpoints);
    duties.#disk.load(state.disk);
    duties.#lookAt = state.lookAt;
    duties.#sessionsAt = state.sessionsAt;
    duties.#compactingTo = state.compactingTo;
    return duties;
  }

  dump(): LeaderDutiesState {
    return {
      sessions: this.sessions.dump(),
      checkpoints: this.#checkpoints.dump(),
      disk: this.#disk.dump(),
      lookAt: this.#lookAt,
      sessionsAt: this.#sessionsAt,
      compactingTo: this.#compactingTo,
    };
  }

  /** When the next look is due, ms. */
  deadline(): number {
    return this.#lookAt;
  }

  /** What to propose now; called at the deadline. */
  look(view: LeaderView, now: number): LeaderDecision {
    this.#lookAt = now + LOOK_EVERY_MS;
    const commands = [...this.#expiries(view, now), ...this.#compaction(view)];
    const marker = this.#checkpoints.due(view.growth, now);
    if (marker) this.#checkpoints.proposed(view.growth);
    const diskStalled = this.#disk.stalled(view.durableIndex, view.lastIndex, now);
    return { commands, marker, diskStalled };
  }

  /** What was proposed last was refused: it will be due again. */
  proposalsRefused(): void {
    this.#checkpoints.refused();
    this.#compactingTo = 0;
  }

  #expiries(view: LeaderView, now: number): Command[] {
    if (now < this.#sessionsAt) return [];
    this.#sessionsAt = now + this.#config.sessionTimeoutMs / 10;
    return this.sessions.due(view.sessions(), now);
  }

  #compaction(view: LeaderView): Command[] {
    const revision = compactionDue(view.history, this.#config.history);
    if (revision === null || revision <= this.#compactingTo) return [];
    this.#compactingTo = revision;
    return [{ kind: 'compact', revision }];
  }
}
