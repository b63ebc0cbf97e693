/** When the next flight has to be looked at, because its time, or its time in the queue, is up. */
import type { Flight } from './flight.js';

/** Time-outs may come so much late, so that many of them are found in one look. */
const SWEEP_MS = 10;

export class Deadlines {
  /** No flight's time is up before this. */
  earliest = Infinity;

  set(flight: Flight, time: number): void {
    flight.expires = time;
    if (time < this.earliest) this.earliest = time;
  }

  /** Asks `look` about every flight there is; it is to call `live`, which tells whether one has time left. */
  sweep(now: number, look: (live: (flight: Flight) => boolean) => void): void {
    let earliest = Infinity;
    look((flight) => {
      if (flight.expires <= now) return false;
      if (flight.expires < earliest) earliest = flight.expires;
      return true;
    });
    this.earliest = Math.max(earliest, now + SWEEP_MS);
  }
}
