import { Outcome } from '#rpc/session/frames';
import { codes, read, reply, trio } from '../testing/bench.js';

describe('answers in parts', () => {
  test('parts of one read are passed on together, when the last is there', () => {
    const bench = trio();
    bench.request(50, read(1));
    const [sent] = bench.takeSent(2);
    const part = (text: number, more: boolean) =>
      reply(sent?.id ?? 0, { more, payload: new Uint8Array([text]) });
    bench.handle({ type: 'node-replies', node: 2, replies: [part(1, true), part(2, true)] });
    expect(bench.takeAnswers(50)).toEqual([]);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(3, false)] });
    const answers = bench.takeAnswers(50);
    expect(answers.map(({ id, more, payload }) => [id, more, payload[0]])).toEqual([
      [1, true, 1],
      [1, true, 2],
      [1, false, 3],
    ]);
  });

  test('R51 a read whose node dies half-way starts over, and never mixes two revisions', () => {
    const bench = trio();
    bench.request(50, read(1));
    const [sent] = bench.takeSent(2);
    const half = reply(sent?.id ?? 0, { more: true, payload: new Uint8Array([1]) });
    bench.handle({ type: 'node-replies', node: 2, replies: [half] });
    bench.handle({ type: 'node-lost', node: 2 });
    const [again] = bench.takeSent(3);
    const whole = reply(again?.id ?? 0, { payload: new Uint8Array([9]) });
    bench.handle({ type: 'node-replies', node: 3, replies: [whole] });
    expect(bench.takeAnswers(50).map(({ payload }) => payload[0])).toEqual([9]);
  });

  test('beyond the bound parts pass through, and a node’s death ends that read explicitly', () => {
    const bench = trio({ partsBytesMax: 10 });
    bench.request(50, read(1));
    const [sent] = bench.takeSent(2);
    const part = reply(sent?.id ?? 0, { more: true, payload: new Uint8Array(11) });
    bench.handle({ type: 'node-replies', node: 2, replies: [part] });
    expect(bench.takeAnswers(50)).toHaveLength(1);
    bench.handle({ type: 'node-lost', node: 2 });
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.notDone, code: 'connection-lost' },
    ]);
    expect(bench.takeSent(3)).toEqual([]);
  });
});
