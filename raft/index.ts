/** The core's only door. README.md is its contract. */
export * from './types.js';
export { InvariantBroken } from './broken.js';
export type { RaftConfig, RaftStart } from './config.js';
export { checkLog } from './invariants.js';
export { entryBytes } from './log.js';
export { isQuorum, quorumSize } from './quorum.js';
export type { PeerProgress, RunningTimer } from './raft.js';
export { Raft } from './raft.js';
export type { LastHeard, LeaderContact, Rules } from './rules.js';
export { RULES } from './rules.js';
export type { RaftState } from './state.js';
