/**
 * The log's files as they are written: group commit, notes, rotation, truncation. At most one write is
 * under way; whatever is appended meanwhile goes into the next one, with one sync for all of it.
 */
import type { Entry } from '#raft';
import type { ChainPosition, LogState, Note, Segment } from './log-state.js';
import { concatenate, Mirror } from './mirror.js';
import { noteLine } from './note.js';
import { LOG, segmentPath } from './paths.js';
import type { Requests } from './requests.js';
import type { StorageRules } from './rules.js';
import {
  copySegment,
  lastOf,
  newSegment,
  replacement,
  SEGMENT_BYTES,
  syncDirectory,
  truncation,
} from './segments.js';
import type { DiskOperation, Owner } from './types.js';

/** After so long without another write, the note of what is synced is written alone. */
export const LONE_NOTE_MS = 20;

/** At a checkpoint's marker a segment ends once it has this part of its full size: 1 MiB of 16. */
const MARKED_SHARE = 16;

export class LogWriter {
  readonly #requests: Requests;
  readonly #rules: StorageRules;
  readonly #owner: Owner;
  readonly #segmentBytes: number;
  readonly mirror: Mirror;
  #segments: Segment[];
  #markers: number[];
  #durable: number;
  #submitted: number;
  #committed: number;
  #noted: Note;
  #writing: number | null;
  #noteAt: number;
  #now: number;
  #unsynced: boolean;
  #corked = false;

  constructor(
    requests: Requests,
    rules: StorageRules,
    owner: Owner,
    state: LogState,
    segmentBytes = SEGMENT_BYTES,
  ) {
    this.#requests = requests;
    this.#rules = rules;
    this.#owner = owner;
    this.#segmentBytes = segmentBytes;
    this.mirror = new Mirror(state.mirror);
    this.#segments = state.segments.map(copySegment);
    this.#markers = [...state.markers];
    this.#durable = state.durable;
    this.#submitted = state.submitted;
    this.#committed = state.committed;
    this.#noted = state.noted;
    this.#writing = state.writing;
    this.#noteAt = state.noteAt ?? Infinity;
    this.#now = state.now;
    this.#unsynced = state.unsynced;
  }

