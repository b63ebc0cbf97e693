interface Forwarded<Origin> {
  readonly origin: Origin;
  /** The peer that was asked; nobody else's answer counts. */
  readonly to: number;
  /** When whoever asked gives up, ms. */
  readonly dueAt: number;
}

/** As plain data. */
export interface ForwardingState<Origin> {
  readonly forwarded: readonly (readonly [number, Forwarded<Origin>])[];
  readonly nextId: number;
}

/** The requests that were sent on to the leader and are not answered yet. */
export class Forwarding<Origin> {
  readonly #forwarded: Map<number, Forwarded<Origin>>;
  #nextId: number;

  /** `nextId`: far from those of other incarnations, whose late answers must find nobody here. */
  constructor({ forwarded, nextId }: ForwardingState<Origin>) {
    this.#forwarded = new Map(forwarded);
    this.#nextId = nextId;
  }

  dump(): ForwardingState<Origin> {
    return { forwarded: [...this.#forwarded], nextId: this.#nextId };
  }

  /** The id under which the next request travels. */
  get nextId(): number {
    return this.#nextId;
  }

  /** It was sent, under `nextId`. */
  sent(origin: Origin, to: number, dueAt: number): void {
    this.#forwarded.set(this.#nextId++, { origin, to, dueAt });
  }

  /** Whose answer this is; undefined if nobody waits for it any more, or `from` was not asked. */
  answered(id: number, from: number): Origin | undefined {
    const forwarded = this.#forwarded.get(id);
    if (forwarded?.to !== from) return undefined;
    this.#forwarded.delete(id);
    return forwarded.origin;
  }

  /** Those whose time is up: the request or its answer was lost on the way. */
  expire(now: number): Origin[] {
    return this.#take(({ dueAt }) => dueAt <= now);
  }

  /** What that peer has not answered; its outcome is unknown from here on. */
  abandonAt(peer: number): Origin[] {
    return this.#take(({ to }) => to === peer);
  }

  /** Everything unanswered; its outcome is unknown from here on. */
  abandon(): Origin[] {
    return this.#take(() => true);
  }

  get size(): number {
    return this.#forwarded.size;
  }

  #take(which: (forwarded: Forwarded<Origin>) => boolean): Origin[] {
    const taken: Origin[] = [];
    for (const [id, forwarded] of this.#forwarded) {
      if (!which(forwarded)) continue;
      taken.push(forwarded.origin);
      this.#forwarded.delete(id);
    }
    return taken;
  }
}
