/**
 * This node's own checkpoints: written in slices while everything else goes on, read for others, and
 * removed when a newer one stands. At most one is being written, with at most one write under way.
 */
import type { CheckpointMeta, LogIndex, Membership, Term } from '#raft';
import { checkpointFooter, checkpointHeader } from './checkpoint-file.js';
import { crc32c } from './crc32c.js';
import type { ChainPosition } from './log-state.js';
import { checkpointPath, DATA, UNFINISHED } from './paths.js';
import type { Requests } from './requests.js';
import type { StorageRules } from './rules.js';
import { syncBeforeRename, syncDirectory } from './segments.js';
import type { DiskOperation, Owner } from './types.js';

/** A marker in the log, and who were members there. */
export interface Marker {
  readonly index: LogIndex;
  readonly term: Term;
  readonly membership: Membership;
}

/** The state at the marker, as lines without line feeds. */
export interface CheckpointSource {
  /** At most so many lines more; null once there are none. */
  next(maxLines: number): readonly string[] | null;
  /** Nothing more will be asked for. */
  close(): void;
}

interface Writing {
  readonly marker: Marker;
  /** Lines that are not submitted yet. */
  buffer: Uint8Array;
  used: number;
  /** Of everything before the footer, so far. */
  crc: number;
  lines: number;
  /** Of the file as submitted, in bytes. */
  size: number;
  /** A write is under way. */
  busy: boolean;
  /** The source has no more lines. */
  ended: boolean;
}

export interface CheckpointsState {
  readonly newest: CheckpointMeta | null;
  /** Which are on the disk, by index. */
  readonly files: readonly number[];
  readonly writing: Writing | null;
  /** When each was last read for another node. */
  readonly readAt: readonly (readonly [number, number])[];
  /** Are being sent to another node. */
  readonly kept: readonly number[];
  /** Stands, and is reported once what it replaces is gone. */
  readonly saving: CheckpointMeta | null;
}

/** A write is submitted when so many bytes wait. */
const WRITE_BYTES = 256 * 1024;
/**
 * Synced each time so many bytes more are written: one sync of all of it at the end would hold up the
 * log's own syncs, which go to the same disk, for as long as it takes.
 */
const SYNC_BYTES = 8 * 1024 * 1024;
/** Lines are encoded so many at a time. */
const LINES = 128;
/** A replaced checkpoint stays for so long after it was last read, so that a transfer can end. */
const HOLD_MS = 10_000;

const encoder = new TextEncoder();

export class Checkpoints {
  readonly #requests: Requests;
  readonly #rules: StorageRules;
  readonly #owner: Owner;
  #newest: CheckpointMeta | null;
  #files: number[];
  #writing: Writing | null;
  #readAt: Map<number, number>;
  #kept: readonly number[];
  #saving: CheckpointMeta | null;
  #source: CheckpointSource | null;

  constructor(
    requests: Requests,
    rules: StorageRules,
    owner: Owner,
    state: CheckpointsState,
    source: CheckpointSource | null,
  ) {
    this.#requests = requests;
    this.#rules = rules;
    this.#owner = owner;
    this.#newest = state.newest;
    this.#files = [...state.files];
    this.#writing = copyOf(state.writing);
    this.#readAt = new Map(state.readAt);
    this.#kept = state.kept;
    this.#saving = state.saving;
    this.#source = source;
  }

