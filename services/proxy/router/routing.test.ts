import { NO_BYTES, NodeRole, Outcome, RequestKind } from '#rpc/session/frames';
import { type Bench, codes, read, trio, write } from '../testing/bench.js';

describe('routing', () => {
  test('R46 writes and session housekeeping go to the leader', () => {
    const bench = trio();
    bench.request(
      50,
      write(1),
      write(2, 0, { kind: RequestKind.openSession, session: 0, payload: NO_BYTES }),
      write(3, 0, { kind: RequestKind.keepAlive }),
      write(4, 0, { kind: RequestKind.closeSession }),
    );
    expect(bench.takeSent(1).map(({ kind }) => kind)).toEqual([1, 4, 5, 6]);
    expect(bench.takeSent(2)).toEqual([]);
    expect(bench.takeSent(3)).toEqual([]);
  });

  test('whatever number a connection has, it is answered', () => {
    for (const connection of [-1, 0, 1]) {
      const bench = trio();
      bench.handle({ type: 'client-opened', connection });
      bench.request(connection, write(1));
      bench.answerAll(1);
      expect(bench.takeAnswers(connection)).toHaveLength(1);
    }
  });

  test('R46 the payload, session, sequence and lowest awaited number pass unchanged', () => {
    const bench = trio();
    const sent = write(9, 12, {
      lowestAwaited: 4,
      timeoutMs: 700,
      payload: new Uint8Array([1, 2]),
    });
    bench.request(50, sent);
    const [passed] = bench.takeSent(1);
    expect(passed).toEqual({ ...sent, id: passed?.id });
  });

  test('R47 300 reads over two followers are 150, 150 and 0, one by one', () => {
    const bench = trio();
    for (let id = 1; id <= 300; id += 1) {
      bench.request(50, read(id));
      for (const node of [1, 2, 3]) bench.answerAll(node);
    }
    expect([1, 2, 3].map((node) => bench.figures(node).reads)).toEqual([0, 150, 150]);
    expect(bench.takeAnswers(50)).toHaveLength(300);
  });

  test('R47 300 reads in one batch, or in odd batches, are 150, 150 and 0 as well', () => {
    for (const size of [300, 7, 1, 100]) {
      const bench = trio();
      const reads = Array.from({ length: 300 }, (_, at) => read(at + 1));
      for (let at = 0; at < 300; at += size) bench.request(50, ...reads.slice(at, at + size));
      for (const node of [1, 2, 3]) bench.answerAll(node);
      expect([1, 2, 3].map((node) => bench.figures(node).reads)).toEqual([0, 150, 150]);
    }
  });

  test('R47 state pushes between the reads do not disturb the turn', () => {
    const bench = trio();
    for (let id = 1; id <= 300; id += 1) {
      bench.request(50, read(id));
      bench.state(2 + (id % 2), { leader: 1 });
      for (const node of [1, 2, 3]) bench.answerAll(node);
    }
    expect([1, 2, 3].map((node) => bench.figures(node).reads)).toEqual([0, 150, 150]);
  });

  test('R49 a node that is lost, silent, unhealthy or leaderless gets no more reads', () => {
    const changes: ((bench: Bench) => void)[] = [
      (bench) => bench.handle({ type: 'node-lost', node: 2 }),
      (bench) => bench.passHeard(400, [2]),
      (bench) => bench.state(2, { leader: 1, healthy: false }),
      (bench) => bench.state(2, { leader: 0 }),
      (bench) => bench.state(2, { leader: 1, role: NodeRole.learner }),
    ];
    for (const change of changes) {
      const bench = trio();
      change(bench);
      bench.request(50, read(1), read(2), read(3));
      expect(bench.takeSent(2)).toEqual([]);
      expect(bench.takeSent(3)).toHaveLength(3);
      expect(bench.router.view().readers).toEqual([3]);
    }
  });

  test('R49 a follower that lags leaves the rotation at once and comes back when caught up', () => {
    const bench = trio({ maxLagEntries: 5 });
    bench.state(1, { role: NodeRole.leader, leader: 1, commitIndex: 16 });
    bench.state(3, { leader: 1, appliedIndex: 16 });
    expect(bench.router.view().readers).toEqual([3]);
    bench.state(2, { leader: 1, appliedIndex: 11 });
    expect(bench.router.view().readers).toEqual([2, 3]);
  });

  test('R52 without a follower reads go to the leader if so configured, and else wait', () => {
    for (const readFromLeader of [true, false]) {
      const bench = trio({ readFromLeader });
      bench.handle({ type: 'node-lost', node: 2 });
      bench.handle({ type: 'node-lost', node: 3 });
      bench.request(50, read(1));
      expect(bench.takeSent(1)).toHaveLength(readFromLeader ? 1 : 0);
      if (readFromLeader) continue;
      bench.passHeard(15_100);
      expect(codes(bench.takeAnswers(50))).toEqual([
        { id: 1, outcome: Outcome.notDone, code: 'no-follower' },
      ]);
    }
  });

  test('R52 no majority: writes end at the queue time-out as not done, stale reads are served', () => {
    const bench = trio();
    bench.handle({ type: 'node-lost', node: 1 });
    bench.handle({ type: 'node-lost', node: 2 });
    bench.state(3, { leader: 0, term: 4, role: NodeRole.preCandidate });
    bench.request(50, write(1), read(2), read(3, { kind: RequestKind.staleRead }));
    bench.answerAll(3);
    expect(codes(bench.takeAnswers(50))).toEqual([{ id: 3, outcome: Outcome.ok, code: '' }]);
    bench.passHeard(15_100);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.notDone, code: 'no-leader' },
      { id: 2, outcome: Outcome.notDone, code: 'no-leader' },
    ]);
  });

  test('stale reads take turns among followers, and go to the leader when it is alone', () => {
    const bench = trio();
    const stale = (id: number) => read(id, { kind: RequestKind.staleRead });
    bench.request(50, ...[1, 2, 3, 4].map(stale));
    expect([1, 2, 3].map((node) => bench.takeSent(node).length)).toEqual([0, 2, 2]);
    bench.handle({ type: 'node-lost', node: 2 });
    bench.handle({ type: 'node-lost', node: 3 });
    bench.takeSent(1);
    bench.request(50, stale(5));
    expect(bench.takeSent(1).map(({ kind }) => kind)).toEqual([RequestKind.staleRead]);
  });

  test('R53 the leader is found from what the nodes say, the newest term wins', () => {
    const bench = trio();
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    bench.request(50, write(1));
    expect(bench.takeSent(1)).toEqual([]);
    expect(bench.takeSent(2)).toHaveLength(1);
    expect(bench.reports).toContainEqual({ type: 'leader', node: 2, term: 2 });
  });

  test('R53 nobody is written to who leads in an older term than one that had a leader', () => {
    const bench = trio();
    bench.state(3, { term: 5, leader: 2 });
    bench.request(50, write(1));
    for (const node of [1, 2, 3]) expect(bench.takeSent(node)).toEqual([]);
    bench.state(2, { role: NodeRole.leader, term: 5, leader: 2 });
    expect(bench.takeSent(2)).toHaveLength(1);
  });
});
