import type { Rules } from './rules.js';
import { RULES } from './rules.js';
import type {
  CheckpointMeta,
  Entry,
  LogIndex,
  LogPosition,
  Membership,
  NodeId,
  Vote,
} from './types.js';

export interface RaftConfig {
  readonly id: NodeId;
  /** Randomised timeouts are drawn from here to `electionTimeoutMsMax`; the same: a fixed timeout. */
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  readonly heartbeatMs: number;
  /**
   * Of the random generator. Another one at each start of a node: the numbers of its read questions
   * begin at a random place, so that an answer to an earlier life is not taken for one to this life.
   */
  readonly seed: number;
  /** Whether a lost connection to the leader starts an election; off where the timeout is fixed. */
  readonly hints: boolean;
  /** Of one append-request's entries; a single larger entry still goes. 256 KiB. */
  readonly maxBatchBytes?: number;
  /** Unanswered append-requests with entries, for each follower. 32. */
  readonly maxInflightBatches?: number;
  /** Of the leader's entries that are not committed; beyond it proposals are refused. 64 MiB. */
  readonly maxUncommittedBytes?: number;
  /**
   * How long an idle follower may wait to hear of a new commit index: entries that follow at once carry it,
   * and save a message to each follower. 0: it is told at once.
   */
  readonly commitDelayMs?: number;
  /** `RULES`, unless a test or a lesson breaks one. */
  readonly rules?: Rules;
}

export type Settings = Required<RaftConfig>;

/** What recovery found. All of it is durable. */
export interface RaftStart {
  readonly vote: Vote;
  /** The position before the first of `entries`. */
  readonly base: LogPosition;
  readonly entries: readonly Entry[];
  /** Known to be committed; at least the checkpoint's index. */
  readonly commitIndex: LogIndex;
  /** As of the checkpoint; without one as of `base`: the cluster's first membership. */
  readonly membership: Membership;
  readonly checkpoint: CheckpointMeta | null;
  /** False for a node with an empty log in a cluster that exists: it neither votes nor campaigns until it is led. */
  readonly mayCampaign: boolean;
}

export function settings(config: RaftConfig): Settings {
  const { electionTimeoutMsMin: min, electionTimeoutMsMax: max, heartbeatMs } = config;
  if (!(heartbeatMs > 0 && heartbeatMs < min && min <= max)) {
    throw new RangeError(
      `heartbeatMs ${String(heartbeatMs)}, electionTimeoutMsMin ${String(min)} and ` +
        `electionTimeoutMsMax ${String(max)}: give three positive numbers in rising order`,
    );
  }
  return {
    maxBatchBytes: 256 * 1024,
    maxInflightBatches: 32,
    maxUncommittedBytes: 64 * 1024 * 1024,
    commitDelayMs: 0,
    rules: RULES,
    ...config,
  };
}
