/** What a leader adds to the log: commands, markers, and changes of the membership. */
import type { Core } from './core.js';
import type { Leadership } from './leadership.js';
import { progressOf } from './leadership.js';
import { entryBytes } from './log.js';
import { changed } from './membership.js';
import { newProgress } from './progress.js';
import { replicateToAll } from './replication.js';
import type { Entry, EntryBody, Membership, MembershipChange } from './types.js';
import { logIndex } from './types.js';
import { mark } from './words.js';

/** A learner that is so many entries behind would hold up commits as a voter (dissertation, 4.2.1). */
const PROMOTION_LAG_MAX = 1000;

/** One progress for each other member, kept over changes. */
export function syncPeers(core: Core, leadership: Leadership): void {
  const { voters, learners } = core.membership;
  leadership.peers = [...voters, ...learners]
    .filter((node) => node !== core.id)
    .map((node) => progressOf(leadership, node) ?? newProgress(node, core.log.lastIndex, core.now));
}

export function propose(core: Core, bodies: readonly EntryBody[]): void {
  const { leadership, leader, config } = core;
  if (leadership === null) {
    core.emit({ type: 'proposal-refused', reason: 'not-leader', leader });
    return;
  }
  if (!core.rules.mayPropose(leadership.transfer !== null)) {
    core.emit({ type: 'proposal-refused', reason: 'transferring', leader });
    return;
  }
  if (leadership.uncommittedBytes > config.maxUncommittedBytes) {
    core.emit({ type: 'proposal-refused', reason: 'too-many-uncommitted', leader });
    return;
  }
  if (bodies.length > 0) appendBodies(core, leadership, bodies);
}

/** Followers get the entries while this node's disk still writes them. */
export function appendBodies(
  core: Core,
  leadership: Leadership,
  bodies: readonly EntryBody[],
): void {
  const { term, log } = core;
  let index: number = log.lastIndex;
  if (index + bodies.length >= Number.MAX_SAFE_INTEGER) {
    throw new RangeError('the log has reached index 2^53: start a new cluster from its data');
  }
  const entries: Entry[] = [];
  let bytes = 0;
  for (const body of bodies) {
    index += 1;
    const entry: Entry = { index: logIndex(index), term, body };
    bytes += entryBytes(entry);
    entries.push(entry);
  }
  leadership.uncommittedBytes += bytes;
  core.append(entries);
  if (core.membershipChanged) syncPeers(core, leadership);
  replicateToAll(core, leadership);
}

/** Changes the membership by one server (dissertation, 4.1), or says why not. */
export function changeMembership(core: Core, change: MembershipChange): void {
  const { leadership } = core;
  if (leadership === null) {
    core.emit({ type: 'change-refused', reason: 'this node does not lead' });
    return;
  }
  const membership = membershipAfter(core, leadership, change);
  if (typeof membership === 'string') {
    core.emit({ type: 'change-refused', reason: membership });
  } else {
    appendBodies(core, leadership, [{ kind: 'membership', membership }]);
  }
}

function membershipAfter(
  core: Core,
  leadership: Leadership,
  change: MembershipChange,
): Membership | string {
  const { commitIndex, log, memberships, rules } = core;
  if (leadership.transfer !== null) return 'leadership is being handed over: ask the next leader';
  const pending = memberships.newest.index > commitIndex;
  if (!rules.mayChangeMembership(pending, log.termAt(commitIndex) === core.term)) {
    return pending
      ? `the change at entry ${String(memberships.newest.index)} is not committed yet`
      : 'the leader has not yet committed an entry of its own term';
  }
  const learner = change.type === 'promote' ? progressOf(leadership, change.node) : null;
  // Without a log it would be mute, and a quorum that needs its vote could elect nobody.
  const isBlank = learner?.matchIndex === 0;
  if (learner !== null && (isBlank || learner.matchIndex + PROMOTION_LAG_MAX < log.lastIndex)) {
    return (
      `${mark(learner.node)} has entries to ${String(learner.matchIndex)} of ` +
      `${String(log.lastIndex)}: let it catch up first`
    );
  }
  return changed(core.membership, change);
}
