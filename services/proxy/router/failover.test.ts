import { NodeRole, Outcome } from '#rpc/session/frames';
import { ROUTER_RULES } from './rules.js';
import { Bench, codes, read, reply, sequences, trio, write } from '../testing/bench.js';

describe('failover', () => {
  test('R50 writes in flight at a leader that dies go to the next one first, in order', () => {
    const bench = trio();
    bench.request(50, ...[1, 2, 3, 4, 5].map((id) => write(id)));
    const [first] = bench.takeSent(1);
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(first?.id ?? 0)] });
    bench.handle({ type: 'node-lost', node: 1 });
    bench.request(50, write(6), write(7));
    expect(bench.router.view().queued).toBe(6);
    expect(bench.takeSent(2)).toEqual([]);
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    const resent = bench.takeSent(2);
    expect(sequences(resent)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(resent.every(({ session }) => session === 7)).toBe(true);
    expect(codes(bench.takeAnswers(50))).toEqual([{ id: 1, outcome: Outcome.ok, code: '' }]);
  });

  test('R50 what comes back in several batches goes out again in order of arrival', () => {
    const bench = trio();
    bench.request(50, ...[1, 2, 3, 4].map((id) => write(id)));
    const sent = bench.takeSent(1);
    bench.request(50, write(5));
    for (const at of [2, 0, 3, 1]) {
      const id = sent[at]?.id ?? 0;
      const refusal = { outcome: Outcome.notDone, code: 'not-leader' };
      bench.handle({ type: 'node-replies', node: 1, replies: [reply(id, refusal)] });
    }
    bench.handle({ type: 'node-lost', node: 1 });
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(sequences(bench.takeSent(2))).toEqual([1, 2, 3, 4, 5]);
  });

  test('R50 a frozen leader keeps its writes until another leads, and is then not believed', () => {
    const bench = trio();
    bench.request(50, write(1), write(2));
    const old = bench.takeSent(1);
    bench.passHeard(900, [1]);
    expect(bench.figures(1).inFlight).toBe(2);
    bench.state(3, { role: NodeRole.leader, term: 2, leader: 3 });
    const resent = bench.takeSent(3);
    expect(sequences(resent)).toEqual([1, 2]);
    bench.handle({ type: 'node-replies', node: 1, replies: old.map(({ id }) => reply(id)) });
    expect(bench.takeAnswers(50)).toEqual([]);
    bench.handle({ type: 'node-replies', node: 3, replies: resent.map(({ id }) => reply(id)) });
    expect(codes(bench.takeAnswers(50)).map(({ id }) => id)).toEqual([1, 2]);
    expect(bench.router.view().resends).toBe(2);
  });

  test('a frozen leader that wakes up with nobody else leading answers its writes itself', () => {
    const bench = trio();
    bench.request(50, write(1));
    bench.passHeard(900, [1]);
    bench.request(50, write(2));
    expect(bench.takeSent(1)).toHaveLength(1);
    bench.state(1, { role: NodeRole.leader, leader: 1 });
    expect(sequences(bench.takeSent(1))).toEqual([2]);
    expect(bench.router.view().resends).toBe(0);
  });

  test('a deposed leader that still speaks has the node silence to answer its writes itself', () => {
    const bench = trio();
    bench.request(50, write(1), write(2));
    const [first] = bench.takeSent(1);
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(bench.takeSent(2)).toEqual([]);
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(first?.id ?? 0)] });
    expect(bench.takeAnswers(50)).toHaveLength(1);
    bench.passHeard(400);
    expect(sequences(bench.takeSent(2))).toEqual([2]);
  });

  test('R51 a dead follower’s reads are asked of another at once', () => {
    const bench = trio();
    bench.request(50, read(1), read(2));
    bench.takeSent(2);
    const [theirs] = bench.takeSent(3);
    bench.handle({ type: 'node-lost', node: 2 });
    const [again] = bench.takeSent(3);
    expect(again?.payload).toEqual(new Uint8Array([1]));
    bench.handle({
      type: 'node-replies',
      node: 3,
      replies: [reply(again?.id ?? 0), reply(theirs?.id ?? 0)],
    });
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([1, 2]);
  });

  test('R51 a frozen follower’s reads are asked of another after the node silence', () => {
    const bench = trio();
    bench.request(50, read(1), read(2));
    bench.takeSent(3);
    const [stuck] = bench.takeSent(2);
    bench.passHeard(400, [2]);
    const [again] = bench.takeSent(3);
    expect(again?.payload).toEqual(new Uint8Array([1]));
    bench.handle({ type: 'node-replies', node: 2, replies: [reply(stuck?.id ?? 0)] });
    expect(bench.takeAnswers(50)).toEqual([]);
    bench.handle({ type: 'node-replies', node: 3, replies: [reply(again?.id ?? 0)] });
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([1]);
  });

  test('a reply from another node than the one that was asked is ignored', () => {
    const bench = trio();
    bench.request(50, write(1));
    const [sent] = bench.takeSent(1);
    bench.handle({ type: 'node-replies', node: 2, replies: [reply(sent?.id ?? 0)] });
    expect(bench.takeAnswers(50)).toEqual([]);
    const twice = [reply(sent?.id ?? 0), reply(sent?.id ?? 0)];
    bench.handle({ type: 'node-replies', node: 1, replies: twice });
    expect(bench.takeAnswers(50)).toHaveLength(1);
  });

  test.each(['not-leader', 'no-leader', 'leader-changed', 'stopping', 'connection-lost'])(
    'a node’s "%s" is not passed on: the request waits for a leader',
    (code) => {
      for (const outcome of [Outcome.notDone, Outcome.unknown]) {
        const bench = trio();
        bench.request(50, write(1));
        const [sent] = bench.takeSent(1);
        const replies = [reply(sent?.id ?? 0, { outcome, code })];
        bench.handle({ type: 'node-replies', node: 1, replies });
        expect(bench.takeAnswers(50)).toEqual([]);
        expect(bench.takeSent(1)).toEqual([]);
        bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
        expect(sequences(bench.takeSent(2))).toEqual([1]);
      }
    },
  );

  test('a node that refused for want of a leader is asked again only after its next state', () => {
    const bench = trio();
    bench.handle({ type: 'node-lost', node: 3 });
    bench.request(50, read(1));
    const refuse = () => {
      const replies = bench
        .takeSent(2)
        .map(({ id }) => reply(id, { outcome: Outcome.notDone, code: 'no-leader' }));
      bench.handle({ type: 'node-replies', node: 2, replies });
    };
    refuse();
    expect(bench.takeSent(2)).toEqual([]);
    expect(bench.takeSent(1)).toHaveLength(1);
  });

  test('R51 what a node with a full disk can’t do goes to another', () => {
    const bench = trio();
    const refuse = (node: number): void => {
      const full = { outcome: Outcome.notDone, code: 'disk-full' };
      const replies = bench.takeSent(node).map(({ id }) => reply(id, full));
      bench.handle({ type: 'node-replies', node, replies });
    };
    bench.request(50, read(1));
    const [first = 0, other = 0] = bench.sent.has(2) ? [2, 3] : [3, 2];
    refuse(first);
    expect(bench.takeAnswers(50)).toEqual([]);
    expect(sequences(bench.takeSent(other))).toHaveLength(1);
    // A leader's writes wait for the next one.
    bench.request(50, write(7));
    refuse(1);
    expect(bench.takeAnswers(50)).toEqual([]);
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(sequences(bench.takeSent(2))).toEqual([7]);
  });

  test('what a node can’t do and no other, or a refusal, is passed on', () => {
    const bench = trio();
    for (const node of [2, 3]) bench.handle({ type: 'node-lost', node });
    bench.request(50, write(1), write(2), write(3));
    const [a, b, c] = bench.takeSent(1);
    const replies = [
      reply(a?.id ?? 0, { outcome: Outcome.notDone, code: 'disk-full', message: 'm' }),
      reply(b?.id ?? 0, { outcome: Outcome.refused, code: 'duplicate-key' }),
      reply(c?.id ?? 0, { outcome: Outcome.unknown, code: 'timeout' }),
    ];
    bench.handle({ type: 'node-replies', node: 1, replies });
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.notDone, code: 'disk-full' },
      { id: 2, outcome: Outcome.refused, code: 'duplicate-key' },
      { id: 3, outcome: Outcome.unknown, code: 'timeout' },
    ]);
  });

  test('R50 a write without a session that was sent is not sent twice: its outcome is unknown', () => {
    const bench = trio();
    bench.request(50, write(1, 0, { session: 0 }));
    bench.handle({ type: 'node-lost', node: 1 });
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.unknown, code: 'connection-lost' },
    ]);
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(bench.takeSent(2)).toEqual([]);
  });

  test('planted: without `resendsOnlyWithSession` such a write goes out twice', () => {
    const bench = new Bench([1, 2, 3], {}, { ...ROUTER_RULES, resendsOnlyWithSession: () => true });
    bench.elect(1);
    bench.handle({ type: 'client-opened', connection: 50 });
    bench.request(50, write(1, 0, { session: 0 }));
    bench.handle({ type: 'node-lost', node: 1 });
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(bench.takeSent(2)).toHaveLength(1);
  });

  test('"session expired" is unknown for a write of which an earlier sending may have been done', () => {
    const bench = trio();
    bench.request(50, write(1), write(2));
    const expired = { outcome: Outcome.refused, code: 'session-expired' };
    const [first] = bench.takeSent(1);
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(first?.id ?? 0, expired)] });
    bench.handle({ type: 'node-lost', node: 1 });
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    const [second] = bench.takeSent(2);
    bench.handle({ type: 'node-replies', node: 2, replies: [reply(second?.id ?? 0, expired)] });
    expect(bench.takeAnswers(50).map(({ outcome }) => outcome)).toEqual([
      Outcome.refused,
      Outcome.unknown,
    ]);
  });
});
