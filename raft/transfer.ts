/** Handing leadership to a voter that has the whole log (dissertation, 3.10). */
import type { Core } from './core.js';
import type { Leadership } from './leadership.js';
import { progressOf } from './leadership.js';
import type { Progress } from './progress.js';
import type { NodeId } from './types.js';
import { mark } from './words.js';

/** Begins a hand-over; `to` null: to the most advanced voter. */
export function beginTransfer(core: Core, to: NodeId | null, stepDown: boolean): void {
  const { leadership } = core;
  if (leadership === null) {
    core.decide('hands no leadership over: this node does not lead');
    core.emit({ type: 'transfer-ended', done: false });
    return;
  }
  const running = leadership.transfer;
  if (running !== null && (to === null || to === running.to)) {
    running.stepDown ||= stepDown;
    return;
  }
  if (running !== null) endTransfer(core, leadership, false);
  const target = to === null ? bestHeir(core) : progressOf(leadership, to);
  if (target === null || !core.isVoter(target.node)) {
    const whom = to === null ? 'no other voter is heard' : `${mark(to)} is no other voter`;
    core.decide(`hands no leadership over: ${whom}`);
    core.emit({ type: 'transfer-ended', done: false });
    return;
  }
  const due = core.now + core.config.electionTimeoutMsMin;
  leadership.transfer = { to: target.node, due, stepDown, asked: false };
  core.decide(`hands leadership over to ${mark(target.node)}`);
  askHeir(core, target);
}

/** The voter with most of the log, among those heard of late and not known to be gone. */
export function bestHeir(core: Core): Progress | null {
  let best: Progress | null = null;
  for (const peer of core.leadership?.peers ?? []) {
    const silent = core.now - peer.lastHeard >= core.config.electionTimeoutMsMin;
    if (silent || peer.gone || !core.isVoter(peer.node)) continue;
    if (best === null || peer.matchIndex > best.matchIndex) best = peer;
  }
  return best;
}

/** The heir is asked to campaign once it has everything; again with every heartbeat. */
export function askHeir(core: Core, peer: Progress): void {
  const transfer = core.leadership?.transfer;
  if (!transfer || transfer.to !== peer.node) return;
  if (peer.matchIndex < core.log.lastIndex) return;
  transfer.asked = true;
  core.send(peer.node, { type: 'timeout-now', term: core.term });
}

export function endTransfer(core: Core, leadership: Leadership, done: boolean): void {
  if (leadership.transfer === null) return;
  leadership.transfer = null;
  core.emit({ type: 'transfer-ended', done });
}
