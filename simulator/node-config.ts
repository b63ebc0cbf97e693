/** What the world's nodes are started with. */
import { nodeId, type NodeId } from '#raft';
import type { Welcome } from '#rpc/session/frames';
import { PROGRAM } from '#rpc/versions';
import type { ReplicaConfig, ReplicaRules } from './machines.js';
import type { Plan } from './plan.js';

export interface Named {
  readonly id: NodeId;
  readonly name: string;
}

export const CLUSTER_ID = 'simulated';

const NODE_NAMES = ['ada', 'bob', 'cy', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'joe'];
const FIRST_NODE_ID = 6787;

/** By number, from 0. */
export function namedNode(number: number): Named {
  return {
    id: nodeId(FIRST_NODE_ID + number),
    name: NODE_NAMES[number] ?? `node${String(number)}`,
  };
}

interface Configured extends Named {
  readonly number: number;
  readonly incarnationName: string;
}

export function replicaConfigOf(
  plan: Plan,
  node: Configured,
  voters: readonly NodeId[],
  seed: number,
  clusterIsNew: boolean,
  rules: ReplicaRules,
): ReplicaConfig {
  return {
    nodeId: node.id,
    name: node.name,
    address: `simulated:${String(node.id)}`,
    dataDirectory: node.name,
    processId: node.number,
    incarnation: node.incarnationName,
    voters,
    ...electionTimeouts(plan, node),
    heartbeatMs: plan.heartbeatMs,
    seed,
    clusterIsNew,
    bornLeader: false,
    leader: {
      checkpoint: {
        entriesMax: plan.checkpointEntries,
        bytesMax: 1 << 20,
        quietMs: plan.checkpointQuietMs,
      },
      history: { revisions: plan.historyRevisions, bytesMax: 1 << 24 },
      sessionTimeoutMs: plan.sessionTimeoutMs,
      diskStallMs: plan.electionTimeoutMsMin,
    },
    limits: {
      keyBytesMax: 4_096,
      valueBytesMax: 1 << 20,
      requestBytesMax: 1.5 * 1_048_576,
      txnOperationsMax: 128,
    },
    readTimeoutMs: plan.callTimeoutMs,
    trailingEntries: plan.trailingEntries,
    chunkBytes: plan.chunkBytes,
    batchBytesMax: plan.batchBytesMax,
    rules,
  };
}

export function welcomeOf(
  plan: Plan,
  clusterId: string,
  node: { readonly id: number; readonly name: string },
): Welcome {
  return {
    protocol: PROGRAM.protocolMax,
    release: PROGRAM.release,
    clusterId,
    name: node.name,
    nodeId: node.id,
    requestsMax: 8_192,
    bytesMax: 16 * 1024 * 1024,
    sessionTimeoutMs: plan.sessionTimeoutMs,
  };
}

/** Fixed ones have to differ from node to node, or votes split for ever. */
function electionTimeouts(
  plan: Plan,
  { number }: Configured,
): Pick<ReplicaConfig, 'electionTimeoutMsMin' | 'electionTimeoutMsMax'> {
  const { electionTimeoutMsMin, electionTimeoutMsMax, fixedElectionTimeouts } = plan;
  const own = plan.electionTimeoutsMs?.[number] ?? null;
  if (own !== null) return { electionTimeoutMsMin: own, electionTimeoutMsMax: own };
  if (!fixedElectionTimeouts) return { electionTimeoutMsMin, electionTimeoutMsMax };
  const fixed = electionTimeoutMsMin * (1 + number);
  return { electionTimeoutMsMin: fixed, electionTimeoutMsMax: fixed };
}
