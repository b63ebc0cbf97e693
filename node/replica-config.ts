import type { StateRules } from '#kv';
import type { LeaderConfig } from '#leader';
import type { NodeId, Rules } from '#raft';
import type { Program } from '#rpc/versions';
import type { StorageRules } from '#storage';
import type { RequestLimits } from './admission.js';
import type { NodeRules } from './rules.js';

/** Production leaves all of them out; a test or a lesson replaces one by a wrong one. */
export interface ReplicaRules {
  readonly raft?: Rules;
  readonly storage?: StorageRules;
  readonly state?: StateRules;
  readonly node?: NodeRules;
}

/** What a replica is told at its start and keeps for life. */
export interface ReplicaConfig {
  readonly nodeId: NodeId;
  readonly name: string;
  /** Where clients and proxies reach this node, for people. */
  readonly address: string;
  readonly dataDirectory: string;
  readonly processId: number;
  /** Changes with every start of the process. */
  readonly incarnation: string;
  /** The initial voters, ascending; the log's membership overrules it. */
  readonly voters: readonly NodeId[];
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  readonly heartbeatMs: number;
  readonly seed: number;
  /** CLUSTER_STATE=new: a blank directory may vote and campaign. */
  readonly clusterIsNew: boolean;
  /** Asks once, on its very first start, for the leadership. */
  readonly bornLeader: boolean;
  readonly leader: LeaderConfig;
  readonly limits: RequestLimits;
  /** How long a read may wait here when its request sets no limit, ms. */
  readonly readTimeoutMs: number;
  /** So many entries before a checkpoint stay in the log, for followers that are a little behind. */
  readonly trailingEntries: number;
  /** Of one message's entries, in bytes; the core's default if it is left out. */
  readonly batchBytesMax?: number;
  /** Of one piece of a checkpoint on its way to a follower, in bytes; 256 KiB if it is left out. */
  readonly chunkBytes?: number;
  readonly rules?: ReplicaRules;
  /** What this node speaks, reads and writes; this release's if it is left out. */
  readonly program?: Program;
}

/** Counters since the start, for metrics. */
export interface ReplicaFigures {
  elections: number;
  leaderChanges: number;
  proposed: number;
  applied: number;
  /** Entries of which it was measured how long they took to be committed, as leader, and ms in all. */
  commits: number;
  commitMs: number;
  readsServed: number;
  staleReadsServed: number;
  forwarded: number;
  checkpointsSaved: number;
  checkpointsInstalled: number;
}

export function noFigures(): ReplicaFigures {
  return {
    elections: 0,
    leaderChanges: 0,
    proposed: 0,
    applied: 0,
    commits: 0,
    commitMs: 0,
    readsServed: 0,
    staleReadsServed: 0,
    forwarded: 0,
    checkpointsSaved: 0,
    checkpointsInstalled: 0,
  };
}
