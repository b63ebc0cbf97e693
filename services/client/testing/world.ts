/** A whole little world around a session, in which requests, replies and connections get lost. */
import fc from 'fast-check';
import { emptyReply, Outcome, RequestKind, type Reply, type Request } from '#rpc/session/frames';
import { ClientSession } from '../session.js';
import { SESSION_RULES, type SessionRules } from '../session-rules.js';
import {
  SESSION_DEFAULTS,
  type SessionConfig,
  type SessionEvent,
  type SessionPorts,
  type Settlement,
} from '../session-types.js';

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
export function steps(): fc.Arbitrary<Step[]> {
  return fc.array(step, { minLength: 20, maxLength: 80, size: 'max' });
}

/** Requests and replies travel in two ordered queues that a break empties. */
class World {
  readonly model = new Model();
  now = 0;
  up = false;
  dialled = false;
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

  ports(): SessionPorts {
    return {
      dial: () => {
        this.dialled = true;
      },
      hangUp: () => {
        this.cut();
      },
      send: (requests) => {
        this.toServer.push(...requests);
      },
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
    if (!this.dialled) return;
    this.dialled = false;
    this.up = true;
    const limits = { requestsMax: 4, bytesMax: 0, sessionTimeoutMs: 300 };
    const welcome = { protocol: 1, clusterId: '', name: 'p', nodeId: 0, release: '', ...limits };
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

/** What is wrong with the outcomes of such a run; null if nothing is. */
export function runWorld(
  steps: readonly Step[],
  rules: SessionRules = SESSION_RULES,
): string | null {
  const world = new World(rules);
  for (const action of steps) world.run(action);
  world.settle();
  return world.verdict();
}
