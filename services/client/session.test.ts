import fc from 'fast-check';
import { emptyReply, Outcome, RequestKind, type Reply, type Request } from '#rpc/session/frames';
import { ClientSession } from './session.js';
import { SESSION_RULES, type SessionRules } from './session-rules.js';
import {
  SESSION_DEFAULTS,
  type RequestId,
  type SessionConfig,
  type SessionEvent,
  type Settlement,
} from './session-types.js';

/** A session whose other side is scripted by the test. */
class Bench {
  readonly session: ClientSession;
  readonly config: SessionConfig;
  now = 5_000;
  dials: number[] = [];
  hangUps = 0;
  closed = 0;
  sent: Request[] = [];
  readonly settled = new Map<number, Settlement>();

  constructor(config: Partial<SessionConfig> = {}, rules?: SessionRules) {
    this.config = { ...SESSION_DEFAULTS, endpoints: 1, ...config };
    this.session = new ClientSession(this.config, this.ports(), rules);
  }

  ports() {
    return {
      dial: (endpoint: number) => this.dials.push(endpoint),
      hangUp: () => (this.hangUps += 1),
      send: (requests: Request[]) => this.sent.push(...requests),
      settle: (callId: number, settlement: Settlement) => {
        if (this.settled.has(callId)) throw new Error(`call ${callId} was settled twice`);
        this.settled.set(callId, settlement);
      },
      closed: () => (this.closed += 1),
    };
  }

  handle(event: SessionEvent): void {
    this.session.handle(event, this.now);
  }

  connected(change: { requestsMax?: number; bytesMax?: number; nodeId?: number } = {}): void {
    const welcome = {
      ...{ protocol: 1, clusterId: 'c', name: 'p', nodeId: 0, requestsMax: 0, bytesMax: 0 },
      ...{ sessionTimeoutMs: 60_000, ...change },
    };
    this.handle({ type: 'connected', welcome });
  }

  lost(rejected = false): void {
    this.handle({ type: 'lost', reason: 'connection reset', rejected });
  }

  write(callId: number, timeoutMs = 0, requestId: RequestId | null = null): void {
    const payload = new Uint8Array([callId % 256]);
    const kind = RequestKind.write;
    this.handle({ type: 'call', callId, kind, payload, timeoutMs, minRevision: 0, requestId });
  }

  read(callId: number, kind: number = RequestKind.read): void {
    const payload = new Uint8Array([callId % 256]);
    this.handle({
      ...{ type: 'call', callId, kind, payload, timeoutMs: 0, minRevision: 3, requestId: null },
    });
  }

  take(): Request[] {
    const sent = this.sent;
    this.sent = [];
    return sent;
  }

  reply(request: Request | undefined, change: Partial<Reply> = {}): void {
    const replies = [{ ...emptyReply(request?.id ?? -1, Outcome.ok), ...change }];
    this.handle({ type: 'replies', replies });
  }

  /** Connected, with an open session 70. */
  open(): this {
    this.handle({ type: 'connect' });
    this.connected();
    this.write(0);
    const [opening] = this.take();
    this.reply(opening, { session: 70 });
    this.reply(this.take()[0]);
    return this;
  }

  pass(ms: number): void {
    const end = this.now + ms;
    while (this.session.deadline() <= end) {
      this.now = Math.max(this.now, this.session.deadline());
      this.handle({ type: 'tick' });
      if (this.session.deadline() <= this.now) throw new Error('the deadline does not move on');
    }
    this.now = end;
  }

  outcome(callId: number) {
    const settlement = this.settled.get(callId);
    if (settlement === undefined) return 'pending';
    if (settlement.outcome === 'ok') return 'ok';
    const { outcome, code, requestId } = settlement;
    return requestId === null
      ? `${outcome} ${code}`
      : `${outcome} ${code} ${requestId.session}:${requestId.sequence}`;
  }
}

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
    bench.reply(request, { more: true, payload: new Uint8Array([2]) });
    bench.reply(request, { payload: new Uint8Array([3]) });
    expect(bench.settled.get(1)).toMatchObject({
      payload: new Uint8Array([3]),
      parts: [new Uint8Array([1]), new Uint8Array([2])],
    });
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

