/** Messages between nodes: the core's plain objects and their protobuf form. */
import { logIndex, nodeId, term as termOf, type Message } from '#raft';
import { Reply as WireReply, Request as WireRequest } from '#rpc/generated/relevo/v1/session';
import type { Reply, Request } from '#rpc/session/frames';
import type { PeerMessage as WireMessage } from '#rpc/generated/relevo/v1/peer';
import { decodeLines, type Storage } from '#storage';
import type { PeerMessage } from '../ports.js';

/** What the codec needs of the storage: log lines as they stand. */
export type LineSource = Pick<Storage, 'linesBetween' | 'chainAt'>;

interface Codec<Frame> {
  encode(frame: Frame): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Frame;
}

/** The generated codecs by the frames' types, in which kinds and outcomes are plain numbers. */
const REQUEST_CODEC: Codec<Request> = WireRequest;
const REPLY_CODEC: Codec<Reply> = WireReply;

/** A message that can't be one of ours; the stream that carried it is ended. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export function toWire(message: PeerMessage, lines: LineSource): WireMessage {
  switch (message.type) {
    case 'raft':
      return raftToWire(message.message, lines);
    case 'forward-request': {
      const request = REQUEST_CODEC.encode(message.request).finish();
      return wire(0, { $case: 'forwardRequest', value: { id: message.id, request } });
    }
    case 'forward-reply': {
      const reply = REPLY_CODEC.encode(message.reply).finish();
      return wire(0, { $case: 'forwardReply', value: { id: message.id, reply } });
    }
    case 'leadership-request':
      return wire(0, { $case: 'leadershipRequest', value: {} });
  }
}

function wire(term: number, kind: NonNullable<WireMessage['kind']>): WireMessage {
  return { term, kind };
}

function raftToWire(message: Message, lines: LineSource): WireMessage {
  const { term } = message;
  switch (message.type) {
    case 'pre-vote-request': {
      const { last, hinted } = message;
      const value = { lastIndex: last.index, lastTerm: last.term, hinted };
      return wire(term, { $case: 'preVoteRequest', value });
    }
    case 'pre-vote-reply': {
      const { granted, proposedTerm } = message;
      return wire(term, { $case: 'preVoteReply', value: { granted, proposedTerm } });
    }
    case 'vote-request': {
      const { last, transfer } = message;
      const value = { lastIndex: last.index, lastTerm: last.term, transfer };
      return wire(term, { $case: 'voteRequest', value });
    }
    case 'vote-reply':
      return wire(term, { $case: 'voteReply', value: { granted: message.granted } });
    case 'append-request':
      return wire(term, { $case: 'appendRequest', value: appendToWire(message, lines) });
    case 'append-reply':
      return wire(term, { $case: 'appendReply', value: appendReplyToWire(message) });
    case 'heartbeat-request': {
      const { commitIndex, round } = message;
      return wire(term, { $case: 'heartbeatRequest', value: { commitIndex, round } });
    }
    case 'heartbeat-reply': {
      const { round, matchIndex } = message;
      return wire(term, { $case: 'heartbeatReply', value: { round, matchIndex } });
    }
    case 'read-index-request':
      return wire(term, { $case: 'readIndexRequest', value: { id: message.id } });
    case 'read-index-reply': {
      const { id, index } = message;
      const value = { id, confirmed: index !== null, index: index ?? 0 };
      return wire(term, { $case: 'readIndexReply', value });
    }
    case 'checkpoint-chunk':
      return wire(term, { $case: 'checkpointChunk', value: chunkToWire(message) });
    case 'checkpoint-reply': {
      const { index, offset, installed } = message;
      return wire(term, { $case: 'checkpointReply', value: { index, offset, installed } });
    }
    case 'timeout-now':
      return wire(term, { $case: 'timeoutNow', value: {} });
  }
}

type Of<T extends Message['type']> = Extract<Message, { type: T }>;
type WireValue<C extends NonNullable<WireMessage['kind']>['$case']> = Extract<
  NonNullable<WireMessage['kind']>,
  { $case: C }
>['value'];

function appendToWire(
  message: Of<'append-request'>,
  lines: LineSource,
): WireValue<'appendRequest'> {
  const { previous, entries, commitIndex } = message;
  const first = entries[0];
  const last = entries[entries.length - 1];
  return {
    previousIndex: previous.index,
    previousTerm: previous.term,
    previousChain: lines.chainAt(previous.index),
    commitIndex,
    lines: first && last ? lines.linesBetween(first.index, last.index) : new Uint8Array(0),
  };
}

function appendReplyToWire(message: Of<'append-reply'>): WireValue<'appendReply'> {
  if (message.success) {
    const { matchIndex } = message;
    return { success: true, matchIndex, refusedIndex: 0, hintIndex: 0, hintTerm: 0 };
  }
  const { refusedIndex, hint } = message;
  return {
    success: false,
    matchIndex: 0,
    refusedIndex,
    hintIndex: hint.index,
    hintTerm: hint.term,
  };
}

function chunkToWire(message: Of<'checkpoint-chunk'>): WireValue<'checkpointChunk'> {
  const { checkpoint, offset, data } = message;
  return {
    index: checkpoint.index,
    checkpointTerm: checkpoint.term,
    size: checkpoint.size,
    offset,
    data,
    voters: [...checkpoint.membership.voters],
    learners: [...checkpoint.membership.learners],
  };
}

/** Throws `MalformedMessage` or the storage's `LinesMalformed`; nothing was taken from it then. */
export function fromWire(message: WireMessage): PeerMessage {
  const { kind } = message;
  if (kind === undefined) {
    throw new MalformedMessage('a message of no known kind; is the other node newer than this?');
  }
  switch (kind.$case) {
    case 'forwardRequest': {
      const { id, request } = kind.value;
      return { type: 'forward-request', id, request: nested(REQUEST_CODEC, request, 'kind') };
    }
    case 'forwardReply': {
      const { id, reply } = kind.value;
      return { type: 'forward-reply', id, reply: nested(REPLY_CODEC, reply, 'outcome') };
    }
    case 'leadershipRequest':
      return { type: 'leadership-request' };
    default:
      return { type: 'raft', message: raftFromWire(termOf(message.term), kind) };
  }
}

