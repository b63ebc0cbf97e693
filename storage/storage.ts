/** The storage of a node: vote, log and checkpoints, over a disk that answers when it is done. */
import { logIndex, term, type CheckpointMeta, type Entry, type LogIndex, type Vote } from '#raft';
import type { CheckpointContents } from './checkpoint-file.js';
import {
  Checkpoints,
  type CheckpointSource,
  type CheckpointsState,
  type Marker,
} from './checkpoints.js';
import { hex } from './crc32c.js';
import { identityFile, voteFile } from './identity.js';
import { initialise } from './initialise.js';
import { Intake, type IntakeState } from './intake.js';
import type { LogState } from './log-state.js';
import { LogWriter } from './log.js';
import { IDENTITY, VOTE } from './paths.js';
import { decodeLines, type StoredEntry } from './record.js';
import { recover } from './recovery.js';
import { Requests, type Purpose, type RequestsState } from './requests.js';
import { RULES, type StorageRules } from './rules.js';
import { replaceFile, SEGMENT_BYTES } from './segments.js';
import type { Steps } from './start.js';
import type {
  Blank,
  Disk,
  DiskCompletion,
  DiskResult,
  Expectation,
  Identity,
  Owner,
  Recovered,
  Refusal,
  StorageEvent,
} from './types.js';

export interface StorageOptions {
  readonly rules: StorageRules;
  /** A segment is closed at the first entry that would start at or behind this size, in bytes. */
  readonly segmentBytes: number;
}

export const STORAGE_OPTIONS: StorageOptions = Object.freeze({
  rules: RULES,
  segmentBytes: SEGMENT_BYTES,
});

/** Everything, as plain data. */
export interface StorageState {
  readonly owner: Owner;
  readonly log: LogState;
  readonly requests: RequestsState;
  readonly checkpoints: CheckpointsState;
  readonly intake: IntakeState;
  readonly news: readonly StorageEvent[];
  readonly now: number;
}

export class Storage {
  readonly #requests: Requests;
  readonly #rules: StorageRules;
  readonly #owner: Owner;
  readonly #log: LogWriter;
  readonly #checkpoints: Checkpoints;
  readonly #intake: Intake;
  /** Events that no completion brought; the next `tick` or `complete` hands them out. */
  #news: StorageEvent[];
  #now: number;

  /**
   * `from`: what `Storage.recover` came to on the same directory, or a dump. `source` goes on with the
   * checkpoint that was being written when the dump was made.
   */
  constructor(
    disk: Disk,
    from: Recovered | StorageState,
    options: Partial<StorageOptions> = {},
    source: CheckpointSource | null = null,
  ) {
    const { rules, segmentBytes } = { ...STORAGE_OPTIONS, ...options };
    const state = 'requests' in from ? from : stateOf(from);
    const { owner } = state;
    this.#rules = rules;
    this.#owner = owner;
    this.#requests = new Requests(disk, state.requests);
    this.#log = new LogWriter(this.#requests, rules, owner, state.log, segmentBytes);
    this.#checkpoints = new Checkpoints(this.#requests, rules, owner, state.checkpoints, source);
    this.#intake = new Intake(this.#requests, rules, owner, state.intake);
    this.#news = [...state.news];
    this.#now = state.now;
  }

