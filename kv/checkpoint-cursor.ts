/**
 * Reads the state as of one moment, the marker, in slices, while writes go on. Keys are read at the
 * marker's revision; the small tables were copied at the marker.
 */
import { isTombstone, type Item } from './item.js';
import type { Keyspace } from './keyspace.js';
import type { Member } from './members.js';
import { Session, type SessionState } from './sessions.js';
import { headLine, keyLine, memberLine, oldLine, sessionLine } from './state-lines.js';
import type { ByteString, Pair } from './types.js';

/** Keys without a line of their own are passed over, this many for each line asked for. */
const PASSED_PER_LINE = 8;

/** The small tables, as they were at the marker, in order. */
export interface Copies {
  readonly sessions: readonly Session[];
  readonly members: readonly (readonly [number, Member])[];
  readonly formatLevel: number;
}

type Section = 'head' | 'keys' | 'old' | 'sessions' | 'members' | 'end';

/** As plain data. */
export interface CursorState {
  readonly revision: number;
  readonly compacted: number;
  readonly keys: number;
  readonly sessions: readonly SessionState[];
  readonly members: readonly (readonly [number, Member])[];
  readonly formatLevel: number;
  readonly section: Section;
  readonly from: ByteString;
  readonly after: number;
  readonly done: number;
}

export class CheckpointCursor {
  readonly revision: number;
  /** Versions visible from here on are kept as long as the cursor is open. */
  readonly compacted: number;
  readonly #keyspace: Keyspace;
  readonly #keys: number;
  readonly #copies: Copies;
  readonly #closed: (cursor: CheckpointCursor) => void;
  #isOpen = true;
  #section: Section = 'head';
  /** Where the next slice begins: a key, and in it the versions after a revision. */
  #from: ByteString = '';
  #after = 0;
  /** Lines done of the section, for sections that are lists. */
  #done = 0;

  /** Reads the keyspace as it is now, or as of the moment that a dumped cursor had fixed. */
  constructor(
    keyspace: Keyspace,
    from: Copies | CursorState,
    closed: (cursor: CheckpointCursor) => void,
  ) {
    this.#keyspace = keyspace;
    this.#closed = closed;
    if (!('section' in from)) {
      this.revision = keyspace.revision;
      this.compacted = keyspace.compacted;
      this.#keys = keyspace.size;
      this.#copies = from;
      return;
    }
    this.revision = from.revision;
    this.compacted = from.compacted;
    this.#keys = from.keys;
    const sessions = from.sessions.map((session) => Session.load(session));
    this.#copies = { sessions, members: from.members, formatLevel: from.formatLevel };
    this.#section = from.section;
    this.#from = from.from;
    this.#after = from.after;
    this.#done = from.done;
  }

  /** False once everything was read, or nothing more is wanted. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  dump(): CursorState {
    return {
      revision: this.revision,
      compacted: this.compacted,
      keys: this.#keys,
      sessions: this.#copies.sessions.map((session) => session.dump()),
      members: this.#copies.members,
      formatLevel: this.#copies.formatLevel,
      section: this.#section,
      from: this.#from,
      after: this.#after,
      done: this.#done,
    };
  }

  /** The next lines, at most `maxLines`, sometimes none; null once there are no more. */
  next(maxLines: number): string[] | null {
    const lines: string[] = [];
    while (lines.length === 0 && this.#section !== 'end') {
      if (!this.#fill(lines, maxLines)) break;
    }
    if (this.#section === 'end' && lines.length === 0) {
      this.close();
      return null;
    }
    return lines;
  }

  /** No more lines are wanted. */
  close(): void {
    this.#section = 'end';
    this.#isOpen = false;
    this.#closed(this);
  }

  /** Adds lines of the current section; whether the section is at its end. */
  #fill(lines: string[], maxLines: number): boolean {
    switch (this.#section) {
      case 'head':
        lines.push(this.#head());
        return this.#enter('keys');
      case 'keys':
        return this.#walk(lines, maxLines) && this.#enter('old');
      case 'old':
        return this.#walk(lines, maxLines) && this.#enter('sessions');
      case 'sessions': {
        const copied = this.#copies.sessions;
        return this.#list(lines, maxLines, copied, sessionLine) && this.#enter('members');
      }
      case 'members': {
        const line = ([node, member]: readonly [number, Member]) => memberLine(node, member);
        return this.#list(lines, maxLines, this.#copies.members, line) && this.#enter('end');
      }
      case 'end':
        return true;
    }
  }

  #enter(section: Section): true {
    this.#section = section;
    this.#from = '';
    this.#after = 0;
    this.#done = 0;
    return true;
  }

  #head(): string {
    return headLine({
      revision: this.revision,
      compacted: this.compacted,
      keys: this.#keys,
      sessions: this.#copies.sessions.length,
      members: this.#copies.members.length,
      formatLevel: this.#copies.formatLevel,
    });
  }

  #list<T>(lines: string[], max: number, all: readonly T[], line: (item: T) => string): boolean {
    const slice = all.slice(this.#done, this.#done + max - lines.length);
    for (const item of slice) lines.push(line(item));
    this.#done += slice.length;
    return this.#done === all.length;
  }

  /** Goes on through the keys from where it stopped; whether it came to the last. */
  #walk(lines: string[], max: number): boolean {
    const items = this.#keyspace.items(this.#from, null);
    let passed = 0;
    for (let item = items.next(); item !== null; item = items.next()) {
      const { key } = item.newest;
      if (key !== this.#from) {
        this.#from = key;
        this.#after = 0;
      }
      if (lines.length === max || passed++ === max * PASSED_PER_LINE) return false;
      const done =
        this.#section === 'keys' ? this.#keyLine(item, lines) : this.#oldLines(item, lines, max);
      if (!done) return false;
    }
    return true;
  }

  #keyLine(item: Item, lines: string[]): true {
    const pair = item.asOf(this.revision);
    if (pair !== undefined) lines.push(keyLine(pair));
    return true;
  }

  /** Versions visible between compaction and marker, but for the current; whether these were all. */
  #oldLines(item: Item, lines: string[], max: number): boolean {
    const last = item.placeOf(this.revision);
    for (let place = this.#firstPlace(item); place <= last; place++) {
      const version: Pair = item.versionAt(place);
      if (place === last && !isTombstone(version)) break;
      if (lines.length === max) return false;
      lines.push(oldLine(version));
      this.#after = version.modRevision;
    }
    return true;
  }

  #firstPlace(item: Item): number {
    if (this.#after > 0) return item.placeOf(this.#after) + 1;
    const base = item.placeOf(this.compacted);
    if (base < 0) return 0;
    return isTombstone(item.versionAt(base)) ? base + 1 : base;
  }
}
