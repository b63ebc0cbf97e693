/** A client's process: the production session, and the callers that share it. */
import type { Settlement } from '#client/session';
import { answerOf, operationOf, requestKindOf } from './actions.js';
import { ClientSession, SESSION_DEFAULTS } from './machines.js';
import type { Stream } from './network.js';
import type { Call, History } from './oracle/history.js';
import type { WireCodec } from './payload.js';
import { jsonPayloads } from './payload.js';
import { Process } from './process.js';
import type { Parcel, Signal, Surroundings } from './process.js';
import type { Workload } from './workload.js';

interface Caller {
  readonly number: number;
  call: Call | null;
  /** The newest revision that it was told of. */
  revision: number;
}

/** What looks on when a call is answered. */
export interface ClientWatch {
  newestRevision(): number;
  acknowledged(call: Call, requestId: string | null): void;
}

const REPEATS_MAX = 3;

export class SimulatedClient extends Process {
  /** New calls are made while this is set. */
  calling = true;
  private session: ClientSession | null = null;
  private stream: number | null = null;
  private readonly callers: readonly Caller[];
  /** By call id of the session. */
  private readonly pending = new Map<number, Caller>();
  private nextCallId = 1;

  constructor(
    world: Surroundings,
    number: number,
    name: string,
    clockRate: number,
    private readonly endpoints: readonly Process[],
    private readonly workload: Workload,
    private readonly history: History,
    private readonly watch: ClientWatch,
    private readonly onlyReads = false,
  ) {
    super(world, number, name, clockRate);
    const { callersPerClient, readersPerNode } = world.plan;
    this.callers = Array.from(
      { length: onlyReads ? readersPerNode : callersPerClient },
      (_, i) => ({
        number: number * 100 + i,
        call: null,
        revision: 0,
      }),
    );
  }

  private get codec(): WireCodec {
    return this.world.wire?.payloads ?? jsonPayloads;
  }

  get busy(): boolean {
    return this.callers.some(({ call }) => call !== null);
  }

  get isWriting(): boolean {
    return this.callers.some(({ call }) => call !== null && call.action.kind !== 'get');
  }

  /** Nobody listens on a client. */
  accept(): Parcel | null {
    return null;
  }

  protected boot(): void {
    const { plan } = this.world;
    this.session = new ClientSession(
      {
        ...SESSION_DEFAULTS,
        endpoints: this.endpoints.length,
        timeoutMs: plan.callTimeoutMs,
        sessionTimeoutMs: plan.sessionTimeoutMs,
        seed: this.random.bits(),
      },
      {
        dial: (endpoint) => {
          this.dial(endpoint);
        },
        hangUp: () => {
          this.hangUp();
        },
        send: (requests) => {
          if (this.stream === null) return;
          const copies = this.requestsOnWire(requests);
          const parcel: Parcel = { type: 'requests', requests: copies };
          this.world.network.send(this.stream, 0, parcel, this.world.now);
        },
        settle: (callId, settlement) => {
          this.settle(callId, settlement);
        },
        closed: () => {
          this.say('session closed');
        },
      },
      this.world.rules.session,
    );
    for (const caller of this.callers) this.pause(caller);
  }

  protected die(): void {
    this.session = null;
    this.stream = null;
    this.pending.clear();
    for (const caller of this.callers) this.conclude(caller, 'unknown', 'the client crashed');
  }

  protected tick(): void {
    this.session?.handle({ type: 'tick' }, this.clock);
  }

  protected deadline(): number {
    return this.session?.deadline() ?? Infinity;
  }

  protected take(signal: Exclude<Signal, { type: 'wake' }>): void {
    switch (signal.type) {
      case 'timer':
        if (signal.timer.kind === 'call') this.callNext(signal.timer.caller);
        return;
      case 'opened':
        this.opened(signal.stream);
        return;
      case 'ended':
        if (this.stream !== signal.stream.id) return;
        this.stream = null;
        this.session?.handle(
          { type: 'lost', reason: 'the stream ended', rejected: false },
          this.clock,
        );
        return;
      case 'received':
        if (this.stream === signal.stream.id) this.received(signal.parcels);
        return;
      case 'disk':
      case 'stray':
    }
  }

  private dial(endpoint: number): void {
    const target = this.endpoints[endpoint];
    if (target === undefined)
      throw new Error(`${this.name} dials endpoint ${String(endpoint)}, which is not there`);
    const { network, now } = this.world;
    const greeting: Parcel = { type: 'greeting', from: 'client', name: this.name };
    this.stream = network.dial('session', this.number, target.number, greeting, now);
  }

