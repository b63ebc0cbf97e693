import { Outcome, RequestKind, type Request } from '#rpc/session/frames';
import { Bench } from './testing/bench.js';

const numbers = (requests: Request[]) =>
  requests.map(({ session, sequence }) => [session, sequence]);
const kinds = (requests: Request[]) => requests.map(({ kind }) => kind);

describe('the session', () => {
  test('is opened by the first write, and writes are numbered from 1 in order', () => {
    const bench = new Bench();
    bench.read(1);
    expect(bench.dials).toEqual([0]);
    bench.connected();
    expect(kinds(bench.take())).toEqual([RequestKind.read]);
    bench.write(2);
    bench.write(3);
    const [opening, ...none] = bench.take();
    expect(opening).toMatchObject({ kind: RequestKind.openSession, session: 0, sequence: 0 });
    expect(none).toEqual([]);
    bench.reply(opening, { session: 70 });
    expect(numbers(bench.take())).toEqual([
      [70, 1],
      [70, 2],
    ]);
  });

  test('a write’s frame says the lowest number still awaited', () => {
    const bench = new Bench().open();
    bench.write(1);
    bench.write(2);
    const [first, second] = bench.take();
    bench.reply(second);
    bench.write(3);
    bench.reply(first);
    bench.write(4);
    expect(bench.take().map(({ lowestAwaited }) => lowestAwaited)).toEqual([2, 4]);
  });

  test('is kept alive at a third of its time while nothing is written', () => {
    const bench = new Bench().open();
    bench.pass(19_999);
    expect(bench.take()).toEqual([]);
    bench.pass(2);
    const [keepAlive] = bench.take();
    expect(keepAlive).toMatchObject({ kind: RequestKind.keepAlive, session: 70 });
    bench.reply(keepAlive);
    bench.pass(15_000);
    bench.write(1);
    bench.take();
    bench.pass(10_000);
    expect(bench.take()).toEqual([]);
  });

  test('a session that expired while idle is replaced, and the write that found out moves on', () => {
    const bench = new Bench().open();
    bench.write(1);
    bench.reply(bench.take()[0], { outcome: Outcome.refused, code: 'session-expired' });
    const [opening] = bench.take();
    expect(opening?.kind).toBe(RequestKind.openSession);
    bench.reply(opening, { session: 90 });
    const [moved] = bench.take();
    expect(numbers(moved ? [moved] : [])).toEqual([[90, 1]]);
    bench.reply(moved);
    expect(bench.outcome(1)).toBe('ok');
  });

  test('R50 a write that was sent twice and meets expiry is unknown, one never sent moves on', () => {
    const bench = new Bench({ windowMax: 1 }).open();
    bench.write(1);
    bench.write(2);
    bench.take();
    bench.lost();
    bench.connected();
    const [again] = bench.take();
    expect(numbers(again ? [again] : [])).toEqual([[70, 2]]);
    bench.reply(again, { outcome: Outcome.refused, code: 'session-expired' });
    expect(bench.outcome(1)).toBe('unknown session-expired 70:2');
    bench.reply(bench.take()[0], { session: 90 });
    expect(numbers(bench.take())).toEqual([[90, 1]]);
  });

  test('a failed opening fails the writes that waited for it, as not done', () => {
    const bench = new Bench();
    bench.write(1);
    bench.connected();
    const [opening] = bench.take();
    bench.write(2);
    bench.reply(opening, { outcome: Outcome.notDone, code: 'no-leader' });
    expect(bench.outcome(1)).toBe('not-done no-leader');
    expect(bench.outcome(2)).toBe('pending');
    expect(kinds(bench.take())).toEqual([RequestKind.openSession]);
  });

  test('an opening of unknown outcome says nothing of that to the writes: they were not sent', () => {
    const bench = new Bench();
    bench.write(1);
    bench.connected();
    const [opening] = bench.take();
    const message = 'no leader in time; it may have happened';
    bench.reply(opening, { outcome: Outcome.unknown, code: 'no-leader', message });
    expect(bench.outcome(1)).toBe('not-done no-leader');
    expect(bench.settled.get(1)).toMatchObject({
      message: 'no session could be opened in time; nothing happened: try again',
    });
  });

  test('an opening that is for later is tried again after a pause, not at once', () => {
    const bench = new Bench();
    bench.write(1);
    bench.connected({ nodeId: 3 });
    bench.reply(bench.take()[0], { outcome: Outcome.notDone, code: 'no-leader' });
    expect(bench.take()).toEqual([]);
    bench.pass(60);
    expect(kinds(bench.take())).toEqual([RequestKind.openSession]);
  });
});

