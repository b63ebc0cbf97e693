/** What a leader tells a follower beside entries: that it leads, and what is committed. */
import type { Core } from './core.js';
import type { Progress } from './progress.js';
import { logIndex } from './types.js';

export function sendHeartbeat(core: Core, peer: Progress): void {
  core.send(peer.node, {
    type: 'heartbeat-request',
    term: core.term,
    commitIndex: core.rules.heartbeatCommit(peer.matchIndex, core.commitIndex),
    round: core.leadership?.reads.newest ?? 0,
  });
}

/** An append-request without entries, if the follower was not yet told all that it may know. */
export function sendCommit(core: Core, peer: Progress): void {
  if (peer.state !== 'replicate') return;
  const previous = logIndex(peer.nextIndex - 1);
  const commitIndex = previous < core.commitIndex ? previous : core.commitIndex;
  const previousTerm = core.log.termAt(previous);
  if (commitIndex <= peer.commitSent || previousTerm === null) return;
  peer.commitSent = commitIndex;
  core.send(peer.node, {
    type: 'append-request',
    term: core.term,
    previous: { index: previous, term: previousTerm },
    entries: [],
    commitIndex,
  });
}