  private hangUp(): void {
    if (this.stream === null) return;
    this.world.network.close(this.stream, 0, this.world.now);
    this.stream = null;
  }

  private opened(stream: Stream<Parcel>): void {
    if (this.stream !== stream.id || stream.answer?.type !== 'welcome') return;
    this.session?.handle({ type: 'connected', welcome: stream.answer.welcome }, this.clock);
  }

  private received(parcels: readonly Parcel[]): void {
    for (const parcel of parcels) {
      if (parcel.type !== 'replies') continue;
      this.session?.handle({ type: 'replies', replies: parcel.replies }, this.clock);
    }
  }

  private pause(caller: Caller): void {
    const { thinkMs, readerThinkMs } = this.world.plan;
    const wait = this.random.exponential(this.onlyReads ? readerThinkMs : thinkMs);
    const timer = { kind: 'call', caller: this.callers.indexOf(caller) } as const;
    this.world.schedule(this, wait, { type: 'timer', timer });
  }

  private callNext(index: number): void {
    const caller = this.callers[index];
    if (caller === undefined || caller.call !== null) return;
    const action = this.calling ? this.workload.next(caller.revision, this.onlyReads) : null;
    if (action === null) {
      this.pause(caller);
      return;
    }
    caller.call = this.history.invoke(caller.number, action, this.world.now);
    this.ask(caller, caller.call, null);
  }

  private ask(caller: Caller, { action }: Call, requestId: Settlement['requestId']): void {
    const callId = this.nextCallId++;
    this.detail(
      () => `call ${String(callId)}: ${JSON.stringify(action)} ${JSON.stringify(requestId)}`,
    );
    this.pending.set(callId, caller);
    this.session?.handle(
      {
        type: 'call',
        callId,
        kind: requestKindOf(action),
        payload: this.codec.encodeOperation(operationOf(action)),
        timeoutMs: 0,
        minRevision: action.kind === 'get' ? action.minRevision : 0,
        requestId,
      },
      this.clock,
    );
  }

  private settle(callId: number, settlement: Settlement): void {
    const caller = this.pending.get(callId);
    const call = caller?.call;
    if (caller === undefined || call === null || call === undefined) {
      throw new Error(`${this.name}: call ${String(callId)} was settled twice or never made`);
    }
    this.pending.delete(callId);
    this.detail(
      () => `call ${String(callId)} ${settlement.outcome} ${JSON.stringify(settlement.requestId)}`,
    );
    this.world.count(`call ${settlement.outcome}`);
    if (settlement.outcome === 'ok') this.answered(caller, call, settlement);
    else this.failed(caller, call, settlement);
  }

  private answered(caller: Caller, call: Call, settlement: Settlement & { outcome: 'ok' }): void {
    const result = this.codec.decodeResult(settlement.payload);
    call.answer = answerOf(call.action, result, settlement.servedBy);
    call.newestRevision = this.watch.newestRevision();
    caller.revision = Math.max(caller.revision, call.answer.revision);
    const { requestId } = settlement;
    const name =
      requestId === null ? null : `${String(requestId.session)}:${String(requestId.sequence)}`;
    this.watch.acknowledged(call, name);
    this.conclude(caller, 'ok', '');
  }

  private failed(
    caller: Caller,
    call: Call,
    settlement: Exclude<Settlement, { outcome: 'ok' }>,
  ): void {
    const { outcome, code, requestId } = settlement;
    if (outcome === 'unknown' && requestId !== null && this.mayRepeat(call)) {
      call.repeats += 1;
      this.world.count('write repeated under its number');
      this.ask(caller, call, requestId);
    } else if (outcome === 'unknown' || call.repeats > 0) {
      // What once was unknown is not made undone by a refusal of its repetition.
      this.conclude(caller, 'unknown', code);
    } else {
      this.conclude(caller, 'none', code);
    }
  }

  private mayRepeat(call: Call): boolean {
    return call.repeats < REPEATS_MAX && this.random.chance(0.6);
  }

  private conclude(caller: Caller, outcome: 'ok' | 'none' | 'unknown', code: string): void {
    const { call } = caller;
    if (call === null) return;
    caller.call = null;
    this.history.settle(call, outcome, code, this.world.now);
    this.workload.settled(call);
    if (this.state !== 'down') this.pause(caller);
  }
}
