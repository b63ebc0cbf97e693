/**
 * Linearizable reads on a leader without touching the log (dissertation, 6.4): the commit index of
 * now is good for a read if a quorum says afterwards that this node still led when the read was asked.
 */
import { sendCommit, sendHeartbeat } from './announcement.js';
import type { Core } from './core.js';
import type { Ask, ReadRounds } from './leadership.js';
import type { LogIndex, NodeId } from './types.js';

/** A read on the leader itself (`from` null), or a follower's question. */
export function takeAsk(core: Core, ask: Ask): void {
  const { leadership } = core;
  if (leadership === null) return;
  const { reads } = leadership;
  if (mayAnswer(core) && isConfirmed(core, ask, [])) {
    answer(core, ask, core.commitIndex);
    return;
  }
  // A newer question of the same follower speaks for the older one.
  if (ask.from !== null) reads.waiting = reads.waiting.filter((other) => other.from !== ask.from);
  if (reads.waiting.length === 0 && !mayAnswer(core)) {
    core.decide('lets reads wait: no entry of its own term is committed yet');
  }
  reads.waiting.push(ask);
  startRound(core, reads);
}

/** Rule 28: before this term's first commit, older entries may be committed that it does not know of. */
function mayAnswer(core: Core): boolean {
  return core.rules.mayAnswerReads(core.log.termAt(core.commitIndex), core.term);
}

/** Called when this term's first entry is committed. */
export function releaseAsks(core: Core): void {
  const reads = core.leadership?.reads;
  if (reads === undefined || !mayAnswer(core)) return;
  const waiting = reads.waiting;
  reads.waiting = [];
  for (const ask of waiting) takeAsk(core, ask);
}

/** One round at a time: what comes in meanwhile shares the next one. */
function startRound(core: Core, reads: ReadRounds): void {
  if (reads.current !== null || reads.waiting.length === 0 || !mayAnswer(core)) return;
  reads.newest = core.rules.nextRound(reads.newest);
  reads.current = {
    number: reads.newest,
    index: core.commitIndex,
    confirmed: [],
    asks: reads.waiting,
  };
  reads.waiting = [];
  for (const peer of core.leadership?.peers ?? []) {
    if (core.isVoter(peer.node)) sendHeartbeat(core, peer);
  }
}

/** A reply to a heartbeat that was sent after the round began. */
export function confirmRound(core: Core, from: NodeId, round: number): void {
  const current = core.leadership?.reads.current;
  if (!current || round < current.number || !core.isVoter(from)) return;
  current.confirmed = core.rules.countVote(current.confirmed, from);
  settleRound(core);
}

/** Answers what the round under way has confirmed; also after the membership has changed. */
export function settleRound(core: Core): void {
  const reads = core.leadership?.reads;
  const current = reads?.current;
  if (!reads || !current) return;
  const open: Ask[] = [];
  for (const ask of current.asks) {
    if (isConfirmed(core, ask, current.confirmed)) answer(core, ask, current.index);
    else open.push(ask);
  }
  current.asks = open;
  if (open.length > 0) return;
  reads.current = null;
  startRound(core, reads);
}

/**
 * Whether a quorum of voters was still in this term at a moment after the read was asked. The leader
 * is one of them, now. So is the voter that asks: it sent its question after the read was asked, from
 * within this term (messages of another term do not get here). A leader of a later term would need a
 * vote of one of them, given before the read was asked; each of them had given none. Hence in a
 * cluster of three a follower's question is answered at once. A learner's word does not count.
 */
function isConfirmed(core: Core, ask: Ask, confirmed: readonly NodeId[]): boolean {
  if (core.rules.trustsClock(core.leadership?.peers ?? [], core.now)) return true;
  let count = confirmed.length;
  if (core.isVoter(core.id)) count += 1;
  if (ask.from !== null && core.isVoter(ask.from) && !confirmed.includes(ask.from)) count += 1;
  return core.rules.confirmsRead(count, core.membership.voters.length);
}

function answer(core: Core, { from, id }: Ask, index: LogIndex): void {
  if (from === null) {
    core.emit({ type: 'read-ready', id, index });
    return;
  }
  tellCommit(core, from);
  core.send(from, { type: 'read-index-reply', term: core.term, id, index });
}

/** The reader waits until it has applied the commit index: let it know that it is one. */
function tellCommit(core: Core, node: NodeId): void {
  const peer = core.leadership?.peers.find((other) => other.node === node);
  if (peer !== undefined) sendCommit(core, peer);
}

/** Leadership has ended: the readers may ask again, elsewhere. */
export function failAsks(core: Core, reads: ReadRounds): void {
  for (const { from, id } of [...(reads.current?.asks ?? []), ...reads.waiting]) {
    if (from === null) core.emit({ type: 'read-failed', id, reason: 'leader-changed' });
    else core.send(from, { type: 'read-index-reply', term: core.term, id, index: null });
  }
}
