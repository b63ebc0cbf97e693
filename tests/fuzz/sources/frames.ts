/** Valid frames of the pipelined session. */
import { type Greeting, PeerKind } from '#rpc/generated/relevo/v1/session';
import {
  NodeRole,
  Outcome,
  RequestKind,
  type NodeState,
  type Reply,
  type ReplyCode,
  type Request,
  type Welcome,
} from '#rpc/session/frames';
import type { Random } from '../../../simulator/random.js';
import { noise } from '../mutations/bytes.js';
import { someOperationBytes, someResultBytes } from './operations.js';

const CODES: readonly ReplyCode[] = [
  ...(['no-leader', 'not-leader', 'overloaded', 'timeout', 'stopping', 'leader-changed'] as const),
  ...(['too-large', 'malformed', 'session-expired', 'session-full', 'revision-compacted'] as const),
];

export const someCount = (random: Random): number =>
  random.pick([
    0,
    1,
    random.below(20),
    random.below(1 << 20),
    2 ** 40 + random.below(99),
    2 ** 53 - 1,
  ]);

export function someRequest(random: Random, id = random.integer(1, 12)): Request {
  return {
    id,
    kind: random.chance(0.9) ? random.pick(Object.values(RequestKind)) : random.below(12),
    session: random.pick([0, 3, 7, someCount(random)]),
    sequence: random.pick([0, 1, random.below(9), someCount(random)]),
    lowestAwaited: random.below(5),
    timeoutMs: random.pick([0, 0, 1, 500, 30_000]),
    minRevision: random.pick([0, 0, 0, 1, 5, someCount(random)]),
    payload: random.chance(0.9) ? someOperationBytes(random) : noise(random, 30),
    partsMax: random.pick([0, 0, 1, 2, 2 ** 32 - 1]),
  };
}

export function someReply(random: Random, id = random.integer(1, 12)): Reply {
  const outcome = random.pick(Object.values(Outcome));
  const ok = outcome === Outcome.ok;
  return {
    id,
    outcome,
    payload: ok ? someResultBytes(random) : new Uint8Array(0),
    code: ok ? '' : random.pick(CODES),
    message: ok ? '' : 'it could not be done; send it again',
    session: random.pick([0, 0, 7, someCount(random)]),
    servedBy: random.integer(0, 3),
    linearizable: random.chance(0.5),
    more: random.chance(0.1),
    leader: random.integer(0, 3),
    part: random.pick([0, 0, 1, random.below(9)]),
  };
}

export function someState(random: Random, nodeId = random.integer(1, 3)): NodeState {
  const applied = random.below(50);
  return {
    ...{
      nodeId,
      name: random.pick(['ada', 'bob', 'cy']),
      role: random.pick(Object.values(NodeRole)),
    },
    ...{
      term: random.below(6),
      leader: random.integer(0, 3),
      lastIndex: applied + random.below(5),
    },
    ...{ commitIndex: applied, appliedIndex: applied, checkpointIndex: 0, revision: applied + 1 },
    ...{ healthy: random.chance(0.9), incarnation: 'i1', address: '127.0.0.1:6787', voters: 3 },
    ...{ dataDirectory: 'data/ada', processId: random.below(1 << 16) },
    ...{ release: random.pick(['', '0.1.0']), protocolMin: 1, protocolMax: random.below(3) },
    ...{ formatMax: random.below(3), formatLevel: random.below(3) },
  };
}

export function someWelcome(random: Random): Welcome {
  return {
    ...{ protocol: 1, clusterId: 'a1b2c3d4', name: 'ada', nodeId: random.integer(0, 3) },
    requestsMax: random.pick([0, 1, 4, 8_192]),
    bytesMax: random.pick([0, 1, 1 << 24]),
    sessionTimeoutMs: random.pick([0, 1, 300, 60_000]),
    release: random.pick(['', '0.1.0']),
  };
}

export function someGreeting(random: Random): Greeting {
  return {
    protocolMin: random.below(3),
    protocolMax: random.below(3),
    release: random.pick(['', '0.1.0', '\u001b[2J']),
    kind: random.pick([PeerKind.PEER_KIND_CLIENT, PeerKind.PEER_KIND_PROXY]),
    clusterId: random.pick(['', 'a1b2c3d4']),
    name: random.pick(['me', 'proxy-2379']),
  };
}
