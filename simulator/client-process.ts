/** A program that uses the cluster: the production session, on streams to one endpoint after another. */
import type { Settlement } from '#client/session';
import { operationOf, requestKindOf } from './actions.js';
import { ClientSession, SESSION_DEFAULTS } from './machines.js';
import type { Stream } from './network.js';
import type { Action } from './oracle/history.js';
import type { WireCodec } from './payload.js';
import { jsonPayloads } from './payload.js';
import { Process } from './process.js';
import type { Parcel, Signal, Surroundings, Timer } from './process.js';

export abstract class ClientProcess extends Process {
  private session: ClientSession | null = null;
  private stream: number | null = null;
  private nextCallId = 1;

  constructor(
    world: Surroundings,
    number: number,
    name: string,
    clockRate: number,
    private readonly endpoints: readonly Process[],
  ) {
    super(world, number, name, clockRate);
  }

  /** Once for each call that was asked. */
  protected abstract settle(callId: number, settlement: Settlement): void;
  protected abstract timerDue(timer: Timer): void;

  protected get codec(): WireCodec {
    return this.world.wire?.payloads ?? jsonPayloads;
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
  }

  protected die(): void {
    this.session = null;
    this.stream = null;
  }

  protected tick(): void {
    this.session?.handle({ type: 'tick' }, this.clock);
  }

  protected deadline(): number {
    return this.session?.deadline() ?? Infinity;
  }

  /** The id of the call that `ask` will make next: it may be settled before `ask` returns. */
  protected get nextId(): number {
    return this.nextCallId;
  }

  protected ask(action: Action, requestId: Settlement['requestId'], timeoutMs = 0): void {
    const callId = this.nextCallId++;
    this.detail(
      () => `call ${String(callId)}: ${JSON.stringify(action)} ${JSON.stringify(requestId)}`,
    );
    this.session?.handle(
      {
        type: 'call',
        callId,
        kind: requestKindOf(action),
        payload: this.codec.encodeOperation(operationOf(action)),
        timeoutMs,
        minRevision: action.kind === 'get' ? action.minRevision : 0,
        requestId,
      },
      this.clock,
    );
  }

  protected take(signal: Exclude<Signal, { type: 'wake' }>): void {
    switch (signal.type) {
      case 'timer':
        this.timerDue(signal.timer);
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
}
