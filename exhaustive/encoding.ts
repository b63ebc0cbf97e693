/**
 * Nodes and messages as sequences of integers, as they would read if the nodes had other names: what
 * is hashed. Everything that a step may depend on is in it; `encoding.test.ts` changes each field of
 * many states and sees the hash change. What has no order gets none: its parts' hashes are added.
 */
import type { Entry, Message, RaftState, Vote } from '#raft';
import { Hasher } from './hash.js';
import type { NodeState } from './node-state.js';
import type { Permutation } from './permutation.js';
import { renamed } from './permutation.js';

type Leadership = NonNullable<RaftState['leadership']>;
type Peer = Leadership['peers'][number];

const ROLES = ['follower', 'pre-candidate', 'candidate', 'leader'] as const;
const bit = (flag: boolean): number => (flag ? 1 : 0);

/** Term and body in one number: 3 bits for the body, 0 for the empty one. */
export function entryCode({ term, body }: Entry, order: Permutation): number {
  if (body.kind === 'empty') return 8 * term;
  if (body.kind === 'command') return 8 * term + 1 + renamed(order, Number(body.text));
  throw new Error(`an entry with a ${body.kind} is none of a small world`);
}

/** A code as it reads when the nodes have other names. */
export function codeRenamed(code: number, order: Permutation): number {
  const body = code & 7;
  return body < 2 ? code : code - body + 1 + renamed(order, body - 1);
}

const putEntries = (to: Hasher, entries: readonly Entry[], order: Permutation): void => {
  to.put(entries.length);
  for (const entry of entries) to.put(entryCode(entry, order));
};

const putVote = (to: Hasher, vote: Vote | null, order: Permutation): void => {
  to.putOrNull(vote?.term ?? null).put(renamed(order, vote?.votedFor ?? null));
};

/** Adds up what has no order. */
class Sum {
  private low = 0;
  private high = 0;
  private count = 0;
  private readonly part = new Hasher();

  begin(): Hasher {
    return this.part.begin();
  }

  add(): void {
    const { low, high } = this.part.finish();
    this.low = (this.low + low) | 0;
    this.high = (this.high + high) | 0;
    this.count += 1;
  }

  putInto(to: Hasher): void {
    to.put(this.count).put(this.low).put(this.high);
    this.low = this.high = this.count = 0;
  }
}

const sum = new Sum();

export function encodeNode(to: Hasher, node: NodeState, order: Permutation): void {
  const { core, disk } = node;
  to.begin().put(renamed(order, node.id));
  encodeCore(to, core, order);
  putVote(to, disk.vote, order);
  putVote(to, disk.writingVote, order);
  putEntries(to, disk.entries, order);
  to.put(disk.writingLog.length);
  for (const write of disk.writingLog) {
    if (write.kind === 'cut') {
      to.put(0).put(write.from);
      continue;
    }
    to.put(1).put(write.entry.index).put(entryCode(write.entry, order));
    to.putOrNull(write.report?.index ?? null).putOrNull(write.report?.term ?? null);
  }
}

function encodeCore(to: Hasher, core: RaftState, order: Permutation): void {
  refuseOthers(core);
  const { timers, told, log, outbox, election, leadership } = core;
  to.put(ROLES.indexOf(core.role)).put(renamed(order, core.leader)).put(bit(core.muted));
  to.put(core.commitIndex).put(core.verifiedIndex).put(core.acknowledgedIndex);
  to.put(bit(timers.leaderHeardAt !== null)).put(bit(timers.leaderLost));
  to.put(timers.hintAttempts);
  to.put(ROLES.indexOf(told.role)).put(told.term).put(renamed(order, told.leader));
  to.put(told.commitIndex).put(log.durableIndex);
  putEntries(to, log.entries, order);
  putVote(to, outbox.current, order);
  putVote(to, outbox.durable, order);
  putVote(to, outbox.writing, order);
  for (const { to: receiver, message } of outbox.held) {
    encodeMessage(sum.begin(), 0, receiver, message, order);
    sum.add();
  }
  sum.putInto(to);
  to.put(bit(election !== null));
  if (election !== null) {
    to.put(bit(election.hinted)).put(bit(election.transfer));
    for (const voter of election.granted) {
      sum.begin().put(renamed(order, voter));
      sum.add();
    }
    sum.putInto(to);
  }
  to.put(bit(leadership !== null));
  if (leadership !== null) encodeLeadership(to, leadership, order);
}

function encodeLeadership(to: Hasher, leadership: Leadership, order: Permutation): void {
  to.put(leadership.uncommittedBytes).put(leadership.reads.newest);
  for (const peer of leadership.peers) {
    encodePeer(sum.begin(), peer, order);
    sum.add();
  }
  sum.putInto(to);
}

const PROGRESS = ['probe', 'replicate'];

function encodePeer(to: Hasher, peer: Peer, order: Permutation): void {
  to.put(renamed(order, peer.node)).put(PROGRESS.indexOf(peer.state));
  to.put(peer.matchIndex).put(peer.nextIndex).put(peer.commitSent);
  to.put(bit(peer.probedAt !== null))
    .put(bit(peer.gone))
    .put(peer.inflight.length);
  for (const last of peer.inflight) to.put(last);
}

/** What is switched off in a small world; if any of it shows up, it would have to be hashed. */
function refuseOthers(core: RaftState): void {
  const { timers, questions, leadership, memberships, log } = core;
  const off =
    core.started &&
    core.checkpoint === null &&
    core.intake === null &&
    timers.hintDue === null &&
    questions.open.length === 0 &&
    questions.waiting.length === 0 &&
    memberships.length === 1 &&
    log.base.index === 0 &&
    (leadership === null ||
      (leadership.announceDue === null &&
        leadership.transfer === null &&
        leadership.reads.current === null &&
        leadership.reads.waiting.length === 0 &&
        leadership.peers.every(({ sending }) => sending === null)));
  if (!off)
    throw new Error('a node holds what is none of a small world: encode it, or switch it off');
}

/** `from` 0: not known yet, for a message that a node still holds back. */
export function encodeMessage(
  to: Hasher,
  from: number,
  receiver: number,
  message: Message,
  order: Permutation,
): void {
  to.put(renamed(order, from)).put(renamed(order, receiver)).put(message.term);
  switch (message.type) {
    case 'pre-vote-request':
      to.put(1).put(message.last.index).put(message.last.term).put(bit(message.hinted));
      break;
    case 'pre-vote-reply':
      to.put(2).put(bit(message.granted)).put(message.proposedTerm);
      break;
    case 'vote-request':
      to.put(3).put(message.last.index).put(message.last.term).put(bit(message.transfer));
      break;
    case 'vote-reply':
      to.put(4).put(bit(message.granted));
      break;
    case 'append-request':
      to.put(5).put(message.previous.index).put(message.previous.term).put(message.commitIndex);
      putEntries(to, message.entries, order);
      break;
    case 'append-reply':
      if (message.success) to.put(6).put(message.matchIndex);
      else to.put(7).put(message.refusedIndex).put(message.hint.index).put(message.hint.term);
      break;
    case 'heartbeat-request':
      to.put(8).put(message.commitIndex).put(message.round);
      break;
    case 'heartbeat-reply':
      to.put(9).put(message.round).put(message.matchIndex);
      break;
    default:
      throw new Error(`a ${message.type} is none of a small world: encode it`);
  }
}