  dump(): StorageState {
    return {
      owner: this.#owner,
      log: this.#log.dump(),
      requests: this.#requests.dump(),
      checkpoints: this.#checkpoints.dump(),
      intake: this.#intake.dump(),
      news: [...this.#news],
      now: this.#now,
    };
  }

  /** Reads, judges and mends a directory; what it returns is durable. */
  static recover(
    expect: Expectation,
    rules: StorageRules = RULES,
  ): Steps<Recovered | Refusal | Blank> {
    return recover(expect, rules);
  }

  /** Makes a new directory; `recover` comes after it. */
  static initialise(identity: Identity, vote: Vote): Steps<void> {
    return initialise(identity, vote);
  }

  /** Answered by `vote-durable`. */
  saveVote(vote: Vote): void {
    const operations = replaceFile(VOTE, voteFile({ owner: this.#owner, vote }), '.', this.#rules);
    this.#requests.submitAll('vote', operations, { for: 'vote', vote });
  }

  /** Answered by `identity-saved`. */
  saveIdentity(identity: Identity): void {
    const operations = replaceFile(IDENTITY, identityFile(identity), '.', this.#rules);
    this.#requests.submitAll('vote', operations, { for: 'identity', identity });
  }

  /** Answered by `log-durable`, for several appends together. Throws if the log is not continued. */
  append(entries: readonly Entry[]): void {
    this.#log.append(entries);
  }

  /** Cuts `from` and what follows. Throws if it is committed. */
  truncate(from: LogIndex): void {
    this.#log.truncate(from);
  }

  noteCommit(index: LogIndex): void {
    this.#log.noteCommit(index);
  }

  /** Appends up to `uncork` leave in one write. */
  cork(): void {
    this.#log.cork();
  }

  uncork(): void {
    this.#log.uncork();
  }

  /** When `tick` is needed at the latest; Infinity if nothing waits. */
  deadline(): number {
    if (this.#requests.stopped) return Infinity;
    if (this.#news.length > 0) return this.#now;
    return Math.min(this.#log.deadline, this.#checkpoints.deadline);
  }

  tick(now: number): StorageEvent[] {
    this.#now = now;
    if (this.#requests.stopped) return [];
    this.#log.tick(now);
    this.#checkpoints.sweep(now);
    return this.#takeNews();
  }

  #takeNews(): StorageEvent[] {
    const news = this.#news;
    if (news.length > 0) this.#news = [];
    return news;
  }

  /** The bytes of entries [first, last] as they stand in the log, notes left out. Not to be changed. */
  linesBetween(first: LogIndex, last: LogIndex): Uint8Array {
    return this.#log.mirror.lines(first, last);
  }

  /** Eight digits; those of 0 begin the chain. Throws if the entry is no longer in memory. */
  chainAt(index: LogIndex): string {
    return hex(this.#log.mirror.position(index).chain);
  }

  /** Entries of lines that came from another node; they keep `bytes`. Throws LinesMalformed. */
  decodeLines(previousChain: string, bytes: Uint8Array): StoredEntry[] {
    return decodeLines(previousChain, bytes);
  }

  /**
   * Starts to write the state at a marker that is in the log; `work` carries it on, `checkpoint-saved`
   * ends it. One at a time: another that is being written is given up. Closes the source when it is
   * through with it.
   */
  beginCheckpoint(marker: Marker, source: CheckpointSource): void {
    this.#checkpoints.begin(marker, this.#log.mirror.position(marker.index), source);
  }

  /** A slice of at most so many lines. True if there is more to do at once. */
  work(budgetLines: number): boolean {
    return this.#requests.stopped ? false : this.#checkpoints.work(budgetLines);
  }

  /** Lets go of entries up to `keepAfter`, files and memory, as far as a checkpoint stands for them. */
  releaseLog(keepAfter: LogIndex): void {
    this.#log.release(Math.min(keepAfter, this.#checkpoints.index));
  }

  /** Those with these indexes stay, though newer ones stand, until this is called again. */
  keepCheckpoints(indexes: readonly LogIndex[]): void {
    this.#checkpoints.keep(indexes);
  }

  /** Answered by `checkpoint-read`, with no data if this node no longer has that checkpoint. */
  readCheckpoint(index: LogIndex, offset: number, length: number, token: number): void {
    this.#checkpoints.read(index, offset, length, token, this.#now);
  }

  /**
   * Bytes of another node's checkpoint, in order; answered by `checkpoint-stored` (also where another
   * offset is wanted), `checkpoint-installed` after the last, or `checkpoint-rejected` and then
   * `checkpoint-stored` with offset 0. Installed, it replaces the whole log: the caller makes sure that
   * the log does not hold its index and term.
   */
  storeCheckpoint(meta: CheckpointMeta, offset: number, data: Uint8Array): void {
    const { committed } = this.#log;
    const news = this.#rules.isOlderCheckpoint(meta.index, committed)
      ? this.#intake.reject(meta, olderThan(committed))
      : this.#intake.store(meta, offset, data);
    this.#news.push(...news);
  }

  /** What a completion of the disk means. Hand each event to the core before the next completion. */
  complete({ id, result }: DiskCompletion, now: number): StorageEvent[] {
    this.#now = now;
    const purpose = this.#requests.settle(id);
    if (purpose === null || this.#requests.stopped) return [];
    const failure = this.#rules.failureOf(result);
    if (failure !== null) {
      this.#requests.stop();
      return [{ type: 'failed', code: failure.code, message: failure.message }];
    }
    const events = this.#done(purpose, result.ok ? result : { ok: true }, now);
    return this.#news.length > 0 ? [...this.#takeNews(), ...events] : events;
  }

  #done(purpose: Purpose, result: DiskResult & { ok: true }, now: number): StorageEvent[] {
    switch (purpose.for) {
      case 'step':
        return [];
      case 'vote':
        return [{ type: 'vote-durable', vote: purpose.vote }];
      case 'identity':
        return [{ type: 'identity-saved', identity: purpose.identity }];
      case 'log-write': {
        const last = this.#log.written(now);
        if (last === null) return [];
        const position = { index: logIndex(last.index), term: term(last.term) };
        return [{ type: 'log-durable', last: position }];
      }
      case 'checkpoint-write':
        this.#checkpoints.written(purpose.index);
        return [];
      case 'checkpoint-rename':
        return savedEvents(this.#checkpoints.renamed(purpose.index, now));
      case 'checkpoint-clean':
        return savedEvents(this.#checkpoints.cleaned());
      case 'intake-write':
        return this.#intake.written(purpose.index, purpose.offset);
      case 'intake-rename':
        return this.#installed(this.#intake.renamed(purpose.index), now);
      case 'read': {
        const { index, offset, token } = purpose;
        const data = result.data ?? NOTHING;
        return [{ type: 'checkpoint-read', index, offset, token, data }];
      }
    }
  }

  #installed(contents: CheckpointContents | null, now: number): StorageEvent[] {
    if (contents === null) return [];
    const { header, meta, stateLines } = contents;
    const { committed } = this.#log;
    if (this.#rules.isOlderCheckpoint(meta.index, committed)) {
      return this.#intake.reject(meta, olderThan(committed));
    }
    this.#log.reset(header.at);
    this.#checkpoints.adopt(meta);
    this.#checkpoints.sweep(now);
    return [{ type: 'checkpoint-installed', checkpoint: meta, stateLines }];
  }
}

const savedEvents = (checkpoint: CheckpointMeta | null): StorageEvent[] =>
  checkpoint === null ? [] : [{ type: 'checkpoint-saved', checkpoint }];

const NOTHING = new Uint8Array(0);

const olderThan = (committed: number): string =>
  `entries up to ${committed} are committed here, and it is not newer`;

function stateOf({ identity, log, checkpoint }: Recovered): StorageState {
  const files = checkpoint === null ? [] : [checkpoint.index];
  const { clusterId, storeId } = identity;
  return {
    owner: { clusterId, storeId },
    log,
    requests: { next: 1, waiting: [], stopped: false },
    checkpoints: { newest: checkpoint, files, writing: null, readAt: [], kept: [], saving: null },
    intake: null,
    news: [],
    now: 0,
  };
}
