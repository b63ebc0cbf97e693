/** Valid messages between nodes, near to where a small cluster of three would be. */
import { logIndex, nodeId, term, type Message } from '#raft';
import { toWire } from '#node';
import { PeerMessage as WirePeerMessage } from '#rpc/generated/relevo/v1/peer';
import type { PeerMessage } from '../../../node/ports.js';
import type { Random } from '../../../simulator/random.js';
import { noise } from '../mutations/bytes.js';
import { someReply, someRequest } from './frames.js';
import { linesOfEntries, someBody } from './storage.js';

const TYPES: readonly Message['type'][] = [
  ...(['pre-vote-request', 'pre-vote-reply', 'vote-request', 'vote-reply', 'timeout-now'] as const),
  ...([
    'append-request',
    'append-request',
    'append-reply',
    'append-reply',
    'heartbeat-request',
  ] as const),
  ...(['heartbeat-reply', 'read-index-request', 'read-index-reply', 'checkpoint-chunk'] as const),
  ...(['checkpoint-reply'] as const),
];

export function someMessage(random: Random): Message {
  const common = { term: term(random.below(5)) };
  const index = logIndex(random.below(7));
  const position = { index, term: term(random.below(3)) };
  switch (random.pick(TYPES)) {
    case 'pre-vote-request':
      return { type: 'pre-vote-request', ...common, last: position, hinted: random.chance(0.5) };
    case 'pre-vote-reply': {
      const proposedTerm = term(common.term + 1);
      return { type: 'pre-vote-reply', ...common, granted: random.chance(0.5), proposedTerm };
    }
    case 'vote-request':
      return { type: 'vote-request', ...common, last: position, transfer: random.chance(0.3) };
    case 'vote-reply':
      return { type: 'vote-reply', ...common, granted: random.chance(0.5) };
    case 'append-request': {
      const of = term(Math.max(1, common.term));
      const entries = Array.from({ length: random.below(4) }, (_, at) => {
        return { index: logIndex(index + at + 1), term: of, body: someBody(random) };
      });
      return { type: 'append-request', ...common, previous: position, entries, commitIndex: index };
    }
    case 'append-reply':
      if (random.chance(0.6)) {
        return { type: 'append-reply', ...common, success: true, matchIndex: index };
      }
      return {
        type: 'append-reply',
        ...common,
        success: false,
        refusedIndex: index,
        hint: position,
      };
    case 'heartbeat-request':
      return { type: 'heartbeat-request', ...common, commitIndex: index, round: random.below(5) };
    case 'heartbeat-reply':
      return { type: 'heartbeat-reply', ...common, matchIndex: index, round: random.below(5) };
    case 'read-index-request':
      return { type: 'read-index-request', ...common, id: random.below(9) };
    case 'read-index-reply': {
      const read = random.chance(0.3) ? null : index;
      return { type: 'read-index-reply', ...common, id: random.below(9), index: read };
    }
    case 'checkpoint-chunk':
      return someChunk(random, common.term);
    case 'checkpoint-reply': {
      const installed = random.chance(0.3);
      return { type: 'checkpoint-reply', ...common, index, offset: random.below(50), installed };
    }
    case 'timeout-now':
      return { type: 'timeout-now', ...common };
  }
}

function someChunk(random: Random, of: number): Message {
  const data = noise(random, 40);
  const membership = { voters: [1, 2, 3].map(nodeId), learners: [] };
  const position = { index: logIndex(random.integer(1, 9)), term: term(Math.min(of, 1)) };
  return {
    ...{ type: 'checkpoint-chunk', term: term(of), offset: 0, data },
    checkpoint: { ...position, membership, size: data.length + random.below(9) },
  };
}

export function somePeerMessage(random: Random): PeerMessage {
  switch (random.below(9)) {
    case 0:
      return { type: 'forward-request', id: random.below(9), request: someRequest(random) };
    case 1:
      return { type: 'forward-reply', id: random.below(9), reply: someReply(random) };
    case 2:
      return { type: 'leadership-request' };
    default:
      return { type: 'raft', message: someMessage(random) };
  }
}

/** As its sender would send it, whose log holds the entries. */
export function wireOf(message: PeerMessage): Uint8Array {
  const entries =
    message.type === 'raft' && message.message.type === 'append-request'
      ? message.message.entries
      : [];
  const lines = {
    chainAt: () => '00000000',
    linesBetween: () => linesOfEntries('00000000', entries),
  };
  return new Uint8Array(WirePeerMessage.encode(toWire(message, lines)).finish());
}
