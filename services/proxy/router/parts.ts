/**
 * Answers in parts. They are held back until they are whole, so that a read whose node dies half-way
 * starts over at another, and never mixes two revisions. Beyond the bound parts pass through, and such a
 * read ends with `connection-lost` if its node dies.
 */
import type { Reply } from '#rpc/session/frames';
import { readdressed, type Flight } from './flight.js';
import type { Outbox } from './outbox.js';

export class Parts {
  readonly #outbox: Outbox;
  readonly #bytesMax: number;
  /** Held back at this moment, over all flights. */
  bytes = 0;

  constructor(outbox: Outbox, bytesMax: number) {
    this.#outbox = outbox;
    this.#bytesMax = bytesMax;
  }

  hold(flight: Flight, reply: Reply): void {
    if (!flight.client.open) return;
    (flight.parts ??= []).push(readdressed(reply, flight.request.id));
    this.bytes += reply.payload.length;
    if (flight.streaming || this.bytes > this.#bytesMax) {
      flight.streaming = true;
      this.pass(flight);
    }
  }

  pass(flight: Flight): void {
    if (flight.parts === null) return;
    for (const part of flight.parts) {
      this.bytes -= part.payload.length;
      this.#outbox.reply(flight.client.connection, part);
    }
    flight.parts = null;
  }

  drop(flight: Flight): void {
    if (flight.parts === null) return;
    for (const part of flight.parts) this.bytes -= part.payload.length;
    flight.parts = null;
  }
}
