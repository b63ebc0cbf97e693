/** A session whose other side is scripted by the test. */
import { emptyReply, Outcome, RequestKind, type Reply, type Request } from '#rpc/session/frames';
import { ClientSession } from '../session.js';
import type { SessionRules } from '../session-rules.js';
import {
  SESSION_DEFAULTS,
  type RequestId,
  type SessionConfig,
  type SessionEvent,
  type SessionPorts,
  type Settlement,
} from '../session-types.js';

export class Bench {
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

  ports(): SessionPorts {
    return {
      dial: (endpoint) => {
        this.dials.push(endpoint);
      },
      hangUp: () => {
        this.hangUps += 1;
      },
      send: (requests) => {
        this.sent.push(...requests);
      },
      settle: (callId: number, settlement: Settlement) => {
        if (this.settled.has(callId)) throw new Error(`call ${callId} was settled twice`);
        this.settled.set(callId, settlement);
      },
      closed: () => {
        this.closed += 1;
      },
    };
  }

  handle(event: SessionEvent): void {
    this.session.handle(event, this.now);
  }

  connected(change: { requestsMax?: number; bytesMax?: number; nodeId?: number } = {}): void {
    const welcome = {
      ...{ protocol: 1, clusterId: 'c', name: 'p', nodeId: 0, requestsMax: 0, bytesMax: 0 },
      ...{ sessionTimeoutMs: 60_000, release: '', ...change },
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

  outcome(callId: number): string {
    const settlement = this.settled.get(callId);
    if (settlement === undefined) return 'pending';
    if (settlement.outcome === 'ok') return 'ok';
    const { outcome, code, requestId } = settlement;
    return requestId === null
      ? `${outcome} ${code}`
      : `${outcome} ${code} ${requestId.session}:${requestId.sequence}`;
  }
}
