/** The parts that a replica is made of, as recovery left them or as a dump describes them. */
import { Store } from '#kv';
import { logIndex, Raft, type Membership, type RaftState } from '#raft';
import { PROGRAM } from '#rpc/versions';
import { Storage, type Recovered, type StorageState } from '#storage';
import { Applier, type ApplierState } from './applier.js';
import { CheckpointCourier, type CourierState } from './checkpoint-courier.js';
import { Condition, WELL, type ConditionState } from './condition.js';
import { FormatLevels, NO_LEVELS, type FormatLevelsState } from './format-levels.js';
import { FirstLeadership, type FirstLeadershipState } from './first-leadership.js';
import { Leading } from './leading.js';
import { MemberRecords, type MemberRecordsState } from './member-records.js';
import type { Ports } from './ports.js';
import { noFigures, type ReplicaConfig, type ReplicaFigures } from './replica-config.js';
import { RequestDesk, type RequestDeskState } from './request-desk.js';

/** A caller that waits for each answer comes back sooner than this, and a reader asks at once. */
const COMMIT_DELAY_MS = 2;

export interface Parts {
  readonly raft: Raft;
  readonly storage: Storage;
  readonly applier: Applier;
  readonly desk: RequestDesk;
  readonly courier: CheckpointCourier;
  readonly members: MemberRecords;
  readonly formats: FormatLevels;
  readonly firstLeadership: FirstLeadership;
  readonly leading: Leading;
  readonly condition: Condition;
  readonly figures: ReplicaFigures;
}

/** All parts, as plain data: JSON could carry them, but for bytes. */
export interface PartsState {
  readonly raft: RaftState;
  readonly storage: StorageState;
  readonly applier: ApplierState;
  readonly desk: RequestDeskState;
  readonly courier: CourierState;
  readonly members: MemberRecordsState;
  readonly formats: FormatLevelsState;
  readonly firstLeadership: FirstLeadershipState;
  readonly leading: ReturnType<Leading['dump']>;
  readonly condition: ConditionState;
  readonly figures: ReplicaFigures;
}

export function recoveredParts(config: ReplicaConfig, recovered: Recovered, ports: Ports): Parts {
  const { identity, checkpoint, stateLines } = recovered;
  const { rules } = config;
  const storage = new Storage(ports.disk, recovered, optionsOf(config));
  const index = checkpoint?.index ?? logIndex(0);
  const store =
    checkpoint === null
      ? new Store(rules?.state)
      : Store.fromCheckpoint(stateLines, index, rules?.state);
  const membership = membershipOf(config, recovered);
  const self = { storeId: identity.storeId, name: config.name };
  const members = new MemberRecords({ greeted: [], self: [config.nodeId, self], due: false });
  const formats = formatLevels(config, NO_LEVELS);
  const figures = noFigures();
  return {
    raft: new Raft(coreConfig(config), startOf(config, recovered)),
    storage,
    applier: new Applier(store, membership, storage, index, rules?.state),
    desk: new RequestDesk(config, ports, figures),
    courier: new CheckpointCourier(storage, ports.network, config.chunkBytes),
    members,
    formats,
    firstLeadership: new FirstLeadership({ identity, asking: false }, config.bornLeader),
    leading: new Leading(config.leader, members, formats),
    condition: new Condition(WELL),
    figures,
  };
}

export function dumpParts(parts: Parts): PartsState {
  return {
    raft: parts.raft.dump(),
    storage: parts.storage.dump(),
    applier: parts.applier.dump(),
    desk: parts.desk.dump(),
    courier: parts.courier.dump(),
    members: parts.members.dump(),
    formats: parts.formats.dump(),
    firstLeadership: parts.firstLeadership.dump(),
    leading: parts.leading.dump(),
    condition: parts.condition.dump(),
    figures: { ...parts.figures },
  };
}

export function loadParts(config: ReplicaConfig, state: PartsState, ports: Ports): Parts {
  const store = Store.load(state.applier.store, config.rules?.state);
  // The storage goes on with the checkpoint that was being written, from the state that is loaded.
  const { cursor: dumped } = state.applier;
  const cursor = dumped === null ? null : store.resumeCheckpoint(dumped);
  const storage = new Storage(ports.disk, state.storage, optionsOf(config), cursor);
  const members = new MemberRecords(state.members);
  const formats = formatLevels(config, state.formats);
  const figures = { ...state.figures };
  return {
    raft: Raft.load(coreConfig(config), state.raft),
    storage,
    applier: Applier.load(state.applier, store, cursor, storage, config.rules?.state),
    desk: new RequestDesk(config, ports, figures, { state: state.desk, store }),
    courier: new CheckpointCourier(storage, ports.network, config.chunkBytes, state.courier),
    members,
    formats,
    firstLeadership: new FirstLeadership(state.firstLeadership, config.bornLeader),
    leading: new Leading(config.leader, members, formats, state.leading),
    condition: new Condition(state.condition),
    figures,
  };
}

function formatLevels(config: ReplicaConfig, state: FormatLevelsState): FormatLevels {
  const { nodeId, program = PROGRAM, rules } = config;
  return new FormatLevels(nodeId, program, state, rules?.node);
}

function optionsOf({ rules }: ReplicaConfig): ConstructorParameters<typeof Storage>[2] {
  return rules?.storage === undefined ? {} : { rules: rules.storage };
}

/** As of the checkpoint, or the initial one; what the log says of it comes after. */
function membershipOf(config: ReplicaConfig, recovered: Recovered): Membership {
  return recovered.checkpoint?.membership ?? { voters: config.voters, learners: [] };
}

function coreConfig(config: ReplicaConfig): ConstructorParameters<typeof Raft>[0] {
  return {
    id: config.nodeId,
    electionTimeoutMsMin: config.electionTimeoutMsMin,
    electionTimeoutMsMax: config.electionTimeoutMsMax,
    heartbeatMs: config.heartbeatMs,
    seed: config.seed,
    // A fixed timeout is a written scenario, which is to play as written.
    hints: config.electionTimeoutMsMin !== config.electionTimeoutMsMax,
    commitDelayMs: COMMIT_DELAY_MS,
    ...(config.batchBytesMax === undefined ? {} : { maxBatchBytes: config.batchBytesMax }),
    ...(config.rules?.raft === undefined ? {} : { rules: config.rules.raft }),
  };
}

function startOf(
  config: ReplicaConfig,
  recovered: Recovered,
): Exclude<ConstructorParameters<typeof Raft>[1], RaftState> {
  const { vote, base, entries, commitIndex, checkpoint } = recovered;
  const isEmpty = entries.length === 0 && checkpoint === null;
  // A term alone may come from a first election that nobody won: only what was muted stays so.
  const isBlank = vote.muted === true || (vote.term === 0 && !config.clusterIsNew);
  return {
    vote,
    base,
    entries,
    commitIndex,
    checkpoint,
    membership: membershipOf(config, recovered),
    mayCampaign: !isEmpty || !isBlank,
  };
}
