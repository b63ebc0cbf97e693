interface Forwarded<Origin> {
  readonly origin: Origin;
  /** When whoever asked gives up, ms. */
  readonly dueAt: number;
}

/** The requests that were sent on to the leader and are not answered yet. */
export class Forwarding<Origin> {
  readonly #forwarded = new Map<number, Forwarded<Origin>>();
  #nextId: number;

  /** `firstId`: far from those of other incarnations, whose late answers must find nobody here. */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** The id under which the request travels. */
  sent(origin: Origin, dueAt: number): number {
    const id = this.#nextId++;
    this.#forwarded.set(id, { origin, dueAt });
    return id;
  }

  /** Whose answer this is; undefined if nobody waits for it any more. */
  answered(id: number): Origin | undefined {
    const forwarded = this.#forwarded.get(id);
    this.#forwarded.delete(id);
    return forwarded?.origin;
  }

  /** Those whose time is up: the request or its answer was lost on the way. */
  expire(now: number): Origin[] {
    const expired: Origin[] = [];
    for (const [id, { origin, dueAt }] of this.#forwarded) {
      if (dueAt > now) continue;
      expired.push(origin);
      this.#forwarded.delete(id);
    }
    return expired;
  }

  /** Everything unanswered; their outcome is unknown from here on. */
  abandon(): Origin[] {
    const origins = [...this.#forwarded.values()].map(({ origin }) => origin);
    this.#forwarded.clear();
    return origins;
  }

  get size(): number {
    return this.#forwarded.size;
  }
}
