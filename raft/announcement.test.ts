import { Solo } from './testing/solo.js';

/** A leader of three whose first entry is committed, and which tells the commit index after 2 ms. */
function leader(): Solo {
  const node = new Solo({ commitDelayMs: 2 }).elect(2);
  node.acknowledge(2, 1);
  node.acknowledge(3, 1);
  node.wait(2);
  return node;
}

const empty = { entries: [] };

describe('R30 the commit index, told late', () => {
  test('an idle follower hears of it when it is due, not before', () => {
    const node = leader();
    node.propose('"a":1');
    node.acknowledge(2, 2);
    expect(node.raft.commitIndex).toBe(2);
    expect(node.sent('append-request', 2)).not.toContainEqual(expect.objectContaining(empty));
    expect(node.raft.deadline()).toBe(node.now + 2);
    node.wait(2);
    expect(node.sentOne('append-request', 2)).toMatchObject({ ...empty, commitIndex: 2 });
  });

  test('entries that follow in time carry it, and nothing is sent when it is due', () => {
    const node = leader();
    node.propose('"a":1');
    node.acknowledge(2, 2);
    node.propose('"b":1');
    expect(node.sentOne('append-request', 2)).toMatchObject({ commitIndex: 2 });
    node.acknowledge(2, 3);
    node.propose('"c":1');
    node.wait(2);
    expect(node.sent('append-request', 2)).toEqual([]);
  });

  test('a follower that asks for a read hears of it before its answer', () => {
    const node = leader();
    node.propose('"a":1');
    node.acknowledge(2, 2);
    node.from(2, { type: 'read-index-request', term: node.raft.term, id: 1 });
    expect(node.sentOne('append-request', 2)).toMatchObject({ ...empty, commitIndex: 2 });
    expect(node.sentOne('read-index-reply', 2)).toMatchObject({ id: 1, index: 2 });
  });
});
