import type { Message } from './index.js';
import { logIndex, nodeId, term } from './index.js';
import { members, Solo } from './testing/solo.js';

const five = { membership: members([1, 2, 3, 4, 5], [6]) };
const read = (node: Solo, id: number) => node.step({ type: 'read', id });
const question = (id: number, of = 1): Message => ({
  type: 'read-index-request',
  term: term(of),
  id,
});

/** A leader of term 1 that has committed its first entry. */
function leader(start: ConstructorParameters<typeof Solo>[1] = {}): Solo {
  const node = new Solo({}, start);
  const others = node.raft.membership.voters.filter((voter) => voter !== 1);
  node.elect(...others);
  for (const other of others) node.acknowledge(other, 1);
  return node;
}

describe('rule 28: reads wait for the first commit of the term', () => {
  test('rule 28: a read on a new leader is held, and answered with that commit', () => {
    const node = new Solo().elect(2);
    read(node, 1);
    const text = 'lets reads wait: no entry of its own term is committed yet';
    expect(node.effects).toEqual([{ type: 'decision', text }]);
    node.replyHeartbeat(2, 9);
    expect(node.all('read-ready')).toEqual([]);
    node.acknowledge(2, 1);
    const { round } = node.sentOne('heartbeat-request', 2);
    node.replyHeartbeat(2, round, 1);
    expect(node.one('read-ready')).toEqual({ type: 'read-ready', id: 1, index: 1 });
  });

  test("rule 28: so is a follower's question", () => {
    const node = new Solo().elect(2);
    node.from(3, question(77));
    expect(node.sent('read-index-reply')).toEqual([]);
    node.acknowledge(2, 1);
    expect(node.sentOne('read-index-reply', 3)).toMatchObject({ id: 77, index: 1 });
  });
});

describe('rule 29: rounds and questions have numbers of their own', () => {
  test('rule 29: a round is confirmed by replies to heartbeats that were sent after it began', () => {
    const node = leader();
    read(node, 1);
    const first = node.sentOne('heartbeat-request', 2).round;
    read(node, 2);
    expect(node.sent('heartbeat-request')).toEqual([]);
    node.replyHeartbeat(2, first - 1, 1);
    expect(node.all('read-ready')).toEqual([]);
    node.replyHeartbeat(2, first, 1);
    expect(node.all('read-ready').map(({ id }) => id)).toEqual([1]);
    const second = node.sentOne('heartbeat-request', 2).round;
    expect(second).toBeGreaterThan(first);
    node.replyHeartbeat(3, first, 1);
    expect(node.all('read-ready')).toEqual([]);
    node.replyHeartbeat(3, second, 1);
    expect(node.all('read-ready').map(({ id }) => id)).toEqual([2]);
  });

  test('rule 29: a lost round is confirmed by the next heartbeat, of the same number', () => {
    const node = leader();
    read(node, 1);
    const { round } = node.sentOne('heartbeat-request', 2);
    node.wait(100);
    expect(node.sentOne('heartbeat-request', 2).round).toBe(round);
    node.replyHeartbeat(2, round, 1);
    expect(node.one('read-ready').id).toBe(1);
  });

  test('rule 29: a question is repeated with another id, and any answer to either counts', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    read(node, 1);
    const first = node.sentOne('read-index-request', 2).id;
    read(node, 2);
    expect(node.effects).toEqual([]);
    node.wait(100);
    const second = node.sentOne('read-index-request', 2).id;
    expect(second).toBe(first + 1);
    const answer = { type: 'read-index-reply', term: term(1), index: logIndex(4) } as const;
    node.from(2, { ...answer, id: first });
    expect(node.all('read-ready').map(({ id }) => id)).toEqual([1]);
    node.from(2, { ...answer, id: second, index: logIndex(5) });
    expect(node.one('read-ready')).toMatchObject({ id: 2, index: 5 });
    node.from(2, { ...answer, id: first });
    node.from(2, { ...answer, id: second + 1 });
    expect(node.all('read-ready')).toEqual([]);
  });

  test('rule 29: an answer to an earlier life is none to this one', () => {
    const ask = (seed: number): number => {
      const node = new Solo({ seed });
      node.heartbeat(2, 1);
      read(node, 1);
      return node.sentOne('read-index-request').id;
    };
    expect(Math.abs(ask(1) - ask(2))).toBeGreaterThan(1_000_000);
  });
});