/** A frame within a message; its enumeration may be unknown here, but nobody could send on a negative one. */
function nested<Name extends string, Frame extends Readonly<Record<Name, number>>>(
  codec: { decode(bytes: Uint8Array): Frame },
  bytes: Uint8Array,
  enumeration: Name,
): Frame {
  let frame: Frame;
  try {
    frame = codec.decode(bytes);
  } catch (error) {
    // The generated codecs throw errors of any class.
    const reason = error instanceof Error ? error.message : String(error);
    throw new MalformedMessage(`a frame within it can't be read: ${reason}`);
  }
  if (frame[enumeration] >= 0) return frame;
  throw new MalformedMessage(`what is forwarded has ${enumeration} ${frame[enumeration]}`);
}

/** The kinds that are the core's own. */
type RaftKind = Exclude<
  NonNullable<WireMessage['kind']>,
  { $case: 'forwardRequest' | 'forwardReply' | 'leadershipRequest' }
>;

function raftFromWire(term: Message['term'], kind: RaftKind): Message {
  switch (kind.$case) {
    case 'preVoteRequest': {
      const { lastIndex, lastTerm, hinted } = kind.value;
      const last = { index: logIndex(lastIndex), term: termOf(lastTerm) };
      return { type: 'pre-vote-request', term, last, hinted };
    }
    case 'preVoteReply': {
      const { granted, proposedTerm } = kind.value;
      return { type: 'pre-vote-reply', term, granted, proposedTerm: termOf(proposedTerm) };
    }
    case 'voteRequest': {
      const { lastIndex, lastTerm, transfer } = kind.value;
      const last = { index: logIndex(lastIndex), term: termOf(lastTerm) };
      return { type: 'vote-request', term, last, transfer };
    }
    case 'voteReply':
      return { type: 'vote-reply', term, granted: kind.value.granted };
    case 'appendRequest': {
      const { previousIndex, previousTerm, previousChain, commitIndex } = kind.value;
      return {
        type: 'append-request',
        term,
        previous: { index: logIndex(previousIndex), term: termOf(previousTerm) },
        entries: decodeLines(previousChain, kind.value.lines),
        commitIndex: logIndex(commitIndex),
      };
    }
    case 'appendReply':
      return appendReplyOf(term, kind.value);
    case 'heartbeatRequest': {
      const { commitIndex, round } = kind.value;
      return { type: 'heartbeat-request', term, commitIndex: logIndex(commitIndex), round };
    }
    case 'heartbeatReply': {
      const { round, matchIndex } = kind.value;
      return { type: 'heartbeat-reply', term, round, matchIndex: logIndex(matchIndex) };
    }
    case 'readIndexRequest':
      return { type: 'read-index-request', term, id: kind.value.id };
    case 'readIndexReply': {
      const { id, confirmed, index } = kind.value;
      return {
        type: 'read-index-reply',
        term,
        id,
        index: confirmed ? logIndex(index) : null,
      };
    }
    case 'checkpointChunk':
      return chunkOf(term, kind.value);
    case 'checkpointReply': {
      const { index, offset, installed } = kind.value;
      return { type: 'checkpoint-reply', term, index: logIndex(index), offset, installed };
    }
    case 'timeoutNow':
      return { type: 'timeout-now', term };
  }
}

function appendReplyOf(term: Message['term'], value: WireValue<'appendReply'>): Message {
  if (value.success) {
    return { type: 'append-reply', term, success: true, matchIndex: logIndex(value.matchIndex) };
  }
  return {
    type: 'append-reply',
    term,
    success: false,
    refusedIndex: logIndex(value.refusedIndex),
    hint: { index: logIndex(value.hintIndex), term: termOf(value.hintTerm) },
  };
}

function chunkOf(term: Message['term'], value: WireValue<'checkpointChunk'>): Message {
  const { index, checkpointTerm, size, offset, data, voters, learners } = value;
  return {
    type: 'checkpoint-chunk',
    term,
    checkpoint: {
      index: logIndex(index),
      term: termOf(checkpointTerm),
      size,
      membership: { voters: voters.map(nodeId), learners: learners.map(nodeId) },
    },
    offset,
    data,
  };
}
