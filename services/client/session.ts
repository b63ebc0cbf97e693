/**
 * The client's session: a deterministic machine between the callers of a program and one proxy (or node)
 * out of several. It opens a session in the replicated state at the first write, numbers the writes, and
 * sends what is unanswered again, under its number, wherever the next connection leads: each write
 * happens once if it is acknowledged, and once at most if it is not.
 */
import { Outcome, RequestKind, type Reply, type Welcome } from '#rpc/session/frames';
import {
  isForAnotherPeer,
  isForLater,
  whyNoSession,
  type FailureOutcome,
} from './session-answers.js';
import { mayHappen, newCall, takePart, type Call } from './session-call.js';
import { dumpCalls, loadCalls, type ClientSessionDump } from './session-dump.js';
import { SessionKeeper } from './session-keeper.js';
import { CallQueue } from './session-queue.js';
import { SESSION_RULES, type SessionRules } from './session-rules.js';
import { Sending } from './session-sending.js';
import { Settling } from './session-settling.js';
import type { SessionConfig, SessionEvent, SessionPorts } from './session-types.js';
import { Wire } from './session-wire.js';

/** Time-outs may come so much late, so that many of them are found in one look. */
const SWEEP_MS = 5;
/** How long the end of a session may take when all calls are done. */
const CLOSE_MS = 1_000;

export { SESSION_RULES, type SessionRules } from './session-rules.js';
export { SESSION_DEFAULTS, type Settlement } from './session-types.js';

export class ClientSession {
  readonly #config: SessionConfig;
  readonly #ports: SessionPorts;
  readonly #rules: SessionRules;
  readonly #wire: Wire;
  readonly #queue = new CallQueue();
  readonly #keeper: SessionKeeper;
  readonly #settling: Settling;
  readonly #sending: Sending;
  /** No call's time is up before this. */
  #earliest = Infinity;
  /** Of the last event. */
  #now = 0;
  /** `closing`: until the calls are settled. `ending`: the session's end was sent. */
  #life: 'open' | 'closing' | 'ending' | 'closed' = 'open';
  #closeBy = Infinity;
  /** The peer asked us to go on elsewhere. */
  #leaving: { readonly reason: string; readonly pauseMs: number } | null = null;

  constructor(config: SessionConfig, ports: SessionPorts, rules: SessionRules = SESSION_RULES) {
    this.#config = config;
    this.#ports = ports;
    this.#rules = rules;
    this.#wire = new Wire(config, ports);
    this.#keeper = new SessionKeeper(config.windowMax, config.sessionTimeoutMs, rules);
    this.#settling = new Settling(ports, this.#keeper, this.#wire);
    this.#sending = new Sending(config.timeoutMs, this.#wire, this.#queue, this.#keeper);
  }

