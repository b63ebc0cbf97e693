import { NodeRole, Outcome } from '#rpc/session/frames';
import { Bench, codes, read, reply, sequences, trio, write } from '../testing/bench.js';

describe('bounds', () => {
  test('R50 the queue is bounded in requests, and what overflows is told so', () => {
    const bench = new Bench([1], { queueRequestsMax: 3 });
    bench.handle({ type: 'client-opened', connection: 50 });
    bench.request(50, ...[1, 2, 3, 4, 5].map((id) => write(id)));
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 4, outcome: Outcome.notDone, code: 'overloaded' },
      { id: 5, outcome: Outcome.notDone, code: 'overloaded' },
    ]);
    bench.elect(1);
    expect(sequences(bench.takeSent(1))).toEqual([1, 2, 3]);
  });

  test('R50 the queue is bounded in bytes', () => {
    const bench = new Bench([1], { queueBytesMax: 100 });
    bench.handle({ type: 'client-opened', connection: 50 });
    const big = (id: number) => write(id, id, { payload: new Uint8Array(60) });
    bench.request(50, big(1), big(2));
    expect(codes(bench.takeAnswers(50)).map(({ id, code }) => [id, code])).toEqual([
      [2, 'overloaded'],
    ]);
    expect(bench.router.view().queuedBytes).toBe(60);
  });

  test('R50 the queue is bounded in time, and each request by its own', () => {
    const bench = new Bench([1], { queueTimeoutMs: 500 });
    bench.handle({ type: 'client-opened', connection: 50 });
    bench.request(50, write(1, 1, { timeoutMs: 200 }), write(2));
    bench.pass(195);
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([]);
    bench.pass(10);
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([1]);
    bench.pass(320);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 2, outcome: Outcome.notDone, code: 'no-leader' },
    ]);
    expect(bench.router.deadline()).toBe(Infinity);
  });

  test('a write that was sent and not answered in time is unknown, a read is not done', () => {
    const bench = trio();
    bench.request(50, write(1, 1, { timeoutMs: 200 }), read(2, { timeoutMs: 200 }));
    const [sent] = bench.takeSent(1);
    bench.passHeard(250);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.unknown, code: 'timeout' },
      { id: 2, outcome: Outcome.notDone, code: 'timeout' },
    ]);
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(sent?.id ?? 0)] });
    expect(bench.takeAnswers(50)).toEqual([]);
    expect(bench.router.view().inFlight).toBe(0);
  });

  test('a write that was sent, lost and never sent again is unknown when its time is up', () => {
    const bench = trio();
    bench.request(50, write(1, 1, { timeoutMs: 200 }));
    bench.handle({ type: 'node-lost', node: 1 });
    bench.passHeard(300);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.unknown, code: 'no-leader' },
    ]);
  });

  test('a connection over its credit is told so, and goes on when its replies are there', () => {
    const bench = trio({ requestsPerConnection: 2, bytesPerConnection: 1000 });
    bench.handle({ type: 'client-opened', connection: 51 });
    bench.request(50, write(1), write(2), write(3));
    bench.request(51, write(4));
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 3, outcome: Outcome.notDone, code: 'overloaded' },
    ]);
    bench.answerAll(1);
    expect(bench.takeAnswers(51)).toHaveLength(1);
    bench.takeAnswers(50);
    bench.request(50, write(5, 5, { payload: new Uint8Array(900) }));
    bench.request(50, write(6, 6, { payload: new Uint8Array(200) }));
    expect(codes(bench.takeAnswers(50)).map(({ id }) => id)).toEqual([6]);
  });

  test('a node gets no more than it grants; the rest waits its turn', () => {
    const bench = new Bench([1]);
    bench.connect(1, 2);
    bench.state(1, { role: NodeRole.leader, leader: 1 });
    bench.handle({ type: 'client-opened', connection: 50 });
    bench.request(50, ...[1, 2, 3, 4, 5].map((id) => write(id)));
    expect(sequences(bench.sent.get(1) ?? [])).toEqual([1, 2]);
    bench.answerAll(1);
    expect(sequences(bench.sent.get(1) ?? [])).toEqual([3, 4]);
    bench.answerAll(1);
    bench.answerAll(1);
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  test('too large a request and an unknown kind are refused by name, the others pass', () => {
    const bench = trio({ requestBytesMax: 10 });
    bench.request(
      50,
      write(1, 1, { payload: new Uint8Array(11) }),
      write(2, 2, { kind: 77 }),
      write(3),
    );
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.refused, code: 'too-large' },
      { id: 2, outcome: Outcome.refused, code: 'unknown-kind' },
    ]);
    expect(sequences(bench.takeSent(1))).toEqual([3]);
  });

  test('a client that goes away leaves nothing behind', () => {
    const bench = trio();
    bench.request(50, write(1));
    const [sent] = bench.takeSent(1);
    bench.handle({ type: 'node-lost', node: 2 });
    bench.handle({ type: 'node-lost', node: 3 });
    bench.state(1, { role: NodeRole.follower, leader: 0, term: 2 });
    bench.request(50, write(2), read(3));
    bench.handle({ type: 'client-closed', connection: 50 });
    expect(bench.router.view()).toMatchObject({ queued: 0, queuedBytes: 0, clients: 0 });
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(sent?.id ?? 0)] });
    bench.state(1, { role: NodeRole.leader, leader: 1, term: 2 });
    expect(bench.takeAnswers(50)).toEqual([]);
    expect(bench.takeSent(1)).toEqual([]);
    expect(bench.router.view().inFlight).toBe(0);
  });

  test('stopping: what waits unsent is told so, what is in flight is finished', () => {
    const bench = trio();
    bench.request(50, write(1));
    bench.state(1, { role: NodeRole.follower, leader: 0, term: 2 });
    bench.request(50, write(2));
    bench.handle({ type: 'stop' });
    bench.request(50, write(3));
    bench.answerAll(1);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 2, outcome: Outcome.notDone, code: 'stopping' },
      { id: 3, outcome: Outcome.notDone, code: 'stopping' },
      { id: 1, outcome: Outcome.ok, code: '' },
    ]);
  });
});