describe('failover', () => {
  test('R50 after a loss unanswered writes go out again, in order, under their numbers', () => {
    const bench = new Bench().open();
    for (const id of [1, 2, 3]) bench.write(id);
    const [first] = bench.take();
    bench.reply(first);
    bench.read(4);
    bench.lost();
    bench.write(5);
    expect(bench.dials).toEqual([0, 0]);
    bench.take();
    bench.connected();
    const again = bench.take();
    expect(numbers(again)).toEqual([
      [70, 3],
      [70, 4],
      [0, 0],
      [70, 5],
    ]);
    for (const request of again) bench.reply(request);
    expect([1, 2, 3, 4, 5].map((id) => bench.outcome(id))).toEqual(Array(5).fill('ok'));
  });

  test('R53 endpoints are dialled in turn: each once at once, then with growing pauses', () => {
    const bench = new Bench({ endpoints: 3 }).open();
    bench.dials = [];
    bench.lost();
    bench.lost();
    bench.lost();
    expect(bench.dials).toEqual([1, 2, 0]);
    bench.lost();
    expect(bench.dials).toEqual([1, 2, 0]);
    bench.pass(70);
    expect(bench.dials).toEqual([1, 2, 0, 1]);
    for (let attempt = 0; attempt < 40; attempt += 1) {
      bench.lost();
      bench.pass(630);
    }
    expect(bench.dials).toHaveLength(44);
  });

  test('late replies of a lost connection are ignored', () => {
    const bench = new Bench().open();
    bench.write(1);
    const [old] = bench.take();
    bench.lost();
    bench.connected();
    bench.reply(old);
    expect(bench.outcome(1)).toBe('pending');
  });

  test('"stopping" makes it go on with the next endpoint at once', () => {
    const bench = new Bench({ endpoints: 2 }).open();
    bench.write(1);
    bench.reply(bench.take()[0], { outcome: Outcome.notDone, code: 'stopping' });
    expect([bench.hangUps, bench.dials]).toEqual([1, [0, 1]]);
    bench.connected();
    expect(numbers(bench.take())).toEqual([[70, 2]]);
  });

  test('R55 a node’s "no leader" is tried again, a proxy’s is final', () => {
    for (const nodeId of [0, 6788]) {
      const bench = new Bench();
      bench.handle({ type: 'connect' });
      bench.connected({ nodeId });
      bench.read(1);
      bench.reply(bench.take()[0], { outcome: Outcome.notDone, code: 'no-leader' });
      expect(bench.outcome(1)).toBe(nodeId === 0 ? 'not-done no-leader' : 'pending');
      bench.pass(60);
      expect(bench.take()).toHaveLength(nodeId === 0 ? 0 : 1);
    }
  });

  test('a rejection by the only endpoint refuses what was never sent', () => {
    const bench = new Bench();
    bench.write(1);
    bench.lost(true);
    expect(bench.outcome(1)).toBe('refused wrong-cluster');
    expect(bench.dials).toEqual([0]);
    expect(bench.session.deadline()).toBeGreaterThan(bench.now + 20_000);
    bench.write(2);
    expect(bench.dials).toEqual([0, 0]);
  });
});

