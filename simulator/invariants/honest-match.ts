/**
 * What a leader knows of its followers is so: up to `matchIndex` a follower has the leader's entries on
 * its disk (Raft paper, figure 2, "matchIndex"; rules 20 and 21). Counting is built on it.
 */
import { logIndex } from '#raft';
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class HonestMatch implements Property {
  examined(nodes: readonly NodeView[]): void {
    for (const leader of nodes) {
      const { raft } = leader.replica;
      if (!leader.up || raft.role !== 'leader') continue;
      for (const { node, matchIndex } of raft.progress()) {
        const follower = nodes.find(({ id }) => id === node);
        if (follower !== undefined) check(leader, follower, matchIndex);
      }
    }
  }
}

function check(leader: NodeView, follower: NodeView, matchIndex: number): void {
  const { raft } = follower.replica;
  const led = leader.replica.raft;
  // A follower of a later term may have cut what it once had confirmed to this leader.
  if (raft.term > led.term || matchIndex < raft.firstIndex) return;
  const [theirs, ours] = [
    raft.entryTerm(logIndex(matchIndex)),
    led.entryTerm(logIndex(matchIndex)),
  ];
  if (raft.durableIndex >= matchIndex && (ours === null || ours === theirs)) return;
  throw new PropertyBroken(
    'honest match',
    `${leader.name} knows ${follower.name} to have entry ${String(matchIndex)} of term ${String(ours)}, ` +
      `which has ${String(theirs)} there, on disk up to ${String(raft.durableIndex)}`,
  );
}