  /** `now`: milliseconds of any monotonic clock. */
  handle(event: SessionEvent, now: number): void {
    if (this.#life === 'closed' && event.type !== 'call') return;
    this.#now = now;
    switch (event.type) {
      case 'tick':
        break;
      case 'connect':
        if (this.#wire.phase === 'idle') this.#wire.dial();
        break;
      case 'call':
        this.#call(event, now);
        break;
      case 'cancel':
        this.#cancel(event.callId);
        break;
      case 'connected':
        this.#connected(event.welcome);
        break;
      case 'lost':
        this.#lost(event.reason, now);
        if (event.rejected && this.#config.endpoints === 1) this.#rejected(event.reason);
        break;
      case 'replies':
        for (const reply of event.replies) this.#take(reply, now);
        this.#leave(now);
        break;
      case 'close':
        if (this.#life === 'open') this.#life = 'closing';
        break;
      case 'abort':
        this.#abort();
        break;
    }
    if (now >= this.#earliest) this.#expire(now);
    this.#pump(now);
    this.#settling.tell();
  }

  /** When `tick` is needed at the latest; Infinity: not before the next event. */
  deadline(): number {
    if (this.#life === 'closed') return Infinity;
    return Math.min(
      this.#earliest,
      this.#wire.redialAt,
      this.#wire.isUp ? this.#sending.nextAt(this.#now, this.#life === 'open') : Infinity,
      this.#life === 'ending' ? this.#closeBy : Infinity,
    );
  }

  /** For tests and status: the open session's id, 0 for none. */
  get session(): number {
    return this.#keeper.session;
  }

  /** Calls that are not settled. */
  get pending(): number {
    return this.#settling.calls.size;
  }

  /** Plain data, in a fixed order. */
  dump(): ClientSessionDump {
    return {
      calls: dumpCalls(this.#wire, this.#queue),
      wire: this.#wire.dump(),
      keeper: this.#keeper.dump(),
      earliest: this.#earliest === Infinity ? null : this.#earliest,
      now: this.#now,
      lastOrder: this.#sending.lastOrder,
      life: this.#life,
      closeBy: this.#closeBy === Infinity ? null : this.#closeBy,
    };
  }

  static load(
    config: SessionConfig,
    ports: SessionPorts,
    dumped: ClientSessionDump,
    rules: SessionRules = SESSION_RULES,
  ): ClientSession {
    const session = new ClientSession(config, ports, rules);
    session.#wire.load(dumped.wire);
    const calls = loadCalls(dumped.calls, session.#wire, session.#queue);
    for (const call of calls) {
      if (call.purpose === 'call' && !call.settled) session.#settling.calls.set(call.callId, call);
    }
    session.#keeper.load(dumped.keeper, calls);
    session.#earliest = dumped.earliest ?? Infinity;
    session.#now = dumped.now;
    session.#sending.lastOrder = dumped.lastOrder;
    session.#life = dumped.life;
    session.#closeBy = dumped.closeBy ?? Infinity;
    return session;
  }

  #call(event: Extract<SessionEvent, { type: 'call' }>, now: number): void {
    const { callId, kind, payload, minRevision, requestId } = event;
    const deadline = now + (event.timeoutMs > 0 ? event.timeoutMs : this.#config.timeoutMs);
    const { calls } = this.#settling;
    const order = this.#sending.nextOrder();
    const call = newCall('call', callId, kind, payload, deadline, minRevision, order, requestId);
    // Whoever repeats a write does so because it was sent before.
    call.mayHaveHappened = call.repeats;
    if (this.#life !== 'open') {
      this.#settling.unanswered(call, 'closed', 'this client is closed; connect again');
    } else if (calls.size >= this.#config.callsMax) {
      const text = `${String(calls.size)} calls are pending, the limit; await some first`;
      this.#settling.unanswered(call, 'overloaded', text);
    } else {
      calls.set(callId, call);
      this.#queue.add(call);
      if (deadline < this.#earliest) this.#earliest = deadline;
    }
  }

  #cancel(callId: number): void {
    const call = this.#settling.calls.get(callId);
    if (call !== undefined) this.#settling.giveUp(call, 'cancelled', 'the call was cancelled');
  }

  #connected(welcome: Welcome): void {
    this.#wire.connected(welcome);
    this.#keeper.grant(welcome.sessionTimeoutMs);
    this.#queue.recallAll();
  }

  #lost(reason: string, now: number, pauseMs = 0): void {
    const again: Call[] = [];
    for (const call of this.#wire.lost(reason, now, pauseMs)) {
      call.parts = null;
      call.mayHaveHappened = true;
      if (call.purpose !== 'call') this.#keeper.drop(call);
      else if (call.settled) continue;
      else if (call.kind !== RequestKind.write) again.push(call);
      else if (this.#rules.keepsNumberWhenResent()) again.push(call);
      else this.#queue.renumber(call);
    }
    this.#queue.resend(again);
  }

  /** Nobody else to ask: what was never sent is refused, and the next call tries again. */
  #rejected(reason: string): void {
    for (const call of this.#settling.calls.values()) {
      const outcome = mayHappen(call) ? 'unknown' : 'refused';
      this.#settling.failed(call, outcome, 'wrong-cluster', reason);
    }
    this.#wire.rest();
  }

  #abort(): void {
    if (this.#life === 'closed') return;
    this.#life = 'closing';
    this.#settling.giveUpAll('closed', 'the client was closed');
    this.#finish();
  }

  #take(reply: Reply, now: number): void {
    if (reply.more) {
      const call = this.#wire.inFlight.get(reply.id);
      if (call !== undefined && !call.settled) takePart(call, reply);
      return;
    }
    const call = this.#wire.land(reply.id);
    if (call === undefined) return;
    switch (call.purpose) {
      case 'call':
        this.#takeAnswer(call, reply, now);
        break;
      case 'open':
        this.#takeSession(call, reply, now);
        break;
      case 'keep-alive':
        this.#keeper.kept(call, reply, now);
        break;
      case 'close':
        this.#finish();
        break;
    }
  }

  #takeAnswer(call: Call, reply: Reply, now: number): void {
    const expired = reply.code === 'session-expired';
    if (expired) this.#keeper.forget(call.session);
    if (reply.outcome === Outcome.unknown) call.mayHaveHappened = true;
    if (call.settled) {
      const known = reply.outcome === Outcome.ok || reply.outcome === Outcome.refused;
      if (known) this.#keeper.release(call);
    } else if (reply.outcome === Outcome.ok) {
      this.#settling.done(call, reply);
    } else if (isForLater(reply, this.#wire.peerIsNode)) {
      this.#tryLater(call, reply, now);
    } else if (expired && call.kind === RequestKind.write) {
      this.#takeExpiry(call, reply);
    } else {
      this.#settling.failed(call, this.#outcomeOf(call, reply), reply.code, reply.message);
    }
  }

  #outcomeOf(call: Call, reply: Reply): FailureOutcome {
    if (reply.outcome === Outcome.refused) return 'refused';
    if (reply.outcome === Outcome.unknown) return 'unknown';
    const unknown = this.#rules.staysUnknownOnceSent(call.kind, call.mayHaveHappened);
    return unknown ? 'unknown' : 'not-done';
  }

  /** The call goes on when a little time has passed, and with another peer if there is one. */
  #tryLater(call: Call, reply: Reply, now: number): void {
    call.parts = null;
    const { retryMsMin, retryMsMax } = this.#config;
    const pause = Math.min(retryMsMax, retryMsMin * 2 ** Math.min(call.sendings - 1, 16));
    this.#queue.postpone(call, now + pause);
    this.#considerLeaving(reply);
  }

  #considerLeaving(reply: Reply): void {
    if (this.#config.endpoints === 1 || !isForAnotherPeer(reply.code)) return;
    const pauseMs = reply.code === 'stopping' ? 0 : this.#config.retryMsMin;
    this.#leaving = { reason: reply.message, pauseMs };
  }

  #leave(now: number): void {
    const leaving = this.#leaving;
    this.#leaving = null;
    if (leaving === null || !this.#wire.isUp) return;
    this.#wire.hangUp();
    this.#lost(leaving.reason, now, leaving.pauseMs);
  }

  #takeExpiry(call: Call, reply: Reply): void {
    const refused = reply.outcome === Outcome.refused;
    const never = this.#rules.movesOnlyIfNeverDone(call.mayHaveHappened);
    if (refused && never) {
      this.#queue.renumber(call);
    } else {
      this.#settling.failed(call, 'unknown', reply.code, reply.message);
    }
  }

  #takeSession(opening: Call, reply: Reply, now: number): void {
    this.#keeper.opening = null;
    if (reply.outcome === Outcome.ok) {
      this.#keeper.opened(reply.session, now);
    } else if (isForLater(reply, this.#wire.peerIsNode)) {
      this.#keeper.openLater(now + this.#config.retryMsMin);
      this.#considerLeaving(reply);
    } else {
      const waited = this.#queue.writes.filter(
        (call) => !call.settled && call.order < opening.order,
      );
      const message = whyNoSession(reply);
      for (const call of waited) this.#settling.failed(call, 'not-done', reply.code, message);
    }
  }

  #pump(now: number): void {
    const wire = this.#wire;
    const { calls } = this.#settling;
    const wanted = this.#life === 'open' || calls.size > 0;
    if (wire.phase === 'pausing' && wanted && now >= wire.redialAt) wire.dial();
    if (wire.phase === 'idle' && calls.size > 0) wire.dial();
    if (wire.isUp) {
      this.#sending.all(now);
      if (this.#life === 'open') this.#sending.keepAlive(now);
    }
    if (this.#life === 'closing' && calls.size === 0) this.#end(now);
    else if (this.#life === 'ending' && (!wire.isUp || now >= this.#closeBy)) this.#finish();
    wire.flush();
  }

  #expire(now: number): void {
    let earliest = Infinity;
    for (const call of this.#settling.calls.values()) {
      if (call.deadline > now) earliest = Math.min(earliest, call.deadline);
      else this.#settling.giveUp(call, 'timeout', 'no answer came in time');
    }
    this.#queue.dropSettled();
    this.#earliest = Math.max(earliest, now + SWEEP_MS);
  }

  /** A session with writes of unknown outcome is left to expire: they may yet be repeated. */
  #end(now: number): void {
    const { session, hasAbandoned } = this.#keeper;
    if (!this.#wire.isUp || session === 0 || hasAbandoned) {
      this.#finish();
      return;
    }
    this.#life = 'ending';
    this.#closeBy = now + CLOSE_MS;
    this.#sending.housekeep('close', session, now);
  }

  #finish(): void {
    if (this.#life === 'closed') return;
    this.#life = 'closed';
    this.#wire.close();
    this.#settling.tell();
    this.#ports.closed();
  }
}
