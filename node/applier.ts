/**
 * Applies committed entries in order, once, and writes the checkpoint at each marker. The state is
 * replaced as a whole when a checkpoint of another node is installed.
 */
import {
  Store,
  type Applied,
  type CheckpointCursor,
  type Command,
  type CursorState,
  type StateRules,
  type StoreState,
} from '#kv';
import type { CheckpointMeta, Entry, LogIndex, Membership, Term } from '#raft';
import type { Storage } from '#storage';

interface Marker {
  readonly index: LogIndex;
  readonly term: Term;
  readonly membership: Membership;
}

/** Some 2 ms; between slices there is time for everything else, so that a checkpoint slows nobody down. */
const SLICE_LINES = 500;
const SLICE_EVERY_MS = 4;

/** As plain data. */
export interface ApplierState {
  readonly store: StoreState;
  readonly membership: Membership;
  readonly markerIndex: number;
  readonly commandsSinceMarker: number;
  readonly bytesSinceMarker: number;
  readonly writing: boolean;
  readonly sliceAt: number;
  /** Of the checkpoint that is being written; null once all of it was read. */
  readonly cursor: CursorState | null;
  readonly next: { readonly marker: Marker; readonly cursor: CursorState } | null;
}

export class Applier {
  #store: Store;
  #membership: Membership;
  readonly #storage: Storage;
  readonly #rules: StateRules | undefined;
  /** The newest marker applied. */
  #markerIndex: number;
  #commandsSinceMarker = 0;
  #bytesSinceMarker = 0;
  #writing = false;
  #sliceAt = 0;
  /** What the storage reads, or has read, of the checkpoint that is being written. */
  #cursor: CheckpointCursor | null = null;
  /** Met while an older one was being written; only the newest is kept. */
  #next: { marker: Marker; cursor: CheckpointCursor } | null = null;

  constructor(
    store: Store,
    membership: Membership,
    storage: Storage,
    checkpointIndex: number,
    rules?: StateRules,
  ) {
    this.#store = store;
    this.#membership = membership;
    this.#storage = storage;
    this.#rules = rules;
    this.#markerIndex = checkpointIndex;
  }

  /** `cursor`: what the storage goes on to read, of a `store` that was loaded with it. */
  static load(
    state: ApplierState,
    store: Store,
    cursor: CheckpointCursor | null,
    storage: Storage,
    rules?: StateRules,
  ): Applier {
    const applier = new Applier(store, state.membership, storage, state.markerIndex, rules);
    applier.#commandsSinceMarker = state.commandsSinceMarker;
    applier.#bytesSinceMarker = state.bytesSinceMarker;
    applier.#writing = state.writing;
    applier.#sliceAt = state.sliceAt;
    applier.#cursor = cursor;
    if (state.next !== null) {
      const { marker, cursor: waiting } = state.next;
      applier.#next = { marker, cursor: store.resumeCheckpoint(waiting) };
    }
    return applier;
  }

  dump(): ApplierState {
    const next = this.#next;
    return {
      store: this.#store.dump(),
      membership: this.#membership,
      markerIndex: this.#markerIndex,
      commandsSinceMarker: this.#commandsSinceMarker,
      bytesSinceMarker: this.#bytesSinceMarker,
      writing: this.#writing,
      sliceAt: this.#sliceAt,
      cursor: this.#cursor?.isOpen === true ? this.#cursor.dump() : null,
      next: next === null ? null : { marker: next.marker, cursor: next.cursor.dump() },
    };
  }

  get store(): Store {
    return this.#store;
  }

  get appliedIndex(): number {
    return this.#store.appliedIndex;
  }

  get writingCheckpoint(): boolean {
    return this.#writing;
  }

  /** When the next lines of the checkpoint are due, ms. */
  get deadline(): number {
    return this.#writing ? this.#sliceAt : Infinity;
  }

  get sinceMarker(): { index: number; commands: number; bytes: number } {
    return {
      index: this.#markerIndex,
      commands: this.#commandsSinceMarker,
      bytes: this.#bytesSinceMarker,
    };
  }

  /**
   * Applies the entry, which is the one after `appliedIndex`; null where there is no result. `known`: the
   * command that it was made of, where this node made it.
   */
  apply(entry: Entry, known: Command | null): Applied | null {
    const { body, index } = entry;
    switch (body.kind) {
      case 'command':
        this.#commandsSinceMarker++;
        this.#bytesSinceMarker += body.text.length;
        return this.#store.apply(index, body.text, known);
      case 'membership':
        this.#membership = body.membership;
        this.#store.skip(index);
        return null;
      case 'checkpoint':
        this.#store.skip(index);
        this.#mark({ index, term: entry.term, membership: this.#membership });
        return null;
      case 'empty':
        this.#store.skip(index);
        return null;
    }
  }

  /** Writes some lines of the checkpoint, if it is time for them. */
  writeSlice(now: number): void {
    if (now < this.deadline) return;
    this.#storage.work(SLICE_LINES);
    this.#sliceAt = now + SLICE_EVERY_MS;
  }

  /** This node's own checkpoint is on disk; the next one that waited begins. */
  checkpointSaved(): void {
    this.#writing = false;
    const next = this.#next;
    this.#next = null;
    if (next !== null) this.#begin(next.marker, next.cursor);
  }

  /** Another node's checkpoint replaces the state. */
  install(checkpoint: CheckpointMeta, stateLines: readonly string[]): void {
    this.#next?.cursor.close();
    this.#next = null;
    this.#writing = false;
    this.#cursor = null;
    this.#store = Store.fromCheckpoint(stateLines, checkpoint.index, this.#rules);
    this.#membership = checkpoint.membership;
    this.#markerIndex = checkpoint.index;
    this.#commandsSinceMarker = 0;
    this.#bytesSinceMarker = 0;
  }

  #mark(marker: Marker): void {
    this.#markerIndex = marker.index;
    this.#commandsSinceMarker = 0;
    this.#bytesSinceMarker = 0;
    const cursor = this.#store.beginCheckpoint();
    if (!this.#writing) {
      this.#begin(marker, cursor);
      return;
    }
    this.#next?.cursor.close();
    this.#next = { marker, cursor };
  }

  #begin(marker: Marker, cursor: CheckpointCursor): void {
    this.#writing = true;
    this.#cursor = cursor;
    this.#storage.beginCheckpoint(marker, cursor);
  }
}
