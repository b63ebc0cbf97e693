/** The parts of a node as recovery left them. */
import { Store } from '#kv';
import { Raft, type Membership } from '#raft';
import { Storage, type Disk, type Recovered } from '#storage';
import type { ReplicaConfig } from './replica-config.js';

/** As of the checkpoint, or the initial one; what the log says of it comes after. */
export function membershipOf(config: ReplicaConfig, recovered: Recovered): Membership {
  return recovered.checkpoint?.membership ?? { voters: config.voters, learners: [] };
}

export function raftOf(config: ReplicaConfig, recovered: Recovered): Raft {
  const { vote, base, entries, commitIndex, checkpoint } = recovered;
  const blank = entries.length === 0 && checkpoint === null && vote.term === 0;
  return new Raft(
    {
      id: config.nodeId,
      electionTimeoutMsMin: config.electionTimeoutMsMin,
      electionTimeoutMsMax: config.electionTimeoutMsMax,
      heartbeatMs: config.heartbeatMs,
      seed: config.seed,
      // A closed loop of one caller comes back sooner than this, and a reader asks at once.
      commitDelayMs: 2,
      // A fixed timeout is a written scenario, which is to play as written.
      hints: config.electionTimeoutMsMin !== config.electionTimeoutMsMax,
      ...(config.batchBytesMax === undefined ? {} : { maxBatchBytes: config.batchBytesMax }),
      ...(config.rules?.raft === undefined ? {} : { rules: config.rules.raft }),
    },
    {
      vote,
      base,
      entries,
      commitIndex,
      checkpoint,
      membership: membershipOf(config, recovered),
      mayCampaign: !blank || config.clusterIsNew,
    },
  );
}

export function storageOf(config: ReplicaConfig, recovered: Recovered, disk: Disk): Storage {
  const rules = config.rules?.storage;
  return new Storage(disk, recovered, rules === undefined ? {} : { rules });
}

/** As of the checkpoint; the log's entries are applied to it once they are known to be committed. */
export function storeOf({ rules }: ReplicaConfig, { checkpoint, stateLines }: Recovered): Store {
  if (checkpoint === null) return new Store(rules?.state);
  return Store.fromCheckpoint(stateLines, checkpoint.index, rules?.state);
}