  dump(): LogState {
    return {
      mirror: this.mirror.dump(),
      segments: this.#segments.map(copySegment),
      markers: [...this.#markers],
      durable: this.#durable,
      submitted: this.#submitted,
      committed: this.#committed,
      noted: this.#noted,
      writing: this.#writing,
      noteAt: this.#noteAt === Infinity ? null : this.#noteAt,
      now: this.#now,
      unsynced: this.#unsynced,
    };
  }

  get durable(): number {
    return this.#durable;
  }

  get committed(): number {
    return this.#committed;
  }

  /** When a lone note is due, Infinity if none is. */
  get deadline(): number {
    // While a write is under way the note waits for its end.
    return this.#writing === null ? this.#noteAt : Infinity;
  }

  append(entries: readonly Entry[]): void {
    this.mirror.append(entries);
    for (const entry of entries) {
      if (entry.body.kind === 'checkpoint') this.#markers.push(entry.index);
    }
    this.#flush();
  }

  truncate(from: number): void {
    if (from <= this.#committed) {
      throw new Error(
        `entry ${from} is committed and can't be cut (committed: ${this.#committed})`,
      );
    }
    if (from > this.mirror.last.index) return;
    this.mirror.truncate(from);
    this.#markers = this.#markers.filter((marker) => marker < from);
    if (from <= this.#submitted) {
      this.#requests.submitAll('log', truncation(this.#owner, this.#segments, from, this.#rules));
    }
    this.#submitted = Math.min(this.#submitted, from - 1);
    this.#durable = Math.min(this.#durable, from - 1);
    if (this.#writing !== null) this.#writing = this.#rules.reportsAfterCut(this.#writing, from);
    // The notes that confirmed more stood behind the entries that they confirmed, and are cut with them.
    this.#noted = { ...this.#noted, synced: Math.min(this.#noted.synced, from - 1) };
  }

  noteCommit(index: number): void {
    this.#committed = Math.max(this.#committed, Math.min(index, this.mirror.last.index));
    this.#arm();
  }

  /** Appends are held back until `uncork`, so that all that one turn brings leaves in one write. */
  cork(): void {
    this.#corked = true;
  }

  uncork(): void {
    this.#corked = false;
    this.#flush();
  }

  tick(now: number): void {
    this.#now = now;
    if (now < this.#noteAt || this.#writing !== null || this.#corked) return;
    this.#noteAt = Infinity;
    const note = this.#note();
    const active = this.#segments.at(-1);
    if (note === null || active === undefined) return;
    const data = noteLine(note);
    // What is confirmed has to survive a power cut; what is committed is a courtesy.
    const op = note.synced > this.#noted.synced ? 'append-sync' : 'append';
    const path = segmentPath(active.first);
    this.#writing = this.#durable;
    this.#unsynced = op === 'append';
    this.#requests.submit('log', { op, path, size: active.size, data }, { for: 'log-write' });
    active.size += data.length;
    this.#noted = note;
  }

  /** The write under way is done: the position that became durable, null if none did. */
  written(now: number): ChainPosition | null {
    this.#now = now;
    const last = this.#writing ?? 0;
    this.#writing = null;
    const position = last > this.#durable ? this.mirror.position(last) : null;
    this.#durable = Math.max(this.#durable, last);
    this.#flush();
    this.#arm();
    return position;
  }

  /** The log begins behind a checkpoint that it does not hold. */
  reset(after: ChainPosition): void {
    const { segment, operations } = replacement(this.#owner, this.#segments, after, this.#rules);
    this.#requests.submitAll('log', operations);
    this.#segments = [segment];
    this.mirror.reset(after);
    this.#markers = [];
    this.#durable = after.index;
    this.#submitted = after.index;
    this.#committed = after.index;
    this.#noted = { synced: after.index, committed: after.index };
    if (this.#writing !== null) this.#writing = 0;
    this.#noteAt = Infinity;
  }

  /** Removes the files of entries up to `index`, as far as whole segments allow, and forgets their lines. */
  release(index: number): void {
    const upTo = Math.min(index, this.#durable);
    const operations: DiskOperation[] = [];
    for (let old = this.#segments[0]; old !== undefined; old = this.#segments[0]) {
      if (this.#segments.length === 1 || lastOf(old) > upTo) break;
      this.#segments.shift();
      operations.push({ op: 'remove', path: segmentPath(old.first) });
    }
    if (operations.length > 0) operations.push(...syncDirectory(LOG, this.#rules));
    this.#requests.submitAll('log', operations);
    this.mirror.drop(upTo);
  }

  #note(): Note | null {
    const committed = Math.min(this.#committed, this.#durable);
    if (this.#durable <= this.#noted.synced && committed <= this.#noted.committed) return null;
    return { synced: this.#durable, committed };
  }

  #arm(): void {
    if (this.#writing !== null || this.#noteAt !== Infinity || this.#note() === null) return;
    this.#noteAt = this.#now + LONE_NOTE_MS;
  }

  #flush(): void {
    const last = this.mirror.last.index;
    if (this.#corked || this.#writing !== null || this.#submitted === last) return;
    const note = this.#note();
    const operations: DiskOperation[] = [];
    let front: Uint8Array[] = [];
    if (note !== null) {
      front = [noteLine(note)];
      this.#noted = note;
    }
    this.#noteAt = Infinity;
    while (this.#submitted < last) {
      operations.push(...this.#fill(front));
      front = [];
    }
    this.#writing = last;
    this.#requests.submitAll('log', operations, { for: 'log-write' });
  }

  /** Writes `front` and as many entries as belong into one segment: the newest, or a new one. */
  #fill(front: readonly Uint8Array[]): DiskOperation[] {
    const after = this.mirror.position(this.#submitted);
    const operations: DiskOperation[] = [];
    let active = this.#segments.at(-1);
    let parts = front;
    let start = active?.size ?? 0;
    const isNew = active === undefined || this.#isFull(active);
    if (active === undefined || isNew) {
      // A header confirms all before it: nothing of the segment before may be unsynced.
      if (active !== undefined && this.#unsynced) {
        operations.push({ op: 'sync', path: segmentPath(active.first) });
      }
      const made = newSegment(this.#owner, after);
      active = made.segment;
      parts = [made.header, ...front];
      start = 0;
      this.#segments.push(active);
    }
    if (this.#markers[0] === after.index) this.#markers.shift();
    const offset = parts.reduce((size, part) => size + part.length, start);
    const last = Math.min(this.mirror.last.index, this.#markers[0] ?? Infinity);
    // Even a segment whose header and note fill it takes one entry.
    const limit = Math.max(this.#segmentBytes, offset + 1);
    const placed = this.mirror.place(after.index + 1, last, offset, limit, active.positions);
    const data = concatenate([...parts, this.mirror.lines(after.index + 1, placed)]);
    active.size = start + data.length;
    this.#submitted = placed;
    this.#unsynced = false;
    const op = this.#rules.syncsBeforeReporting() ? 'append-sync' : 'append';
    operations.push({ op, path: segmentPath(active.first), size: start, data });
    if (isNew) operations.push(...syncDirectory(LOG, this.#rules));
    return operations;
  }

  #isFull(active: Segment): boolean {
    if (active.size >= this.#segmentBytes) return true;
    // A checkpoint ends a segment that is worth removing; many small ones would be files without end.
    const isMarked = this.#markers[0] === this.#submitted && active.first <= this.#submitted;
    return isMarked && active.size >= this.#segmentBytes / MARKED_SHARE;
  }
}