describe('outcomes', () => {
  test('a call’s time is up: not done if it was never sent, else unknown with its id', () => {
    const bench = new Bench().open();
    bench.write(1, 100);
    bench.take();
    bench.lost();
    bench.write(2, 100);
    bench.pass(120);
    expect(bench.outcome(1)).toBe('unknown timeout 70:2');
    expect(bench.outcome(2)).toBe('not-done timeout');
    bench.connected();
    expect(bench.take()).toEqual([]);
  });

  test('a cancelled call is settled like one whose time is up', () => {
    const bench = new Bench().open();
    bench.write(1);
    bench.read(2);
    bench.handle({ type: 'cancel', callId: 1 });
    bench.handle({ type: 'cancel', callId: 2 });
    bench.handle({ type: 'cancel', callId: 2 });
    expect(bench.outcome(1)).toBe('unknown cancelled 70:2');
    expect(bench.outcome(2)).toBe('not-done cancelled');
  });

  test('"not done" after an unanswered sending is unknown', () => {
    const bench = new Bench().open();
    bench.write(1);
    bench.take();
    bench.lost();
    bench.connected();
    bench.reply(bench.take()[0], { outcome: Outcome.notDone, code: 'overloaded' });
    expect(bench.outcome(1)).toBe('unknown overloaded 70:2');
  });

  test('refusals are passed on', () => {
    const bench = new Bench().open();
    bench.write(1);
    bench.reply(bench.take()[0], { outcome: Outcome.refused, code: 'duplicate-key' });
    expect(bench.outcome(1)).toBe('refused duplicate-key');
  });

  test('a write repeated by its request id goes out under that number, and counts as sent', () => {
    const bench = new Bench();
    bench.connected();
    bench.write(1, 100, { session: 33, sequence: 8 });
    const [repeated] = bench.take();
    expect(repeated).toMatchObject({ session: 33, sequence: 8, lowestAwaited: 1 });
    bench.reply(repeated, { outcome: Outcome.refused, code: 'session-expired' });
    expect(bench.outcome(1)).toBe('unknown session-expired 33:8');
    bench.write(2, 100, { session: 33, sequence: 8 });
    bench.reply(bench.take()[0]);
    expect(bench.outcome(2)).toBe('ok');
  });

  test('an abandoned number stays awaited until half the window is needed', () => {
    const bench = new Bench({ windowMax: 8 }).open();
    bench.write(1, 50);
    bench.take();
    bench.pass(60);
    const lowest: number[] = [];
    for (let id = 2; id < 8; id += 1) {
      bench.write(id);
      const [request] = bench.take();
      lowest.push(request?.lowestAwaited ?? 0);
      bench.reply(request);
    }
    expect(lowest.slice(0, 2)).toEqual([2, 2]);
    expect(lowest.at(-1)).toBeGreaterThan(5);
  });

  test('parts of an answer are settled together', () => {
    const bench = new Bench().open();
    bench.read(1);
    const [request] = bench.take();
    bench.reply(request, { more: true, payload: new Uint8Array([1]) });
    bench.reply(request, { more: true, part: 1, payload: new Uint8Array([2]) });
    bench.reply(request, { part: 2, payload: new Uint8Array([3]) });
    expect(bench.settled.get(1)).toMatchObject({
      payload: new Uint8Array([3]),
      parts: [new Uint8Array([1]), new Uint8Array([2])],
    });
  });

  test('R51 an answer that begins anew at another node leaves nothing of what came before', () => {
    const bench = new Bench().open();
    bench.read(1);
    bench.read(2);
    const [first, second] = bench.take();
    bench.reply(first, { more: true, payload: new Uint8Array([1]) });
    bench.reply(first, { more: true, part: 1, payload: new Uint8Array([2]) });
    bench.reply(first, { more: true, part: 0, payload: new Uint8Array([8]) });
    bench.reply(first, { part: 1, payload: new Uint8Array([9]) });
    expect(bench.settled.get(1)).toMatchObject({
      payload: new Uint8Array([9]),
      parts: [new Uint8Array([8])],
    });
    bench.reply(second, { more: true, payload: new Uint8Array([1]) });
    bench.reply(second, { payload: new Uint8Array([9]) });
    expect(bench.settled.get(2)).toMatchObject({ payload: new Uint8Array([9]), parts: [] });
  });

  test('an answer of which a part is missing is no answer', () => {
    const bench = new Bench().open();
    bench.read(1);
    const [request] = bench.take();
    bench.reply(request, { more: true, payload: new Uint8Array([1]) });
    bench.reply(request, { part: 2, payload: new Uint8Array([3]) });
    expect(bench.settled.get(1)).toMatchObject({ outcome: 'not-done', code: 'malformed' });
  });
});

describe('bounds', () => {
  test('no more than the window’s numbers are under way', () => {
    const bench = new Bench({ windowMax: 3 }).open();
    for (const id of [1, 2, 3, 4, 5]) bench.write(id);
    const [first, second, third] = bench.take();
    expect(bench.sent).toEqual([]);
    bench.reply(third);
    expect(bench.take()).toEqual([]);
    bench.reply(first);
    bench.reply(second);
    expect(bench.take()).toHaveLength(2);
  });

  test('no more than the peer’s credit is in flight', () => {
    const bench = new Bench();
    bench.handle({ type: 'connect' });
    bench.connected({ requestsMax: 2, bytesMax: 100 });
    for (const id of [1, 2, 3]) bench.read(id);
    const [first] = bench.take();
    bench.reply(first);
    expect(bench.take()).toHaveLength(1);
  });

  test('calls beyond the limit are told so', () => {
    const bench = new Bench({ callsMax: 1 });
    bench.read(1);
    bench.read(2);
    expect(bench.outcome(2)).toBe('not-done overloaded');
  });
});

describe('the end', () => {
  test('close waits for what is pending, ends the session and hangs up', () => {
    const bench = new Bench().open();
    bench.write(1);
    bench.handle({ type: 'close' });
    bench.write(2);
    expect(bench.outcome(2)).toBe('not-done closed');
    bench.reply(bench.take()[0]);
    const [ending] = bench.take();
    expect(ending).toMatchObject({ kind: RequestKind.closeSession, session: 70 });
    bench.reply(ending);
    expect([bench.hangUps, bench.closed]).toEqual([1, 1]);
  });

  test('a session with an unknown write is left to expire, so that it may be repeated', () => {
    const bench = new Bench().open();
    bench.write(1, 50);
    bench.pass(60);
    bench.take();
    bench.handle({ type: 'close' });
    expect(bench.take()).toEqual([]);
    expect(bench.closed).toBe(1);
  });

  test('abort settles everything by what may have become of it', () => {
    const bench = new Bench().open();
    bench.write(1);
    bench.lost();
    bench.write(2);
    bench.handle({ type: 'abort' });
    expect([bench.outcome(1), bench.outcome(2), bench.closed]).toEqual([
      'unknown closed 70:2',
      'not-done closed',
      1,
    ]);
  });
});
