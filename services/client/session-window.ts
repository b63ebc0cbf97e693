/** One open session's sequence numbers: which are still awaited, and how many more may be given out. */

export interface SequenceWindowDump {
  readonly session: number;
  readonly next: number;
  readonly lowest: number;
  readonly awaited: readonly number[];
  readonly abandoned: readonly number[];
}

export class SequenceWindow {
  /** The session's id. */
  readonly session: number;
  readonly #size: number;
  #next = 1;
  /** Every number below was answered; `lowest <= next`. */
  #lowest = 1;
  readonly #awaited = new Set<number>();
  /**
   * Given up with unknown outcome. Their answers stay stored, so that the caller may repeat them, until
   * half the window is needed.
   */
  readonly #abandoned = new Set<number>();

  constructor(session: number, size: number) {
    this.session = session;
    this.#size = size;
  }

  /** The lowest number whose answer somebody may still want. */
  get lowest(): number {
    return this.#lowest;
  }

  get hasAbandoned(): boolean {
    return this.#abandoned.size > 0;
  }

  /** The next number; null while the window is full. */
  take(): number | null {
    if (this.#next - this.#lowest >= this.#size) return null;
    const sequence = this.#next;
    this.#next += 1;
    this.#awaited.add(sequence);
    this.#advance();
    return sequence;
  }

  /** Its answer is here, or it was never sent. */
  settle(sequence: number): void {
    this.#awaited.delete(sequence);
    this.#abandoned.delete(sequence);
    this.#advance();
  }

  abandon(sequence: number): void {
    if (!this.#awaited.delete(sequence)) return;
    this.#abandoned.add(sequence);
    this.#advance();
  }

  dump(): SequenceWindowDump {
    return {
      session: this.session,
      next: this.#next,
      lowest: this.#lowest,
      awaited: [...this.#awaited],
      abandoned: [...this.#abandoned],
    };
  }

  static load(dumped: SequenceWindowDump, size: number): SequenceWindow {
    const window = new SequenceWindow(dumped.session, size);
    window.#next = dumped.next;
    window.#lowest = dumped.lowest;
    for (const sequence of dumped.awaited) window.#awaited.add(sequence);
    for (const sequence of dumped.abandoned) window.#abandoned.add(sequence);
    return window;
  }

  #advance(): void {
    while (this.#lowest < this.#next && !this.#awaited.has(this.#lowest)) {
      if (this.#abandoned.has(this.#lowest)) {
        if (this.#next - this.#lowest < this.#size / 2) return;
        this.#abandoned.delete(this.#lowest);
      }
      this.#lowest += 1;
    }
  }
}
