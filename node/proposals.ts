/** What this leader proposed for its callers, from the request to the applied entry. */
import type { EntryBody } from '#raft';
import type { ConnectionId } from './ports.js';

/** Where an answer goes: a request on a connection. */
export interface Origin {
  readonly connection: ConnectionId;
  readonly id: number;
  /** The write's name in the replicated state; 0 for both if it has none. */
  readonly session: number;
  readonly sequence: number;
}

export class Proposals {
  #bodies: EntryBody[] = [];
  /** Beside `#bodies`: who asked; null for what the leader proposes by itself. */
  #origins: (Origin | null)[] = [];
  /** In the log, by index, not applied yet. */
  readonly #waiting = new Map<number, Origin>();

  add(body: EntryBody, origin: Origin | null): void {
    this.#bodies.push(body);
    this.#origins.push(origin);
  }

  get pending(): readonly EntryBody[] {
    return this.#bodies;
  }

  /** The pending bodies stand in the log, from `first` on. */
  accepted(first: number): void {
    for (let i = 0; i < this.#origins.length; i++) {
      const origin = this.#origins[i];
      if (origin) this.#waiting.set(first + i, origin);
    }
    this.#clear();
  }

  /** The pending bodies were not taken: who has to hear it. */
  refused(): Origin[] {
    const origins = this.#origins.filter((origin) => origin !== null);
    this.#clear();
    return origins;
  }

  /** Who waits for the entry at this index. */
  applied(index: number): Origin | undefined {
    if (this.#waiting.size === 0) return undefined;
    const origin = this.#waiting.get(index);
    if (origin !== undefined) this.#waiting.delete(index);
    return origin;
  }

  /** The role is lost: everybody who waits, and whose outcome is now unknown. */
  abandon(): Origin[] {
    const origins = [...this.#waiting.values()];
    this.#waiting.clear();
    return origins;
  }

  get size(): number {
    return this.#bodies.length + this.#waiting.size;
  }

  #clear(): void {
    this.#bodies = [];
    this.#origins = [];
  }
}
