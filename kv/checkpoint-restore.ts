/** Reads the lines of a checkpoint back. Whatever does not fit together is refused. */
import { Item, isTombstone } from './item.js';
import { Malformed } from './json-members.js';
import { Keyspace } from './keyspace.js';
import type { Members } from './members.js';
import { Sessions } from './sessions.js';
import { parseStateLine, type StateHead } from './state-lines.js';
import type { ByteString, Pair } from './types.js';

/** The lines are no state. The message names the line, counted from 1, and what is wrong with it. */
export class CheckpointMalformed extends Error {
  override readonly name = 'CheckpointMalformed';
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`line ${line} of the state ${problem}; take the checkpoint of another node.`);
    this.line = line;
  }
}

export interface Restored {
  readonly keyspace: Keyspace;
  readonly sessions: Sessions;
  readonly members: Members;
  readonly formatLevel: number;
}

/** Throws `CheckpointMalformed`. */
export function restore(lines: Iterable<string>): Restored {
  const restoration = new Restoration();
  let number = 0;
  try {
    for (const text of lines) {
      number++;
      restoration.add(text);
    }
    number++;
    return restoration.end();
  } catch (error) {
    if (error instanceof Malformed) throw new CheckpointMalformed(number, error.message);
    throw error;
  }
}

class Restoration {
  #head: StateHead | null = null;
  /** In order of key. */
  readonly #live: Item[] = [];
  /** Live and deleted keys that have older versions. */
  readonly #dead: Item[] = [];
  readonly #sessions = new Sessions();
  readonly #members: Members = new Map();
  /** Where in `#live` the older versions have come to. */
  #place = 0;
  #lastOld: Pair | null = null;
  #olderOfPlace: Pair[] = [];
  #lastSession = 0;
  #lastMember = 0;

  add(text: string): void {
    const line = parseStateLine(text);
    if (line.kind === 'head') {
      if (this.#head !== null) throw new Malformed('is a second head');
      this.#head = line.head;
      return;
    }
    const head = this.#headRead();
    switch (line.kind) {
      case 'key':
        this.#addKey(line.pair, head);
        return;
      case 'old':
        this.#addOld(line.version, head);
        return;
      case 'session':
        inOrder(this.#lastSession, line.session.session);
        this.#lastSession = line.session.session;
        this.#sessions.restore(line.session);
        return;
      case 'member':
        inOrder(this.#lastMember, line.node);
        this.#lastMember = line.node;
        this.#members.set(line.node, line.member);
    }
  }

  end(): Restored {
    const head = this.#headRead();
    this.#flushOld();
    expectCount('keys', this.#live.length, head.keys);
    expectCount('sessions', this.#sessions.size, head.sessions);
    expectCount('members', this.#members.size, head.members);
    const { revision, compacted, formatLevel } = head;
    const keyspace = Keyspace.restored(this.#live, this.#dead, revision, compacted);
    return { keyspace, sessions: this.#sessions, members: this.#members, formatLevel };
  }

  #headRead(): StateHead {
    if (this.#head === null) throw new Malformed('comes before the head');
    return this.#head;
  }

  #addKey(pair: Pair, head: StateHead): void {
    const last = this.#live[this.#live.length - 1]?.newest.key;
    if (last !== undefined && last >= pair.key) throw new Malformed('is out of order');
    if (pair.key === '') throw new Malformed('has an empty key');
    if (pair.modRevision > head.revision) throw new Malformed('is newer than the state');
    if (this.#lastOld !== null) throw new Malformed('is a key after older versions');
    this.#live.push(new Item(pair));
  }

  #addOld(version: Pair, head: StateHead): void {
    const last = this.#lastOld;
    if (version.modRevision > head.revision) throw new Malformed('is newer than the state');
    if (last !== null && last.key === version.key) {
      if (last.modRevision >= version.modRevision) throw new Malformed('is out of order');
    } else {
      if (last !== null && last.key > version.key) throw new Malformed('is out of order');
      this.#flushOld();
    }
    this.#olderOfPlace.push(version);
    this.#lastOld = version;
  }

  /** All older versions of one key have come: they belong to a key that is there, or was. */
  #flushOld(): void {
    const versions = this.#olderOfPlace;
    const newest = versions[versions.length - 1];
    if (newest === undefined) return;
    this.#olderOfPlace = [];
    const live = this.#liveItem(newest.key);
    if (live !== undefined) {
      if (newest.modRevision >= live.newest.modRevision) {
        throw new Malformed('follows a version newer than its key');
      }
      this.#live[this.#place] = Item.of([...versions, live.newest]);
    } else {
      if (!isTombstone(newest)) throw new Malformed('follows a version of a key that is nowhere');
      this.#dead.push(Item.of(versions));
    }
  }

  #liveItem(key: ByteString): Item | undefined {
    for (; this.#place < this.#live.length; this.#place++) {
      const item = this.#live[this.#place];
      if (item === undefined || item.newest.key > key) return undefined;
      if (item.newest.key === key) return item;
    }
    return undefined;
  }
}

function inOrder(last: number, next: number): void {
  if (next <= last) throw new Malformed('is out of order');
}

function expectCount(what: string, is: number, told: number): void {
  if (is !== told) throw new Malformed(`is missing: the head tells of ${told} ${what}, not ${is}`);
}
