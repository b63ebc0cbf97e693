/** What this node does because it leads, for as long as it does. */
import type { Command } from '#kv';
import { LeaderDuties, type LeaderConfig, type LeaderDutiesState, type LeaderView } from '#leader';
import type { CheckpointMeta, Raft } from '#raft';
import type { Applier } from './applier.js';
import type { FormatLevels } from './format-levels.js';
import type { MemberRecords } from './member-records.js';

/** What is to be done now. */
export interface Decision {
  readonly commands: readonly Command[];
  readonly marker: boolean;
  readonly diskStalled: boolean;
}

export class Leading {
  readonly #config: LeaderConfig;
  readonly #members: MemberRecords;
  readonly #formats: FormatLevels;
  /** Exists only while this node leads. */
  #duties: LeaderDuties | null;

  constructor(
    config: LeaderConfig,
    members: MemberRecords,
    formats: FormatLevels,
    duties: LeaderDutiesState | null = null,
  ) {
    this.#config = config;
    this.#members = members;
    this.#formats = formats;
    this.#duties = duties === null ? null : LeaderDuties.load(config, duties);
  }

  /** Null: it does not lead. */
  dump(): LeaderDutiesState | null {
    return this.#duties?.dump() ?? null;
  }

  get duties(): LeaderDuties | null {
    return this.#duties;
  }

  get deadline(): number {
    return this.#duties?.deadline() ?? Infinity;
  }

  begin(now: number): void {
    this.#duties ??= new LeaderDuties(this.#config, now);
    this.#members.lookAgain();
    this.#formats.lookAgain();
  }

  end(): void {
    this.#duties = null;
  }

  /** What was proposed last was refused: it will be due again. */
  proposalsRefused(): void {
    this.#duties?.proposalsRefused();
    this.#members.lookAgain();
    this.#formats.lookAgain();
  }

  /** Null: it does not lead, or it is not yet time to look. */
  look(raft: Raft, applier: Applier, now: number): Decision | null {
    if (this.#duties === null || now < this.#duties.deadline()) return null;
    const { store } = applier;
    const own = [...this.#members.missing(store), ...this.#formats.due(raft.membership, store)];
    const { commands, ...decision } = this.#duties.look(viewOf(raft, applier), now);
    return { commands: [...own, ...commands], ...decision };
  }
}

function viewOf(raft: Raft, applier: Applier): LeaderView {
  const { store, sinceMarker } = applier;
  const checkpoint: CheckpointMeta | null = raft.checkpoint;
  return {
    growth: {
      appliedIndex: applier.appliedIndex,
      markerIndex: sinceMarker.index,
      commandsSinceMarker: sinceMarker.commands,
      bytesSinceMarker: sinceMarker.bytes,
      keys: store.keyCount,
      checkpointBytes: checkpoint?.size ?? 0,
      writing: applier.writingCheckpoint,
    },
    history: {
      revision: store.revision,
      compactedRevision: store.compactedRevision,
      bytes: store.historySize.bytes,
    },
    durableIndex: raft.durableIndex,
    lastIndex: raft.lastIndex,
    sessions: () => store.sessions(),
  };
}
