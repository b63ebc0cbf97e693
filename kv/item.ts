/** One key with its versions. A version is a `Pair`; a deletion is one too, with version 0. */
import type { ByteString, Pair } from './types.js';

/** A deletion: only its key and revision mean anything. */
export function tombstone(key: ByteString, revision: number): Pair {
  return { key, value: '', createRevision: 0, modRevision: revision, version: 0, lease: 0 };
}

export function isTombstone(version: Pair): boolean {
  return version.version === 0;
}

/** Stands where a removed version stood, until the list is cut. */
const REMOVED = tombstone('', 0);

export class Item {
  /** The current version. Most keys have no other, so that it is not part of a list. */
  newest: Pair;
  /** Superseded versions, oldest first, from `#first` on; modRevision rises. */
  #older: Pair[] | null = null;
  #first = 0;

  constructor(newest: Pair) {
    this.newest = newest;
  }

  /** `versions`: oldest first, at least one. */
  static of(versions: readonly Pair[]): Item {
    const [first, ...later] = versions;
    if (first === undefined) throw new Error('an item has at least one version');
    const item = new Item(first);
    for (const version of later) item.supersede(version);
    return item;
  }

  /** Makes `version`, which is newer, the current one. */
  supersede(version: Pair): void {
    if (this.#older === null) this.#older = [this.newest];
    else this.#older.push(this.newest);
    this.newest = version;
  }

  /** How many versions there are, the current one included. */
  get count(): number {
    return this.#older === null ? 1 : this.#older.length - this.#first + 1;
  }

  /** Oldest first. */
  versions(): Pair[] {
    return Array.from({ length: this.count }, (_, at) => this.versionAt(at));
  }

  /** Version number `at`, 0 being the oldest, count - 1 the current one. */
  versionAt(at: number): Pair {
    return this.#older?.[this.#first + at] ?? this.newest;
  }

  /** The place of the newest version that is not newer than `revision`; -1 if there is none. */
  placeOf(revision: number): number {
    if (this.newest.modRevision <= revision) return this.count - 1;
    if (this.#older === null) return -1;
    let low = this.#first;
    let high = this.#older.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#older[middle] as Pair).modRevision <= revision) low = middle + 1;
      else high = middle;
    }
    return low - 1 - this.#first;
  }

  /** The pair as of `revision`; undefined if the key was not there. */
  asOf(revision: number): Pair | undefined {
    const place = this.placeOf(revision);
    if (place < 0) return undefined;
    const version = this.versionAt(place);
    return isTombstone(version) ? undefined : version;
  }

  /** Forgets the superseded versions that are older than `revision`. */
  forgetBefore(revision: number): void {
    const older = this.#older;
    if (older === null) return;
    while (this.#first < older.length) {
      if ((older[this.#first] as Pair).modRevision >= revision) break;
      older[this.#first++] = REMOVED;
    }
    if (this.#first === older.length) {
      this.#older = null;
      this.#first = 0;
    } else if (this.#first > 16 && this.#first * 2 > older.length) {
      this.#older = older.slice(this.#first);
      this.#first = 0;
    }
  }
}
