/** Encoded messages on their way into one stream: in order, counted, and droppable until handed over. */

export interface MessageSink {
  /** Calls `done` once the message has left this process's buffers; never, if the stream breaks. */
  write(message: Buffer, done: () => void): unknown;
}

/** What the transport may hold; beyond it messages wait here, where they can be dropped. */
const IN_FLIGHT_BYTES_MAX = 4 * 1024 * 1024;

export class Outbox {
  readonly #sink: MessageSink;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #inFlightBytes = 0;
  #onDrained: (() => void) | null = null;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** Bytes that the other side's machine has not taken yet. */
  get pendingBytes(): number {
    return this.#waitingBytes + this.#inFlightBytes;
  }

  push(message: Buffer): void {
    if (this.#waiting.length === 0 && this.#inFlightBytes < IN_FLIGHT_BYTES_MAX) {
      this.#write(message);
    } else {
      this.#waiting.push(message);
      this.#waitingBytes += message.length;
    }
  }

  /** Calls back once, when nothing is pending; at once if nothing is. */
  whenDrained(drained: () => void): void {
    if (this.pendingBytes === 0) drained();
    else this.#onDrained = drained;
  }

  /** Forgets what was not handed over yet. */
  clear(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #write(message: Buffer): void {
    this.#inFlightBytes += message.length;
    this.#sink.write(message, () => {
      this.#inFlightBytes -= message.length;
      this.#pump();
    });
  }

  #pump(): void {
    let written = 0;
    for (const message of this.#waiting) {
      if (this.#inFlightBytes >= IN_FLIGHT_BYTES_MAX) break;
      written += 1;
      this.#waitingBytes -= message.length;
      this.#write(message);
    }
    if (written > 0) this.#waiting.splice(0, written);
    if (this.#onDrained !== null && this.pendingBytes === 0) {
      const drained = this.#onDrained;
      this.#onDrained = null;
      drained();
    }
  }
}
