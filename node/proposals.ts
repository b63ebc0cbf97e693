/** What this leader proposed for its callers, from the request to the applied entry. */
import type { Command } from '#kv';
import type { EntryBody } from '#raft';
import { IdMap } from '#rpc/session/id-map';
import type { ConnectionId } from './ports.js';

/** Where an answer goes: a request on a connection. */
export interface Origin {
  readonly connection: ConnectionId;
  readonly id: number;
  /** The write's name in the replicated state; 0 for both if it has none. */
  readonly session: number;
  readonly sequence: number;
}

/** A proposal, and the command that its entry's text was made of. */
export interface Proposed extends Origin {
  readonly command: Command;
}

/** As plain data. */
export interface ProposalsState {
  readonly bodies: readonly EntryBody[];
  readonly origins: readonly (Proposed | null)[];
  readonly waiting: readonly (readonly [number, Proposed])[];
}

export class Proposals {
  #bodies: EntryBody[] = [];
  /** Beside `#bodies`: who asked; null for what the leader proposes by itself. */
  #origins: (Proposed | null)[] = [];
  /** In the log, by index, not applied yet. */
  readonly #waiting = new IdMap<Proposed>();

  dump(): ProposalsState {
    const bodies = [...this.#bodies];
    return { bodies, origins: [...this.#origins], waiting: [...this.#waiting] };
  }

  static load({ bodies, origins, waiting }: ProposalsState): Proposals {
    const proposals = new Proposals();
    proposals.#bodies = [...bodies];
    proposals.#origins = [...origins];
    for (const [index, proposed] of waiting) proposals.#waiting.set(index, proposed);
    return proposals;
  }

  add(body: EntryBody, origin: Proposed | null): void {
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
  take(index: number): Proposed | undefined {
    if (this.#waiting.size === 0) return undefined;
    const origin = this.#waiting.get(index);
    if (origin !== undefined) this.#waiting.delete(index);
    return origin;
  }

  /** The role is lost: everybody who waits, and whose outcome is now unknown. */
  abandon(): Origin[] {
    const origins = this.#waiting.values();
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
