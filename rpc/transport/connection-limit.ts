/** How many connections there may be, in all and from one address. */

export interface ConnectionLimits {
  /** At a time, on one port. */
  readonly connectionsMax: number;
  /** Of these, from one remote address: one host can't take them all. */
  readonly connectionsPerAddressMax: number;
}

export class ConnectionLimit {
  readonly #limits: ConnectionLimits;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#all;
  }

  /** Counts it in, until `leave`; or says why it can't come in, and counts nothing. */
  enter(address: string): string | null {
    const { connectionsMax, connectionsPerAddressMax } = this.#limits;
    const own = this.#byAddress.get(address) ?? 0;
    if (own >= connectionsPerAddressMax) {
      return (
        `${address} has ${own} connections here, which is the limit for one address; close some, ` +
        'share one among callers, or raise MAX_CONNECTIONS_PER_ADDRESS'
      );
    }
    if (this.#all >= connectionsMax) {
      return (
        `this port has ${this.#all} connections, which is its limit; ` +
        'use another proxy or node, or raise MAX_CONNECTIONS'
      );
    }
    this.#byAddress.set(address, own + 1);
    this.#all += 1;
    return null;
  }

  leave(address: string): void {
    const own = this.#byAddress.get(address) ?? 0;
    if (own <= 1) this.#byAddress.delete(address);
    else this.#byAddress.set(address, own - 1);
    this.#all -= 1;
  }
}
