import { Outcome } from '#rpc/session/frames';
import { read, reply, trio, write } from '../testing/bench.js';
import { LATENCY_BOUNDS_MS } from './served.js';
import type { RouterReport } from './types.js';

type RequestReport = Extract<RouterReport, { type: 'request' }>;

const bucketOf = (ms: number): number => LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
const filled = (buckets: readonly number[]): (readonly [number, number])[] =>
  [...buckets.entries()].filter(([, count]) => count > 0);
const remarks = (reports: readonly RouterReport[]): RequestReport[] =>
  reports.filter((report) => report.type === 'request');

describe('what became of requests', () => {
  test('their times fall into buckets by kind, from arrival to the answer, waiting included', () => {
    const bench = trio();
    bench.request(50, write(1), read(2));
    bench.pass(30);
    for (const node of [1, 2, 3]) bench.answerAll(node);
    bench.handle({ type: 'node-lost', node: 1 });
    bench.request(50, write(3));
    bench.passHeard(700);
    bench.elect(1, 2);
    bench.answerAll(1);
    const { served } = bench.router.view();

    expect(filled(served.write.buckets)).toEqual([
      [bucketOf(30), 1],
      [bucketOf(700), 1],
    ]);
    expect(served.write.sumMs).toBe(730);
    expect(filled(served.read.buckets)).toEqual([[bucketOf(30), 1]]);
    expect(served.stale.buckets).toEqual(Array(LATENCY_BOUNDS_MS.length + 1).fill(0));
  });

  test('what takes longer than the last bound has a bucket too', () => {
    const bench = trio();
    bench.handle({ type: 'node-lost', node: 1 });
    bench.request(50, write(1, 1, { timeoutMs: 60_000 }));
    bench.passHeard(14_000);
    bench.elect(1, 2);
    bench.passHeard(20_000);
    bench.answerAll(1);
    expect(filled(bench.router.view().served.write.buckets)).toEqual([
      [LATENCY_BOUNDS_MS.length, 1],
    ]);
  });

  test('outcomes are counted by kind, those of requests turned away at the door too', () => {
    const bench = trio({ requestBytesMax: 10 });
    bench.request(50, write(1), write(2), write(3, 3, { payload: new Uint8Array(11) }), read(4));
    const [first, second] = bench.takeSent(1);
    const replies = [
      reply(first?.id ?? 0),
      reply(second?.id ?? 0, { outcome: Outcome.unknown, code: 'timeout' }),
    ];
    bench.handle({ type: 'node-replies', node: 1, replies });
    bench.answerAll(2);
    const { served } = bench.router.view();
    expect(served.write.outcomes).toEqual([0, 1, 0, 1, 1]);
    expect(served.read.outcomes).toEqual([0, 1, 0, 0, 0]);
    // What was not let in took no time.
    expect(served.write.buckets.reduce((sum, count) => sum + count)).toBe(2);
  });
});

describe('requests worth a line of the log', () => {
  test('a write of unknown outcome, a refused one, and a slow one, each by its id', () => {
    const bench = trio();
    bench.request(50, write(1), write(2), write(3), write(4));
    const [first, second, third, fourth] = bench.takeSent(1);
    bench.handle({
      type: 'node-replies',
      node: 1,
      replies: [
        reply(first?.id ?? 0, { outcome: Outcome.unknown, code: 'timeout', servedBy: 1 }),
        reply(second?.id ?? 0, { outcome: Outcome.refused, code: 'lease-not-found', servedBy: 1 }),
        reply(third?.id ?? 0, { servedBy: 1 }),
      ],
    });
    bench.passHeard(1_200);
    bench.handle({
      type: 'node-replies',
      node: 1,
      replies: [reply(fourth?.id ?? 0, { servedBy: 1 })],
    });
    const common = { type: 'request', lane: 'write', session: 7, node: 1 };
    expect(remarks(bench.reports)).toEqual([
      { ...common, sequence: 1, outcome: Outcome.unknown, code: 'timeout', ms: 0 },
      { ...common, sequence: 2, outcome: Outcome.refused, code: 'lease-not-found', ms: 0 },
      { ...common, sequence: 4, outcome: Outcome.ok, code: '', ms: 1_200 },
    ]);
  });

  test('what goes well and quickly is none, nor is a refused read', () => {
    const bench = trio();
    bench.request(50, write(1), read(2));
    bench.answerAll(1);
    const replies = bench
      .takeSent(2)
      .map(({ id }) => reply(id, { outcome: Outcome.refused, code: 'revision-compacted' }));
    bench.handle({ type: 'node-replies', node: 2, replies });
    expect(bench.takeAnswers(50)).toHaveLength(2);
    expect(remarks(bench.reports)).toEqual([]);
  });

  test('of thousands in one second the first few are told of, and how many more there were', () => {
    const bench = trio();
    const requests = Array.from({ length: 3_000 }, (_, at) => write(at + 1, 0, { session: 0 }));
    bench.request(50, ...requests);
    bench.handle({ type: 'node-lost', node: 1 });
    expect(remarks(bench.reports)).toHaveLength(20);
    bench.passHeard(1_100);
    expect(bench.reports).toContainEqual({ type: 'more-requests', requests: 2_980 });

    bench.elect(2, 2);
    bench.request(50, write(4_000, 0, { session: 0 }));
    bench.handle({ type: 'node-lost', node: 2 });
    expect(remarks(bench.reports)).toHaveLength(21);
  });
});