describe('rule 31: no clock: every read is confirmed by a quorum, afterwards', () => {
  test('rule 31: of five voters, two others must reply; neither learners nor doubles count', () => {
    const node = leader(five);
    read(node, 1);
    expect(node.sent('heartbeat-request', 6)).toEqual([]);
    const { round } = node.sentOne('heartbeat-request', 2);
    node.replyHeartbeat(2, round);
    node.replyHeartbeat(2, round);
    node.replyHeartbeat(6, round);
    expect(node.all('read-ready')).toEqual([]);
    node.replyHeartbeat(5, round);
    expect(node.all('read-ready')).toHaveLength(1);
  });

  test('rule 31: a leader that slept through its successor answers nothing', () => {
    const node = leader();
    node.now += 60_000;
    read(node, 1);
    expect(node.all('read-ready')).toEqual([]);
    node.tick();
    expect(node.one('read-failed')).toMatchObject({ id: 1, reason: 'leader-changed' });
  });

  test('of three voters the asking one is quorum enough: it is answered at once', () => {
    const node = leader();
    node.propose('"a":1');
    node.acknowledge(3, 2);
    node.from(2, question(5));
    expect(node.sentOne('read-index-reply', 2)).toMatchObject({ id: 5, index: 2 });
  });

  test('the asking follower hears the commit index before its answer', () => {
    const node = leader();
    node.propose('"a":1');
    node.acknowledge(3, 2);
    node.from(2, question(5));
    expect(node.all('send').filter(({ to }) => to === 2)).toMatchObject([
      { message: { type: 'append-request', entries: [], commitIndex: 2 } },
      { message: { type: 'read-index-reply', index: 2 } },
    ]);
  });

  test('of five, its question counts for itself alone', () => {
    const node = leader(five);
    node.from(2, question(5));
    node.from(3, question(6));
    const { round } = node.history
      .flatMap((effect) =>
        effect.type === 'send' && effect.message.type === 'heartbeat-request'
          ? [effect.message]
          : [],
      )
      .at(-1) ?? { round: 0 };
    expect(node.sent('read-index-reply')).toEqual([]);
    node.replyHeartbeat(4, round);
    expect(node.sentOne('read-index-reply')).toMatchObject({ id: 5 });
  });

  test("a learner's question needs the quorum of the others", () => {
    const node = leader({ membership: members([1, 2, 3], [6]) });
    node.from(6, question(5));
    const { round } = node.sentOne('heartbeat-request', 2);
    expect(node.sent('read-index-reply')).toEqual([]);
    node.replyHeartbeat(2, round);
    expect(node.sentOne('read-index-reply', 6)).toMatchObject({ id: 5, index: 1 });
  });

  test('a single voter answers at once', () => {
    const node = new Solo({}, { membership: members([1]) });
    node.step({ type: 'campaign' });
    read(node, 1);
    expect(node.effects).toEqual([{ type: 'read-ready', id: 1, index: 1 }]);
  });

  test('a round that its last missing voter left is settled', () => {
    const node = leader({ membership: members([1, 2]) });
    read(node, 1);
    node.step({ type: 'change-membership', change: { type: 'remove', node: nodeId(2) } });
    node.wait(100);
    expect(node.one('read-ready')).toMatchObject({ id: 1 });
  });
});

describe('reads that can not be answered fail once, with the reason', () => {
  test('no leader', () => {
    const node = new Solo();
    read(node, 1);
    expect(node.effects).toEqual([{ type: 'read-failed', id: 1, reason: 'no-leader' }]);
  });

  test('another leader, or none any more', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    read(node, 1);
    read(node, 2);
    node.heartbeat(3, 2);
    expect(node.all('read-failed').map(({ id, reason }) => [id, reason])).toEqual([
      [1, 'leader-changed'],
      [2, 'leader-changed'],
    ]);
    read(node, 3);
    node.wait(3000);
    expect(node.one('read-failed').id).toBe(3);
  });

  test('the leader stepped down: its own, and those that were asked of it', () => {
    const node = leader(five);
    read(node, 1);
    node.from(2, question(9));
    node.heartbeat(3, 2);
    expect(node.one('read-failed').id).toBe(1);
    expect(node.sentOne('read-index-reply', 2)).toMatchObject({ id: 9, index: null });
  });

  test('a leader that is heard and hears nothing keeps no reads for ever', () => {
    const node = new Solo();
    const failed: number[] = [];
    const held = (): number => {
      const { open, waiting } = node.raft.dump().questions;
      return open.reduce((sum, { reads }) => sum + reads.length, open.length + waiting.length);
    };
    let most = 0;
    for (let id = 1; id <= 400; id += 1) {
      node.heartbeat(2, 1);
      read(node, id);
      failed.push(...node.all('read-failed').map((effect) => effect.id));
      node.wait(50);
      failed.push(...node.all('read-failed').map((effect) => effect.id));
      most = Math.max(most, held());
    }
    // Two seconds' worth, at a read each 50 ms and a question each 100 ms.
    expect(most).toBeLessThan(70);
    expect(failed.length).toBeGreaterThan(300);
    expect(new Set(failed).size).toBe(failed.length);
  });

  test('the asked node does not lead', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    node.from(3, question(9));
    expect(node.sentOne('read-index-reply', 3)).toMatchObject({ index: null });
    read(node, 1);
    const { id } = node.sentOne('read-index-request');
    node.from(2, { type: 'read-index-reply', term: term(1), id, index: null });
    expect(node.one('read-failed')).toMatchObject({ id: 1, reason: 'leader-changed' });
  });
});
