/** The session in the replicated state: opened when it is needed, kept alive, forgotten when it expired. */
import { Outcome, RequestKind, type Reply } from '#rpc/session/frames';
import type { Call } from './session-call.js';
import type { SessionRules } from './session-rules.js';
import { SequenceWindow, type SequenceWindowDump } from './session-window.js';

export interface SessionKeeperDump {
  readonly window: SequenceWindowDump | null;
  readonly openAt: number;
  readonly timeoutMs: number;
  readonly lastActivity: number;
}

export class SessionKeeper {
  readonly #windowMax: number;
  readonly #rules: SessionRules;
  /** The open session's numbers; null before the first write, and after it expired. */
  #window: SequenceWindow | null = null;
  /** In flight. */
  opening: Call | null = null;
  keepAlive: Call | null = null;
  /** A session is not asked for before this; 0: at once. */
  #openAt = 0;
  #timeoutMs: number;
  /** When a write or a keep-alive last went out. */
  #lastActivity = 0;

  constructor(windowMax: number, timeoutMs: number, rules: SessionRules) {
    this.#rules = rules;
    this.#windowMax = windowMax;
    this.#timeoutMs = timeoutMs;
  }

  /** The open session's id, 0 for none. */
  get session(): number {
    return this.#window?.session ?? 0;
  }

  get hasAbandoned(): boolean {
    return this.#window?.hasAbandoned ?? false;
  }

  /** How long the other side lets a session idle; 0: it did not say. */
  grant(timeoutMs: number): void {
    if (timeoutMs > 0) this.#timeoutMs = timeoutMs;
  }

  touch(now: number): void {
    this.#lastActivity = now;
  }

  /** Whether one is to be opened now. */
  needsOpening(now: number): boolean {
    return this.#window === null && this.opening === null && now >= this.#openAt;
  }

  /** When `needsOpening` may say yes; Infinity if it may now, or not before an answer. */
  openingAt(now: number): number {
    const waits = this.#window === null && this.opening === null && now < this.#openAt;
    return waits ? this.#openAt : Infinity;
  }

  openLater(time: number): void {
    this.#openAt = time;
  }

  opened(session: number, now: number): void {
    this.#window = new SequenceWindow(session, this.#windowMax);
    this.#lastActivity = now;
  }

  /** Its connection is gone: whether it arrived does not matter, an orphan expires. */
  drop(call: Call): void {
    if (this.opening === call) this.opening = null;
    if (this.keepAlive === call) this.keepAlive = null;
  }

  kept(call: Call, reply: Reply, now: number): void {
    this.keepAlive = null;
    if (reply.code === 'session-expired') this.forget(call.session);
    // Unless it did its work, the next one follows soon.
    else if (reply.outcome !== Outcome.ok) this.#lastActivity = now - this.#timeoutMs / 4;
  }

  /** A third of the idle time after the last sign of life; Infinity while there is nothing to keep. */
  keepAliveAt(): number {
    const keeps = this.#window !== null && this.keepAlive === null;
    return keeps ? this.#lastActivity + this.#timeoutMs / 3 : Infinity;
  }

  forget(session: number): void {
    if (this.#window?.session === session) this.#window = null;
  }

  /** Gives a new write its place; false while there is no session, or its window is full. */
  number(call: Call): boolean {
    const sequence = this.#window?.take() ?? null;
    if (this.#window === null || sequence === null) return false;
    call.session = this.#window.session;
    call.sequence = sequence;
    return true;
  }

  /** Of another session's numbers we know nothing: 1 lets all its answers be kept. */
  lowestAwaited(call: Call): number {
    if (call.kind !== RequestKind.write) return 0;
    return this.#rules.confirms(this.#windowOf(call)?.lowest ?? 1, call.sequence);
  }

  /** The write's answer is known, or it was never sent. */
  release(call: Call): void {
    if (call.sequence !== 0) this.#windowOf(call)?.settle(call.sequence);
  }

  /** The write's outcome stays unknown; it may be repeated. */
  abandon(call: Call): void {
    this.#windowOf(call)?.abandon(call.sequence);
  }

  dump(): SessionKeeperDump {
    return {
      window: this.#window?.dump() ?? null,
      openAt: this.#openAt,
      timeoutMs: this.#timeoutMs,
      lastActivity: this.#lastActivity,
    };
  }

  /** `calls` are those in flight, from which the keeper takes its own. */
  load(dumped: SessionKeeperDump, calls: readonly Call[]): void {
    const { window } = dumped;
    this.#window = window === null ? null : SequenceWindow.load(window, this.#windowMax);
    this.#openAt = dumped.openAt;
    this.#timeoutMs = dumped.timeoutMs;
    this.#lastActivity = dumped.lastActivity;
    this.opening = calls.find(({ purpose }) => purpose === 'open') ?? null;
    this.keepAlive = calls.find(({ purpose }) => purpose === 'keep-alive') ?? null;
  }

  #windowOf(call: Call): SequenceWindow | null {
    return this.#window?.session === call.session ? this.#window : null;
  }
}
