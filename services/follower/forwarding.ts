/** The requests that were sent on to the leader and are not answered yet. */
export class Forwarding<Origin> {
  readonly #origins = new Map<number, Origin>();
  #nextId: number;

  /** `firstId` keeps the ids of different incarnations and terms apart. */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** The id under which the request travels. */
  sent(origin: Origin): number {
    const id = this.#nextId++;
    this.#origins.set(id, origin);
    return id;
  }

  /** Whose answer this is; undefined if nobody waits for it any more. */
  answered(id: number): Origin | undefined {
    const origin = this.#origins.get(id);
    this.#origins.delete(id);
    return origin;
  }

  /** Everything unanswered; their outcome is unknown from here on. */
  abandon(): Origin[] {
    const origins = [...this.#origins.values()];
    this.#origins.clear();
    return origins;
  }

  get size(): number {
    return this.#origins.size;
  }
}