/** A server's replicated state, as dumb as can be: who applied what how often. */
class Model {
  lastSession = 0;
  readonly answers = new Map<number, Set<number>>();
  /** By payload: how often it was applied. */
  readonly applied = new Map<number, number>();

  answer(request: Request): Partial<Reply> {
    const expired = { outcome: Outcome.refused, code: 'session-expired' };
    switch (request.kind) {
      case RequestKind.openSession:
        this.lastSession += 1;
        this.answers.set(this.lastSession, new Set());
        return { session: this.lastSession };
      case RequestKind.keepAlive:
      case RequestKind.closeSession:
        return this.answers.has(request.session) ? {} : expired;
      case RequestKind.write: {
        const answered = this.answers.get(request.session);
        if (answered === undefined) return expired;
        if (answered.has(request.sequence)) return {};
        answered.add(request.sequence);
        const key = keyOf(request);
        this.applied.set(key, (this.applied.get(key) ?? 0) + 1);
        return {};
      }
      default:
        return {};
    }
  }
}

function keyOf(request: Request): number {
  return (request.payload[0] ?? 0) * 256 + (request.payload[1] ?? 0);
}

type Step =
  | {
      readonly do:
        'write' | 'read' | 'deliver' | 'refuse' | 'decline' | 'answer' | 'break' | 'expire';
    }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'reload' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'write' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'read' }) },
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'deliver' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'refuse' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'decline' }) },
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'answer' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'break' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'expire' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'reload' }) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 400 }).map((ms): Step => ({ do: 'pass', ms })),
  },
);

/** Long ones: what goes wrong needs a session, a loss and an answer, in this order. */
function steps(): fc.Arbitrary<Step[]> {
  return fc.array(step, { minLength: 20, maxLength: 80, size: 'max' });
}

/** Requests and replies travel in two ordered queues that a break empties. */
class World {
  readonly model = new Model();
  now = 0;
  up = false;
  up2 = 0;
  toServer: Request[] = [];
  toClient: Reply[] = [];
  calls = 0;
  readonly writes = new Set<number>();
  readonly settled = new Map<number, Settlement>();
  session: ClientSession;
  readonly config: SessionConfig = {
    ...SESSION_DEFAULTS,
    endpoints: 2,
    timeoutMs: 800,
    windowMax: 5,
  };
  readonly #rules: SessionRules;

  constructor(rules: SessionRules) {
    this.#rules = rules;
    this.session = new ClientSession(this.config, this.ports(), rules);
  }

  ports() {
    return {
      dial: () => (this.up2 += 1),
      hangUp: () => this.cut(),
      send: (requests: Request[]) => this.toServer.push(...requests),
      settle: (callId: number, settlement: Settlement) => {
        if (this.settled.has(callId)) throw new Error(`call ${callId} was settled twice`);
        this.settled.set(callId, settlement);
      },
      closed: () => undefined,
    };
  }

  cut(): void {
    this.up = false;
    this.toServer = [];
    this.toClient = [];
  }

  handle(event: SessionEvent): void {
    this.session.handle(event, this.now);
    if (this.up2 === 0) return;
    this.up2 = 0;
    this.up = true;
    const limits = { requestsMax: 4, bytesMax: 0, sessionTimeoutMs: 300 };
    const welcome = { protocol: 1, clusterId: '', name: 'p', nodeId: 0, ...limits };
    this.handle({ type: 'connected', welcome });
  }

