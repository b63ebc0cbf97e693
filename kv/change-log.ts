/**
 * Every change since the last compaction, in order of revision and, within one, of key. It says what
 * compaction has to look at next, how much it would free, and what a watch has to be told.
 */
import { isTombstone, type Item } from './item.js';
import type { ByteString, Pair } from './types.js';

/** What an entry here and an object for a version take, besides its key and value; in bytes, about. */
const BYTES_OF_ENTRY = 24;
const BYTES_OF_VERSION = 96;

/** As plain data. */
export interface ChangeLogState {
  /** Key, revision, and the bytes freed up to here, of each change that is not removed. */
  readonly changes: readonly (readonly [ByteString, number, number])[];
  readonly freedInAll: number;
  readonly compacted: { readonly places: number; readonly freed: number };
  readonly removedPlaces: number;
}

export class ChangeLog {
  /** The key that changed, at the revision of the same place. */
  #items: Item[] = [];
  #revisions: number[] = [];
  /** What compaction to this change frees, summed up from the beginning of time. */
  #freed: number[] = [];
  #first = 0;
  #freedInAll = 0;
  /** Compacted changes count no more, even while they still wait to be removed. */
  #compacted = { places: 0, freed: 0 };
  #removedPlaces = 0;

  dump(): ChangeLogState {
    const places = Array.from({ length: this.#items.length - this.#first }, (_, i) => i);
    return {
      changes: places.map((place) => {
        const at = this.#first + place;
        const { key } = (this.#items[at] as Item).newest;
        return [key, this.#revisions[at] as number, this.#freed[at] as number];
      }),
      freedInAll: this.#freedInAll,
      compacted: { ...this.#compacted },
      removedPlaces: this.#removedPlaces,
    };
  }

  /** Fills an empty log. */
  load(state: ChangeLogState, itemOf: (key: ByteString) => Item): void {
    for (const [key, revision, freed] of state.changes) {
      this.#items.push(itemOf(key));
      this.#revisions.push(revision);
      this.#freed.push(freed);
    }
    this.#freedInAll = state.freedInAll;
    this.#compacted = { ...state.compacted };
    this.#removedPlaces = state.removedPlaces;
  }

  /** `change` is the item's newest version; `previous`: the one that it supersedes. */
  add(item: Item, change: Pair, previous: Pair | undefined): void {
    this.#freedInAll += BYTES_OF_ENTRY + bytesFreed(change, previous);
    this.#items.push(item);
    this.#revisions.push(change.modRevision);
    this.#freed.push(this.#freedInAll);
  }

  /** Orders the newest changes, all of one revision, by key. */
  sortNewest(count: number): void {
    const newest = this.#items.splice(this.#items.length - count, count);
    newest.sort((a, b) => (a.newest.key < b.newest.key ? -1 : 1));
    for (const item of newest) this.#items.push(item);
  }

  /** The changes that are not compacted, and what compacting them would free, in bytes. */
  get size(): { changes: number; bytes: number } {
    const places = this.#removedPlaces + this.#items.length - this.#first;
    return {
      changes: places - this.#compacted.places,
      bytes: this.#freedInAll - this.#compacted.freed,
    };
  }

  compact(revision: number): void {
    const place = this.#placeAfter(revision);
    const freed = place === 0 ? undefined : this.#freed[place - 1];
    if (freed === undefined || place === this.#first) return;
    this.#compacted = { places: this.#removedPlaces + place - this.#first, freed };
  }

  /** The key of the oldest change still here, if that is not newer than `revision`. */
  oldest(revision: number): Item | undefined {
    const oldest = this.#revisions[this.#first];
    return oldest !== undefined && oldest <= revision ? this.#items[this.#first] : undefined;
  }

  /** Removes the oldest change, and returns its revision. */
  removeOldest(): number {
    const revision = this.#revisions[this.#first++] as number;
    this.#removedPlaces++;
    if (this.#first > 1024 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#revisions = this.#revisions.slice(this.#first);
      this.#freed = this.#freed.slice(this.#first);
      this.#first = 0;
    }
    return revision;
  }

  /** Changes after `revision`: at least `limit` if there are so many, and the last revision whole. */
  after(revision: number, limit: number): Pair[] {
    const from = this.#placeAfter(revision);
    const last = this.#revisions[from + Math.max(1, limit) - 1];
    const to = last === undefined ? this.#items.length : this.#placeAfter(last);
    return this.#items.slice(from, to).map((item, at) => {
      const place = item.placeOf(this.#revisions[from + at] as number);
      return item.versionAt(place);
    });
  }

  #placeAfter(revision: number): number {
    let low = this.#first;
    let high = this.#revisions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#revisions[middle] as number) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A tombstone goes itself once it is compacted; its predecessor frees nothing that it has not. */
function bytesFreed(change: Pair, previous: Pair | undefined): number {
  let bytes = isTombstone(change) ? bytesOf(change) : 0;
  if (previous !== undefined && !isTombstone(previous)) bytes += bytesOf(previous);
  return bytes;
}

function bytesOf(version: Pair): number {
  return BYTES_OF_VERSION + version.key.length + version.value.length;
}
