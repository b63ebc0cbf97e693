/** What waits for a node that can take it, within the bounds of the whole proxy. */
import type { ClientLink, Flight } from './flight.js';
import type { LaneName } from './lane-name.js';
import { Lane } from './lane.js';
import type { RouterConfig } from './types.js';

/** In the order in which they are served. */
export const LANES: readonly LaneName[] = ['write', 'read', 'stale'];

export class Queue {
  readonly lanes = { write: new Lane(), read: new Lane(), stale: new Lane() };
  readonly #config: RouterConfig;

  constructor(config: RouterConfig) {
    this.#config = config;
  }

  get length(): number {
    const { write, read, stale } = this.lanes;
    return write.length + read.length + stale.length;
  }

  get bytes(): number {
    const { write, read, stale } = this.lanes;
    return write.bytes + read.bytes + stale.bytes;
  }

  hasRoom(bytes: number): boolean {
    const { queueRequestsMax, queueBytesMax } = this.#config;
    return this.length < queueRequestsMax && this.bytes + bytes <= queueBytesMax;
  }

  forget(client: ClientLink): void {
    this.#takeUnless((flight) => flight.client !== client);
  }

  /** Takes out what was never sent. */
  takeUnsent(): [Flight, LaneName][] {
    return this.#takeUnless((flight) => flight.sendings > 0);
  }

  /** Takes out what is not alive any more. */
  takeExpired(live: (flight: Flight) => boolean): [Flight, LaneName][] {
    return this.#takeUnless(live);
  }

  #takeUnless(keeps: (flight: Flight) => boolean): [Flight, LaneName][] {
    return LANES.flatMap((name) =>
      this.lanes[name].removeUnless(keeps).map((flight): [Flight, LaneName] => [flight, name]),
    );
  }
}