  dump(): CheckpointsState {
    return {
      newest: this.#newest,
      files: [...this.#files],
      writing: copyOf(this.#writing),
      readAt: [...this.#readAt],
      kept: this.#kept,
      saving: this.#saving,
    };
  }

  /** 0: there is none. */
  get index(): number {
    return this.#newest?.index ?? 0;
  }

  /** Starts to write the state at the marker; `at` is its position in the log. */
  begin(marker: Marker, at: ChainPosition, source: CheckpointSource): void {
    // The same marker is the same state: what is under way stands for it.
    if (marker.index <= this.index || marker.index === this.#writing?.marker.index) {
      source.close();
      return;
    }
    this.abandon();
    const { clusterId } = this.#owner;
    const data = checkpointHeader({ clusterId, at, membership: marker.membership });
    const crc = crc32c(data);
    const buffer = new Uint8Array(WRITE_BYTES);
    const counts = { used: 0, lines: 0, size: data.length };
    this.#writing = { marker, buffer, crc, ...counts, busy: true, ended: false };
    this.#source = source;
    const path = checkpointPath(marker.index) + UNFINISHED;
    this.#submit(marker.index, { op: 'write-file', path, data });
  }

  /** Takes up to so many lines from the source. True if it can go on at once. */
  work(budgetLines: number): boolean {
    const writing = this.#writing;
    if (writing === null || this.#source === null) return false;
    let budget = budgetLines;
    while (budget > 0 && !writing.ended && writing.used < WRITE_BYTES) {
      const lines = this.#source.next(Math.min(budget, LINES));
      if (lines === null) {
        writing.ended = true;
        this.#closeSource();
      } else {
        take(writing, lines);
        budget -= Math.max(1, lines.length);
      }
    }
    this.#advance(writing);
    return !writing.ended && writing.used < WRITE_BYTES;
  }

  /** A write is done. */
  written(index: number): void {
    const writing = this.#writing;
    if (writing?.marker.index !== index) return;
    writing.busy = false;
    this.#advance(writing);
  }

  #advance(writing: Writing): void {
    if (writing.busy) return;
    if (writing.used >= WRITE_BYTES || (writing.ended && writing.used > 0)) this.#write(writing);
    else if (writing.ended) this.#finish(writing);
  }

  #write(writing: Writing): void {
    const { index } = writing.marker;
    const data = writing.buffer.slice(0, writing.used);
    const path = checkpointPath(index) + UNFINISHED;
    this.#submit(index, { op: 'append', path, size: writing.size, data });
    const synced = Math.floor(writing.size / SYNC_BYTES);
    writing.size += data.length;
    if (synced !== Math.floor(writing.size / SYNC_BYTES)) {
      this.#requests.submit('checkpoint', { op: 'sync', path });
    }
    writing.used = 0;
    writing.busy = true;
  }

  #submit(index: number, operation: DiskOperation): void {
    this.#requests.submit('checkpoint', operation, { for: 'checkpoint-write', index });
  }

  #finish(writing: Writing): void {
    const { index } = writing.marker;
    const path = checkpointPath(index);
    const unfinished = path + UNFINISHED;
    const data = checkpointFooter(writing.lines, writing.crc);
    const operations: DiskOperation[] = [
      { op: 'append', path: unfinished, size: writing.size, data },
      ...syncBeforeRename(unfinished, this.#rules),
      { op: 'rename', from: unfinished, to: path },
      ...syncDirectory(DATA, this.#rules),
    ];
    writing.size += data.length;
    writing.busy = true;
    this.#requests.submitAll('checkpoint', operations, { for: 'checkpoint-rename', index });
  }

  /** The file stands: what is saved and cleaned up by now, if anything is. */
  renamed(index: number, now: number): CheckpointMeta | null {
    if (!this.#files.includes(index)) this.#files.push(index);
    const writing = this.#writing;
    if (writing?.marker.index === index) {
      this.#writing = null;
      const { marker, size } = writing;
      this.#newest = {
        index: marker.index,
        term: marker.term,
        membership: marker.membership,
        size,
      };
      this.#saving = this.#newest;
    }
    return this.sweep(now) ? null : this.cleaned();
  }

  /** What it replaced is gone. */
  cleaned(): CheckpointMeta | null {
    const saving = this.#saving;
    this.#saving = null;
    return saving;
  }

  /** Another node's checkpoint stands; one of this node's own that is being written is in vain. */
  adopt(meta: CheckpointMeta): void {
    this.abandon();
    this.#saving = null;
    this.#newest = meta;
    if (!this.#files.includes(meta.index)) this.#files.push(meta.index);
  }

  abandon(): void {
    this.#closeSource();
    const index = this.#writing?.marker.index;
    this.#writing = null;
    if (index === undefined) return;
    const path = checkpointPath(index) + UNFINISHED;
    this.#requests.submit('checkpoint', { op: 'remove', path });
  }

  #closeSource(): void {
    this.#source?.close();
    this.#source = null;
  }

  /** What of these is replaced is not removed. */
  keep(indexes: readonly number[]): void {
    this.#kept = indexes;
  }

  /** Removes what is replaced, but for what was read just now. True if there was anything. */
  sweep(now: number): boolean {
    const old = this.#replaced().filter((index) => this.#releaseAt(index) <= now);
    if (old.length === 0) return false;
    this.#files = this.#files.filter((index) => !old.includes(index));
    for (const index of old) this.#readAt.delete(index);
    const operations: DiskOperation[] = old.map((index) => ({
      op: 'remove',
      path: checkpointPath(index),
    }));
    this.#requests.submitAll('checkpoint', [...operations, ...syncDirectory(DATA, this.#rules)], {
      for: 'checkpoint-clean',
      index: this.index,
    });
    return true;
  }

  /** When `sweep` is due. */
  get deadline(): number {
    return Math.min(...this.#replaced().map((index) => this.#releaseAt(index)));
  }

  #replaced(): number[] {
    return this.#files.filter((index) => index < this.index && !this.#kept.includes(index));
  }

  #releaseAt(index: number): number {
    const at = this.#readAt.get(index);
    return at === undefined ? -Infinity : at + HOLD_MS;
  }

  read(index: LogIndex, offset: number, length: number, token: number, now: number): void {
    this.#readAt.set(index, now);
    const path = checkpointPath(index);
    this.#requests.submit(
      'checkpoint',
      { op: 'read', path, offset, length },
      { for: 'read', index, offset, token },
    );
  }
}

const copyOf = (writing: Writing | null): Writing | null =>
  writing === null ? null : { ...writing, buffer: writing.buffer.slice() };

function take(writing: Writing, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const text = lines.join('\n') + '\n';
  const { used } = writing;
  if (used + text.length * 3 > writing.buffer.length) {
    const grown = new Uint8Array(used + text.length * 3 + WRITE_BYTES);
    grown.set(writing.buffer.subarray(0, used));
    writing.buffer = grown;
  }
  const { written } = encoder.encodeInto(text, writing.buffer.subarray(used));
  writing.crc = crc32c(writing.buffer, used, used + written, writing.crc);
  writing.used += written;
  writing.lines += lines.length;
}