  run(action: Step): void {
    switch (action.do) {
      case 'write':
      case 'read':
        this.call(action.do === 'write' ? RequestKind.write : RequestKind.read);
        break;
      case 'deliver':
        this.deliver((request) => this.model.answer(request));
        break;
      case 'refuse':
        this.deliver(() => ({ outcome: Outcome.notDone, code: 'stopping' }));
        break;
      case 'decline':
        this.deliver(() => ({ outcome: Outcome.notDone, code: 'overloaded' }));
        break;
      case 'answer': {
        const replies = this.toClient.splice(0, 2);
        if (replies.length > 0) this.handle({ type: 'replies', replies });
        break;
      }
      case 'break':
        if (this.up) this.cut();
        this.handle({ type: 'lost', reason: 'broken', rejected: false });
        break;
      case 'expire':
        this.model.answers.clear();
        break;
      case 'pass':
        this.pass(action.ms);
        break;
      case 'reload': {
        const dumped = structuredClone(this.session.dump());
        this.session = ClientSession.load(this.config, this.ports(), dumped, this.#rules);
        break;
      }
    }
  }

  deliver(answer: (request: Request) => Partial<Reply>): void {
    const request = this.toServer.shift();
    if (request === undefined) return;
    this.toClient.push({ ...emptyReply(request.id, Outcome.ok), ...answer(request) });
  }

  call(kind: number): void {
    this.calls += 1;
    if (kind === RequestKind.write) this.writes.add(this.calls);
    const payload = new Uint8Array([this.calls >> 8, this.calls & 255]);
    const callId = this.calls;
    this.handle({
      ...{ type: 'call', callId, kind, payload, timeoutMs: 0, minRevision: 0, requestId: null },
    });
  }

  pass(ms: number): void {
    const end = this.now + ms;
    while (this.session.deadline() <= end) {
      this.now = Math.max(this.now, this.session.deadline());
      this.handle({ type: 'tick' });
      if (this.session.deadline() <= this.now) throw new Error('the deadline does not move on');
    }
    this.now = end;
  }

  /** No more faults: everything is answered within the calls' time. */
  settle(): void {
    for (let round = 0; round < 2_000 && this.settled.size < this.calls; round += 1) {
      this.run({ do: 'deliver' });
      this.run({ do: 'answer' });
      if (this.toServer.length === 0 && this.toClient.length === 0) this.pass(20);
    }
  }

  /** What is wrong with the outcomes; null if nothing is. */
  verdict(): string | null {
    for (let call = 1; call <= this.calls; call += 1) {
      const settlement = this.settled.get(call);
      const applied = this.model.applied.get(call) ?? 0;
      if (settlement === undefined) return `call ${call} was never settled`;
      const { outcome } = settlement;
      const isWrite = this.writes.has(call);
      if (applied > 1) return `call ${call} was applied ${applied} times`;
      if (isWrite && outcome === 'ok' && applied !== 1) return `call ${call} is ok, and lost`;
      if (applied > 0 && (outcome === 'not-done' || outcome === 'refused')) {
        return `call ${call} was ${outcome}, and applied`;
      }
      if (!isWrite && outcome === 'unknown') return `read ${call} is unknown`;
    }
    return null;
  }
}

function runWorld(steps: readonly Step[], rules: SessionRules = SESSION_RULES): string | null {
  const world = new World(rules);
  for (const action of steps) world.run(action);
  world.settle();
  return world.verdict();
}

describe('exactly once', () => {
  test('R50 whatever breaks: acknowledged is applied once, not done is applied never', () => {
    const property = fc.property(steps(), (schedule) => {
      expect(runWorld(schedule)).toBeNull();
    });
    fc.assert(property, { numRuns: 1_500 });
  });

  const planted: [keyof SessionRules, SessionRules][] = [
    ['keepsNumberWhenResent', { ...SESSION_RULES, keepsNumberWhenResent: () => false }],
    ['movesOnlyIfNeverDone', { ...SESSION_RULES, movesOnlyIfNeverDone: () => true }],
    ['staysUnknownOnceSent', { ...SESSION_RULES, staysUnknownOnceSent: () => false }],
  ];
  test.each(planted)('planted: without `%s` it is found out', (_name, rules) => {
    const property = fc.property(steps(), (schedule) => {
      return runWorld(schedule, rules) === null;
    });
    const { failed } = fc.check(property, { numRuns: 5_000, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
