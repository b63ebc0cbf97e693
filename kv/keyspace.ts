/**
 * All keys with their versions: the current state, and the past as far back as the last compaction.
 * A key changes at most once a revision.
 */
import { ChangeLog, type ChangeLogState } from './change-log.js';
import { Item, isTombstone, tombstone } from './item.js';
import { OrderedMap, type Walk } from './ordered-map.js';
import type { ByteString, KeyRange, Pair } from './types.js';

export interface PairsFound {
  readonly pairs: readonly Pair[];
  /** Of all in the range, whatever the limit. */
  readonly count: number;
}

/** As plain data, with what compaction gave up and has not removed yet. */
export interface KeyspaceState {
  readonly revision: number;
  readonly compacted: number;
  /** The versions of each key, oldest first; in order of key. */
  readonly items: readonly (readonly Pair[])[];
  readonly changes: ChangeLogState;
}

export class Keyspace {
  /** Keys that are there now. */
  #live = new OrderedMap<Item>();
  /** Keys whose newest version is a deletion that is not compacted, or not yet removed. */
  #dead = new OrderedMap<Item>();
  readonly #changes = new ChangeLog();
  #revision = 1;
  /** compacted <= revision. */
  #compacted = 0;

  get revision(): number {
    return this.#revision;
  }

  get compacted(): number {
    return this.#compacted;
  }

  /** How many keys there are now. */
  get size(): number {
    return this.#live.size;
  }

  get history(): { changes: number; bytes: number } {
    return this.#changes.size;
  }

  get(key: ByteString): Pair | undefined {
    return this.#live.get(key)?.newest;
  }

  /** What `key` was at `revision`, which is not compacted. */
  getAsOf(key: ByteString, revision: number): Pair | undefined {
    return (this.#live.get(key) ?? this.#dead.get(key))?.asOf(revision);
  }

  /**
   * Sets a key as part of `revision`, which counts once `changed` says so.
   * Returns the pair as it was before.
   */
  put(key: ByteString, value: ByteString, lease: number, revision: number): Pair | undefined {
    const item = this.#live.get(key);
    if (item === undefined) {
      this.#create(key, value, lease, revision);
      return undefined;
    }
    const previous = item.newest;
    const next = {
      key: previous.key,
      value,
      createRevision: previous.createRevision,
      modRevision: revision,
      version: previous.version + 1,
      lease,
    };
    item.supersede(next);
    this.#changes.add(item, next, previous);
    return previous;
  }

  #create(key: ByteString, value: ByteString, lease: number, revision: number): void {
    const pair = {
      key,
      value,
      createRevision: revision,
      modRevision: revision,
      version: 1,
      lease,
    };
    const buried = this.#dead.size === 0 ? undefined : this.#dead.get(key);
    const item = buried ?? new Item(pair);
    this.#changes.add(item, pair, buried?.newest);
    if (buried !== undefined) {
      buried.supersede(pair);
      this.#dead.delete(key);
    }
    this.#live.set(key, item);
  }

  /** Deletes a key as part of `revision`; returns the pair as it was, undefined if there is none. */
  remove(key: ByteString, revision: number): Pair | undefined {
    const item = this.#live.get(key);
    if (item === undefined) return undefined;
    const previous = item.newest;
    const change = tombstone(previous.key, revision);
    item.supersede(change);
    this.#changes.add(item, change, previous);
    this.#live.delete(key);
    this.#dead.set(previous.key, item);
    return previous;
  }

  /** Ends revision `revision`, of which there were `count` changes, at least one. */
  changed(revision: number, count: number): void {
    this.#revision = revision;
    if (count > 1) this.#changes.sortNewest(count);
  }

  /** The pairs that are there now; at most `limit` of them, 0: all. */
  range(range: KeyRange, limit: number): PairsFound {
    if (range.end === null) {
      const pair = this.get(range.key);
      return pair === undefined ? { pairs: [], count: 0 } : { pairs: [pair], count: 1 };
    }
    const to = endOf(range);
    const pairs: Pair[] = [];
    const walk = this.#live.walk(range.key, to);
    for (let item = walk.value; item !== undefined; item = walk.value) {
      if (limit > 0 && pairs.length === limit) {
        return { pairs, count: this.count(range) };
      }
      pairs.push(item.newest);
      walk.advance();
    }
    return { pairs, count: pairs.length };
  }

  /** How many keys there are now in the range. */
  count(range: KeyRange): number {
    return this.#live.count(range.key, endOf(range));
  }

  /** How many keys there are in the range, deleted ones included that are not removed yet. */
  span(range: KeyRange): number {
    return this.count(range) + this.#dead.count(range.key, endOf(range));
  }

  /** The rest of a range, from the key `from` on. */
  within(from: ByteString, range: KeyRange): ItemWalk {
    return this.items(from, endOf(range));
  }

  /** The pairs that were there at `revision`, which is not compacted. */
  rangeAsOf(range: KeyRange, revision: number, limit: number): PairsFound {
    const pairs: Pair[] = [];
    let count = 0;
    const items = this.itemsIn(range);
    for (let item = items.next(); item !== null; item = items.next()) {
      const pair = item.asOf(revision);
      if (pair === undefined) continue;
      count++;
      if (limit === 0 || count <= limit) pairs.push(pair);
    }
    return { pairs, count };
  }

