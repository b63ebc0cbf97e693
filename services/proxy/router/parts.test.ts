import { RequestKind, type Reply } from '#rpc/session/frames';
import { Router } from '../router.js';
import { read, reply, trio, type Bench } from '../testing/bench.js';

/** Asks for one long answer; the id that node 2 knows it by. */
function ask(bench: Bench): number {
  bench.request(50, read(1));
  const [sent] = bench.takeSent(2);
  return sent?.id ?? 0;
}

const part = (id: number, number: number, more = true): Reply =>
  reply(id, { part: number, more, payload: new Uint8Array([number]) });

const numbers = (replies: Reply[]): number[] => replies.map((one) => one.part);

describe('answers in parts', () => {
  test('each part is passed on as it comes, and the node is granted the next', () => {
    const bench = trio();
    const id = ask(bench);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 0), part(id, 1)] });
    expect(bench.takeAnswers(50)).toMatchObject([
      { id: 1, part: 0, more: true },
      { id: 1, part: 1, more: true },
    ]);
    expect(bench.takeSent(2)).toMatchObject([{ id, kind: RequestKind.grantParts, partsMax: 2 }]);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 2, false)] });
    expect(bench.takeAnswers(50)).toMatchObject([{ id: 1, part: 2, more: false }]);
    expect(bench.takeSent(2)).toEqual([]);
    expect(bench.figures(2)).toEqual({ reads: 1, writes: 0, inFlight: 0 });
  });

  test('a node is told how many parts may come, and only of reads', () => {
    const bench = trio();
    bench.request(50, read(1), { ...read(2), kind: RequestKind.write });
    expect(bench.takeSent(2)[0]?.partsMax).toBeGreaterThan(0);
    expect(bench.takeSent(1)[0]?.partsMax).toBe(0);
  });

  test('a client that does not take its parts is granted no others, until it has', () => {
    const bench = trio();
    const id = ask(bench);
    bench.unread.set(50, 2 ** 30);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 0)] });
    bench.passHeard(1_000);
    expect(bench.takeSent(2)).toEqual([]);
    bench.unread.clear();
    bench.pass(20);
    expect(bench.takeSent(2)).toMatchObject([{ id, kind: RequestKind.grantParts, partsMax: 1 }]);
    bench.pass(100);
    expect(bench.takeSent(2)).toEqual([]);
  });

  test('R51 a read whose node dies half-way starts over with part 0, and never mixes two revisions', () => {
    const bench = trio();
    const id = ask(bench);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 0), part(id, 1)] });
    bench.handle({ type: 'node-lost', node: 2 });
    const [again] = bench.takeSent(3);
    const id3 = again?.id ?? 0;
    bench.handle({ type: 'node-replies', node: 3, replies: [part(id3, 0)] });
    bench.handle({ type: 'node-replies', node: 3, replies: [part(id3, 1, false)] });
    expect(numbers(bench.takeAnswers(50))).toEqual([0, 1, 0, 1]);
  });

  test('a silent node is spared the rest, and its late parts reach nobody', () => {
    const bench = trio();
    const id = ask(bench);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 0)] });
    bench.takeSent(2);
    bench.passHeard(500, [2]);
    expect(bench.takeSent(2)).toMatchObject([{ id, kind: RequestKind.cancelParts }]);
    bench.takeAnswers(50);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 1)] });
    expect(bench.takeAnswers(50)).toEqual([]);
  });

  test('when the client goes, the node is spared the rest', () => {
    const bench = trio();
    const id = ask(bench);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 0)] });
    bench.takeSent(2);
    bench.handle({ type: 'client-closed', connection: 50 });
    expect(bench.takeSent(2)).toMatchObject([{ id, kind: RequestKind.cancelParts }]);
    const end = reply(id, { outcome: 2, code: 'cancelled' });
    bench.handle({ type: 'node-replies', node: 2, replies: [end] });
    expect(bench.figures(2).inFlight).toBe(0);
  });

  test('when its time is up, the client hears so and the node is spared the rest', () => {
    const bench = trio();
    bench.request(50, read(1, { timeoutMs: 200 }));
    const id = bench.takeSent(2)[0]?.id ?? 0;
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 0)] });
    bench.takeSent(2);
    bench.takeAnswers(50);
    bench.passHeard(400);
    expect(bench.takeAnswers(50)).toMatchObject([{ id: 1, code: 'timeout', part: 0 }]);
    expect(bench.takeSent(2)).toMatchObject([{ id, kind: RequestKind.cancelParts }]);
  });

  test('a dump in the middle goes on the same', () => {
    const bench = trio();
    const id = ask(bench);
    bench.unread.set(50, 2 ** 30);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(id, 0)] });
    const dumped = structuredClone(bench.router.dump());
    const loaded = Router.load(bench.config, bench.ports(), dumped, bench.now);
    expect(loaded.dump()).toEqual(dumped);
    expect(loaded.deadline()).toBe(bench.router.deadline());
    bench.unread.clear();
    loaded.handle({ type: 'tick' }, bench.now + 20);
    expect(bench.takeSent(2)).toMatchObject([{ id, kind: RequestKind.grantParts, partsMax: 1 }]);
  });
});
