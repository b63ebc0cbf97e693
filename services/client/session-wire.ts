/** The session's connection: to whom, with what credit, and which calls are in flight on it. */
import type { Request, Welcome } from '#rpc/session/frames';
import { IdMap } from '#rpc/session/id-map';
import { frameFor, type Call } from './session-call.js';
import { Dialer, type DialerDump } from './session-dialer.js';
import type { SessionConfig, SessionPorts } from './session-types.js';

/** `idle`: nobody asked for a connection yet. `pausing`: until `redialAt`. */
export type Phase = 'idle' | 'dialing' | 'up' | 'pausing' | 'closed';

interface WireFigures {
  readonly phase: Phase;
  readonly redialAt: number;
  readonly requestsMax: number;
  readonly bytesMax: number;
  readonly nodeId: number;
  readonly bytes: number;
  readonly lastId: number;
  readonly lastFailure: string;
}

export interface WireDump extends WireFigures {
  readonly dialer: DialerDump;
}

export class Wire {
  readonly #ports: SessionPorts;
  readonly #dialer: Dialer;
  /** By the frame's id. A settled call stays until its answer comes: it still uses credit. */
  readonly inFlight = new IdMap<Call>();
  #phase: Phase = 'idle';
  #redialAt = 0;
  #requestsMax = 0;
  #bytesMax = 0;
  #nodeId = 0;
  #bytes = 0;
  #lastId = 0;
  #lastFailure = '';
  #batch: Request[] = [];

  constructor(config: SessionConfig, ports: SessionPorts) {
    this.#ports = ports;
    const { endpoints, retryMsMin, retryMsMax, seed } = config;
    this.#dialer = new Dialer(endpoints, retryMsMin, retryMsMax, seed);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get isUp(): boolean {
    return this.#phase === 'up';
  }

  /** It is a node rather than a proxy that answers. */
  get peerIsNode(): boolean {
    return this.#nodeId !== 0;
  }

  /** When `redial` is due; Infinity if it is not. */
  get redialAt(): number {
    return this.#phase === 'pausing' ? this.#redialAt : Infinity;
  }

  /** How the connection stands, as the end of an error message. */
  get status(): string {
    if (this.isUp) return 'The connection stands.';
    return this.#lastFailure === ''
      ? 'There is no connection yet.'
      : `There is no connection: ${this.#lastFailure}.`;
  }

  dial(): void {
    this.#phase = 'dialing';
    this.#ports.dial(this.#dialer.endpoint);
  }

  connected(welcome: Welcome): void {
    this.#phase = 'up';
    this.#requestsMax = welcome.requestsMax;
    this.#bytesMax = welcome.bytesMax;
    this.#nodeId = welcome.nodeId;
    this.#dialer.connected();
  }

  /** The calls that were in flight, in order of arrival; the next dial is due at `redialAt`. */
  lost(reason: string, now: number, pauseMs = 0): Call[] {
    const pause = this.#dialer.lost(this.#phase === 'up');
    this.#lastFailure = reason;
    this.#phase = 'pausing';
    this.#redialAt = now + Math.max(pause, pauseMs);
    this.#batch = [];
    this.#bytes = 0;
    const calls = this.inFlight.values().sort((a, b) => a.order - b.order);
    this.inFlight.clear();
    for (const call of calls) call.inFlight = false;
    return calls;
  }

  /** Nobody is dialled before the next call. */
  rest(): void {
    this.#phase = 'idle';
  }

  hangUp(): void {
    if (this.#phase === 'up' || this.#phase === 'dialing') this.#ports.hangUp();
  }

  close(): void {
    this.hangUp();
    this.#phase = 'closed';
    this.#batch = [];
    this.inFlight.clear();
  }

  /** One request of any size always fits onto an empty wire. */
  hasRoom(bytes: number): boolean {
    const { size } = this.inFlight;
    return (
      size === 0 ||
      ((this.#requestsMax === 0 || size < this.#requestsMax) &&
        (this.#bytesMax === 0 || this.#bytes + bytes <= this.#bytesMax))
    );
  }

  send(call: Call, lowestAwaited: number, now: number): void {
    this.#lastId += 1;
    call.inFlight = true;
    call.sendings += 1;
    this.inFlight.set(this.#lastId, call);
    this.#bytes += call.payload.length;
    this.#batch.push(frameFor(call, this.#lastId, lowestAwaited, now));
  }

  /** The call that this is the final reply to; undefined if it is of no concern any more. */
  land(id: number): Call | undefined {
    const call = this.inFlight.get(id);
    if (call === undefined) return undefined;
    this.inFlight.delete(id);
    call.inFlight = false;
    this.#bytes -= call.payload.length;
    return call;
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    const requests = this.#batch;
    this.#batch = [];
    this.#ports.send(requests);
  }

  dump(): WireDump {
    return {
      phase: this.#phase,
      redialAt: this.#redialAt,
      requestsMax: this.#requestsMax,
      bytesMax: this.#bytesMax,
      nodeId: this.#nodeId,
      bytes: this.#bytes,
      lastId: this.#lastId,
      lastFailure: this.#lastFailure,
      dialer: this.#dialer.dump(),
    };
  }

  load(dumped: WireDump): void {
    this.#phase = dumped.phase;
    this.#redialAt = dumped.redialAt;
    this.#requestsMax = dumped.requestsMax;
    this.#bytesMax = dumped.bytesMax;
    this.#nodeId = dumped.nodeId;
    this.#bytes = dumped.bytes;
    this.#lastId = dumped.lastId;
    this.#lastFailure = dumped.lastFailure;
    this.#dialer.load(dumped.dialer);
  }
}
