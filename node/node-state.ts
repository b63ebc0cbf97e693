/** What a node says of itself, to proxies and to people. */
import type { Raft, Role } from '#raft';
import { NodeRole, type NodeState } from '#rpc/session/frames';
import { PROGRAM } from '#rpc/versions';
import type { ReplicaConfig } from './replica-config.js';

export interface Standing {
  readonly appliedIndex: number;
  readonly checkpointIndex: number;
  readonly revision: number;
  readonly healthy: boolean;
  readonly formatLevel: number;
}

export function nodeStateOf(config: ReplicaConfig, raft: Raft, standing: Standing): NodeState {
  const { release, protocolMin, protocolMax, formatMax } = config.program ?? PROGRAM;
  const learner = raft.membership.learners.includes(config.nodeId);
  return {
    nodeId: config.nodeId,
    name: config.name,
    role: learner ? NodeRole.learner : roleOf(raft.role),
    term: raft.term,
    leader: raft.leader ?? 0,
    lastIndex: raft.lastIndex,
    commitIndex: raft.commitIndex,
    incarnation: config.incarnation,
    address: config.address,
    dataDirectory: config.dataDirectory,
    processId: config.processId,
    voters: raft.membership.voters.length,
    ...{ release, protocolMin, protocolMax, formatMax },
    ...standing,
  };
}

function roleOf(role: Role): NodeRole {
  switch (role) {
    case 'follower':
      return NodeRole.follower;
    case 'pre-candidate':
      return NodeRole.preCandidate;
    case 'candidate':
      return NodeRole.candidate;
    case 'leader':
      return NodeRole.leader;
  }
}
