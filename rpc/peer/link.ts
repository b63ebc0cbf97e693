/** This node's stream to one peer, kept up for as long as both are there. */
import { status } from '@grpc/grpc-js';
import type { TlsIdentity } from '#tls';
import type { PeerGreeting, PeerMessage } from '#rpc/generated/relevo/v1/peer';
import type { StreamEnd } from '../transport/channel.js';
import { PeerDial, roughBytes } from './dial.js';
import { greetingMismatch } from './greeting.js';

export interface PeerLoss {
  /** The redial that followed at once met nobody: the process is gone. */
  readonly redialRefused: boolean;
  /** It was answered by another process than before: the one we knew is gone. */
  readonly newIncarnation: boolean;
  readonly message: string;
}

export interface PeerLinkEvents {
  /** The peer let us in; what is sent from now on reaches it while the stream lasts. */
  connected(greeting: PeerGreeting): void;
  /**
   * The stream broke, and the redial has shown why. With `redialRefused` or `newIncarnation` the peer's
   * process is surely gone; otherwise it may live behind a broken link.
   */
  lost(loss: PeerLoss): void;
  /** The peer turned us away, or is not whom we look for; tried again slowly. Once for each new message. */
  refused(message: string): void;
}

export interface PeerLinkOptions {
  readonly backoffMinMs?: number;
  readonly backoffMaxMs?: number;
  /** Between attempts while the peer refuses us. */
  readonly refusedWaitMs?: number;
  readonly greetingTimeoutMs?: number;
  /** Messages beyond it are dropped; Raft sends again what matters. */
  readonly pendingBytesMax?: number;
  /** What this node shows its peers; null: plain connections. */
  readonly identity?: TlsIdentity | null;
}

const DEFAULTS: Required<PeerLinkOptions> = {
  backoffMinMs: 20,
  backoffMaxMs: 500,
  refusedWaitMs: 2_000,
  greetingTimeoutMs: 2_000,
  pendingBytesMax: 64 * 1024 * 1024,
  identity: null,
};

/** Redials, and the time between them, until a loss is reported if none shows what became of the peer. */
const LOSS_REDIALS = 5;
const LOSS_REDIAL_WAIT_MS = 5;

const DEADLINE_EXCEEDED: number = status.DEADLINE_EXCEEDED;

export class PeerLink {
  readonly address: string;
  readonly #greeting: () => PeerGreeting;
  readonly #events: PeerLinkEvents;
  readonly #options: Required<PeerLinkOptions>;
  #dial: PeerDial | null = null;
  #timer: NodeJS.Timeout | null = null;
  #connected = false;
  #closed = false;
  #outgoing: PeerMessage[] = [];
  #outgoingBytes = 0;
  #flushing = false;
  #dropped = 0;
  /** Attempts that failed in a row. */
  #failures = 0;
  /** A stream was lost and its redial is under way: why it was lost. */
  #lossMessage: string | null = null;
  #lastIncarnation: string | null = null;
  #lastRefusal = '';

  /** Starts to dial at once. `greeting` is asked before each attempt; its `toNodeId` says who is called. */
  constructor(
    address: string,
    greeting: () => PeerGreeting,
    events: PeerLinkEvents,
    options: PeerLinkOptions = {},
  ) {
    this.address = address;
    this.#greeting = greeting;
    this.#events = events;
    this.#options = { ...DEFAULTS, ...options };
    this.#redial();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Bytes on their way, about. */
  get pendingBytes(): number {
    return this.#outgoingBytes + (this.#dial?.pendingBytes ?? 0);
  }

  /** Messages dropped so far: not connected, or too much waits. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Sent with all others of this turn of the event loop, in order. False: dropped, for there is no
   * connection or too much waits.
   */
  send(message: PeerMessage): boolean {
    const bytes = roughBytes(message);
    if (!this.#connected || this.pendingBytes + bytes > this.#options.pendingBytesMax) {
      this.#dropped += 1;
      return false;
    }
    this.#outgoing.push(message);
    this.#outgoingBytes += bytes;
    if (this.#flushing) return true;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.flush();
    });
    return true;
  }

  /** Sends now. */
  flush(): void {
    if (this.#outgoing.length === 0 || this.#dial === null) return;
    const messages = this.#outgoing;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    this.#dial.send(messages);
  }

  /** Hangs up for good; no event follows. */
  close(): void {
    this.#closed = true;
    this.#hangUp();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Skips the wait before the next attempt, say because this peer has just called us. */
  hurry(): void {
    if (this.#timer === null || this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#redial();
  }

  #redial(): void {
    const ours = this.#greeting();
    const dial = new PeerDial(this.address, ours, this.#options, {
      greeted: (theirs) => {
        this.#greeted(ours, theirs);
      },
      ended: (end) => {
        if (this.#dial === dial) this.#ended(end);
      },
    });
    this.#dial = dial;
  }

  #greeted(ours: PeerGreeting, theirs: PeerGreeting): void {
    const mismatch = greetingMismatch(theirs, ours);
    if (mismatch !== null) {
      this.#hangUp();
      this.#refuse(mismatch);
      return;
    }
    const known = this.#lastIncarnation;
    this.#lastIncarnation = theirs.incarnation;
    this.#failures = 0;
    this.#lastRefusal = '';
    this.#connected = true;
    this.#reportLoss(false, known !== null && known !== theirs.incarnation);
    if (!this.#isClosed()) this.#events.connected(theirs);
  }

  #ended(end: StreamEnd): void {
    const wasConnected = this.#connected;
    this.#hangUp();
    if (wasConnected) {
      this.#lossMessage = end.message;
      this.#redial();
      return;
    }
    this.#failures += 1;
    if (this.#lossMessage !== null && !isTelling(end) && this.#failures < LOSS_REDIALS) {
      // A process that is just dying may reset a redial before its port is closed: look again.
      this.#wait(LOSS_REDIAL_WAIT_MS);
      return;
    }
    this.#reportLoss(end.refused, false);
    if (this.#isClosed()) return;
    if (end.rejected) {
      this.#refuse(end.message);
      return;
    }
    this.#wait(backoffMs(this.#failures, this.#options));
  }

  #reportLoss(redialRefused: boolean, newIncarnation: boolean): void {
    const message = this.#lossMessage;
    if (message === null) return;
    this.#lossMessage = null;
    this.#events.lost({ redialRefused, newIncarnation, message });
  }

  #refuse(message: string): void {
    this.#reportLoss(false, false);
    if (this.#isClosed()) return;
    if (message !== this.#lastRefusal) {
      this.#lastRefusal = message;
      this.#events.refused(message);
    }
    if (!this.#isClosed()) this.#wait(this.#options.refusedWaitMs);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#redial();
    }, ms);
  }

  /** An event's handler may have closed us. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #hangUp(): void {
    this.#dial?.close();
    this.#dial = null;
    this.#connected = false;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
  }
}

/** Shows what became of the peer; a time-out does too, by its length. */
function isTelling({ refused, rejected, code }: StreamEnd): boolean {
  return refused || rejected || code === DEADLINE_EXCEEDED;
}

/** Doubles from the least to the most, half of it random, so that nodes do not dial in step. */
function backoffMs(failures: number, options: Required<PeerLinkOptions>): number {
  const full = Math.min(options.backoffMaxMs, options.backoffMinMs * 2 ** (failures - 1));
  return full / 2 + (Math.random() * full) / 2;
}