  itemsIn(range: KeyRange): ItemWalk {
    return this.items(range.key, endOf(range));
  }

  /** Keys that are or were, in order. Not to be used on after a change. */
  items(from: ByteString, to: ByteString | null): ItemWalk {
    return new ItemWalk(this.#live.walk(from, to), this.#dead.walk(from, to));
  }

  /** Gives up what is older than `revision`, which lies after `compacted`, up to `revision`. */
  compact(revision: number): void {
    this.#compacted = revision;
    this.#changes.compact(revision);
  }

  /**
   * Removes what is given up, in at most `steps` short steps, but nothing that is visible at `floor`,
   * as far as the last compaction. Whether there is more to do.
   */
  work(steps: number, floor: number): boolean {
    const goal = Math.min(this.#compacted, floor);
    for (let step = 0; ; step++) {
      const item = this.#changes.oldest(goal);
      if (item === undefined) return false;
      if (step === steps) return true;
      this.#forget(item, this.#changes.removeOldest());
    }
  }

  /** Forgets what the item's change at `revision` has superseded, and a deletion itself. */
  #forget(item: Item, revision: number): void {
    item.forgetBefore(revision);
    const change = item.versionAt(0);
    if (change.modRevision !== revision || !isTombstone(change)) return;
    if (item.newest === change) this.#dead.delete(change.key);
    else item.forgetBefore(revision + 1);
  }

  /** Versions made after `revision`, in order; whole revisions, at least `limit` if there are as many. */
  changesAfter(revision: number, limit: number): Pair[] {
    return this.#changes.after(revision, limit);
  }

  dump(): KeyspaceState {
    const items: Pair[][] = [];
    const walk = this.items('', null);
    for (let item = walk.next(); item !== null; item = walk.next()) items.push(item.versions());
    const changes = this.#changes.dump();
    return { revision: this.#revision, compacted: this.#compacted, items, changes };
  }

  static load({ revision, compacted, items, changes }: KeyspaceState): Keyspace {
    const keyspace = new Keyspace();
    keyspace.#revision = revision;
    keyspace.#compacted = compacted;
    for (const versions of items) keyspace.#settle(Item.of(versions));
    keyspace.#changes.load(changes, (key) => keyspace.#itemOf(key));
    return keyspace;
  }

  /** Puts an item where its newest version belongs. */
  #settle(item: Item): void {
    const home = isTombstone(item.newest) ? this.#dead : this.#live;
    home.set(item.newest.key, item);
  }

  #itemOf(key: ByteString): Item {
    const item = this.#live.get(key) ?? this.#dead.get(key);
    if (item === undefined) throw new Error('a change was dumped without its key');
    return item;
  }

  /** Of items in order of key, each with versions visible after `compacted`. */
  static restored(
    live: readonly Item[],
    dead: readonly Item[],
    revision: number,
    compacted: number,
  ): Keyspace {
    const keyspace = new Keyspace();
    keyspace.#revision = revision;
    keyspace.#compacted = compacted;
    keyspace.#live = OrderedMap.ofSorted(live.map(keyOf), live);
    keyspace.#dead = OrderedMap.ofSorted(dead.map(keyOf), dead);
    for (const { item, change, previous } of changesOf(keyspace.items('', null), compacted)) {
      keyspace.#changes.add(item, change, previous);
    }
    return keyspace;
  }
}

interface RestoredChange {
  readonly item: Item;
  readonly change: Pair;
  readonly previous: Pair | undefined;
}

/** What was changed after `compacted`, in order of revision and then of key. */
function changesOf(items: ItemWalk, compacted: number): RestoredChange[] {
  const changes: RestoredChange[] = [];
  for (let item = items.next(); item !== null; item = items.next()) {
    // Most keys have not changed since, and have one version.
    if (item.newest.modRevision <= compacted) continue;
    for (let at = 0; at < item.count; at++) {
      const change = item.versionAt(at);
      if (change.modRevision <= compacted) continue;
      changes.push({ item, change, previous: at > 0 ? item.versionAt(at - 1) : undefined });
    }
  }
  // The sort is stable, and items come in order of key.
  return changes.sort((a, b) => a.change.modRevision - b.change.modRevision);
}

const keyOf = (item: Item): ByteString => item.newest.key;

/** Live and dead keys in one order. */
export class ItemWalk {
  readonly #live: Walk<Item>;
  readonly #dead: Walk<Item>;

  constructor(live: Walk<Item>, dead: Walk<Item>) {
    this.#live = live;
    this.#dead = dead;
  }

  /** Null at the end. */
  next(): Item | null {
    const live = this.#live.value;
    const dead = this.#dead.value;
    if (live === undefined && dead === undefined) return null;
    if (dead === undefined || (live !== undefined && live.newest.key < dead.newest.key)) {
      this.#live.advance();
      return live ?? null;
    }
    this.#dead.advance();
    return dead;
  }
}

/** The first key after the range; null if it goes on to the last. */
function endOf(range: KeyRange): ByteString | null {
  if (range.end === null) return `${range.key}\0`;
  return range.end === '\0' ? null : range.end;
}

/** Whether the key lies in the range. */
export function inRange(key: ByteString, range: KeyRange): boolean {
  if (range.end === null) return key === range.key;
  return key >= range.key && (range.end === '\0' || key < range.end);
}
