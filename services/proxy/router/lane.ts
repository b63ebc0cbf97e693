/**
 * What waits for one kind of node. What was sent before and came back goes first, in the order in which
 * it first arrived; then what was never sent, first come, first served.
 */
import type { Flight } from './flight.js';

/** A list that gives up its front in constant time. */
class Line {
  #flights: Flight[] = [];
  #head = 0;

  get length(): number {
    return this.#flights.length - this.#head;
  }

  peek(): Flight | undefined {
    return this.#flights[this.#head];
  }

  push(flight: Flight): void {
    this.#flights.push(flight);
  }

  shift(): void {
    this.#head += 1;
    if (this.#head === this.#flights.length) {
      this.#flights = [];
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#flights.length) {
      this.replace(this.all());
    }
  }

  all(): Flight[] {
    return this.#flights.slice(this.#head);
  }

  replace(flights: Flight[]): void {
    this.#flights = flights;
    this.#head = 0;
  }
}

export class Lane {
  /** Sorted by order of arrival, unless `#unsorted`; all of it arrived before `#waiting`. */
  readonly #returned = new Line();
  readonly #waiting = new Line();
  #unsorted = false;
  bytes = 0;

  get length(): number {
    return this.#returned.length + this.#waiting.length;
  }

  push(flight: Flight): void {
    this.#waiting.push(flight);
    this.bytes += flight.request.payload.length;
  }

  /** Takes back what was in flight. */
  restore(flight: Flight): void {
    this.#returned.push(flight);
    this.#unsorted = true;
    this.bytes += flight.request.payload.length;
  }

  peek(): Flight | undefined {
    if (this.#unsorted) {
      this.#returned.replace(this.#returned.all().sort((a, b) => a.order - b.order));
      this.#unsorted = false;
    }
    return this.#returned.peek() ?? this.#waiting.peek();
  }

  shift(): void {
    const flight = this.peek();
    if (flight === undefined) return;
    this.bytes -= flight.request.payload.length;
    (this.#returned.length > 0 ? this.#returned : this.#waiting).shift();
  }

  /** In the order in which they would leave. */
  all(): Flight[] {
    this.peek();
    return [...this.#returned.all(), ...this.#waiting.all()];
  }

  /** Takes out, and returns, what does not pass. */
  removeUnless(keeps: (flight: Flight) => boolean): Flight[] {
    if (this.length === 0) return [];
    const removed: Flight[] = [];
    for (const line of [this.#returned, this.#waiting]) {
      const kept: Flight[] = [];
      for (const flight of line.all()) (keeps(flight) ? kept : removed).push(flight);
      line.replace(kept);
    }
    for (const flight of removed) this.bytes -= flight.request.payload.length;
    return removed;
  }
}
