/** Uses a storage as a node does, one action at a time, and keeps what it may rely on. */
import { logIndex, nodeId, term, type CheckpointMeta, type Entry, type Vote } from '#raft';
import type { Random } from '../../simulator/random.js';
import { encodeEntries, type Identity, type Storage, type StorageEvent } from '#storage';
import { checkpointFooter, checkpointHeader } from '../../storage/checkpoint-file.js';
import { crc32c, fromHex } from '../../storage/crc32c.js';
import { concatenate } from '../../storage/mirror.js';
import type { Promises } from './promises.js';
import type { Outcome } from './recoveries.js';

export type Action =
  | 'append'
  | 'batch'
  | 'marker'
  | 'truncate'
  | 'commit'
  | 'checkpoint'
  | 'release'
  | 'vote'
  | 'ask'
  | 'intake'
  | 'wait';

const MEMBERSHIP = { voters: [nodeId(1), nodeId(2)], learners: [] };

interface Receiving {
  readonly meta: CheckpointMeta;
  readonly file: Uint8Array;
  readonly state: string;
  sent: number;
  /** Entries of the same history up to the checkpoint, or none if it replaces what is here. */
  readonly isAhead: boolean;
}

export class StorageUser {
  readonly #storage: Storage;
  readonly #random: Random;
  readonly #promises: Promises;
  readonly #identity: Identity;
  #log: Entry[];
  #base: number;
  #term: number;
  #committed: number;
  #checkpoint: number;
  #vote: Vote;
  #receiving: Receiving | null = null;
  #now = 0;

  constructor(
    storage: Storage,
    random: Random,
    promises: Promises,
    from: { readonly identity: Identity; readonly entries: readonly Entry[]; readonly vote: Vote },
    outcome: Outcome,
  ) {
    this.#storage = storage;
    this.#random = random;
    this.#promises = promises;
    this.#identity = from.identity;
    this.#log = [...from.entries];
    this.#base = outcome.base;
    this.#term = Math.max(from.vote.term, from.entries.at(-1)?.term ?? outcome.baseTerm) + 1;
    this.#committed = outcome.committed;
    this.#checkpoint = outcome.checkpoint;
    this.#vote = from.vote;
  }

  get now(): number {
    return this.#now;
  }

  get #last(): number {
    return this.#base + this.#log.length;
  }

  act(action: Action): void {
    switch (action) {
      case 'append':
        this.#append(this.#commands(this.#random.integer(1, 4)));
        return;
      case 'batch':
        this.#storage.cork();
        this.#append(this.#commands(this.#random.integer(1, 3)));
        this.#append([this.#entry(this.#last + 1, { kind: 'checkpoint' })]);
        this.#append(this.#commands(this.#random.integer(1, 3)));
        this.#storage.uncork();
        return;
      case 'marker':
        this.#append([this.#entry(this.#last + 1, { kind: 'checkpoint' })]);
        return;
      case 'truncate':
        this.#truncate();
        return;
      case 'commit':
        this.#commit();
        return;
      case 'checkpoint':
        this.#beginCheckpoint();
        return;
      case 'release':
        this.#storage.releaseLog(logIndex(this.#checkpoint));
        return;
      case 'vote':
        this.#vote = {
          term: term(this.#vote.term + 1),
          votedFor: nodeId(this.#random.integer(1, 3)),
        };
        this.#promises.voteSaved(this.#vote);
        this.#storage.saveVote(this.#vote);
        return;
      case 'ask':
        this.#promises.asked('submitted');
        this.#storage.saveIdentity({ ...this.#identity, askedToLead: true });
        return;
      case 'intake':
        this.#receive();
        return;
      case 'wait':
        this.#now += 25;
        this.hear(this.#storage.tick(this.#now));
        while (this.#storage.work(2));
    }
  }

  #entry(index: number, body: Entry['body']): Entry {
    return { index: logIndex(index), term: term(this.#term), body };
  }

  #commands(count: number): Entry[] {
    return Array.from({ length: count }, (_, at) => {
      const index = this.#last + 1 + at;
      const value = 'é1a"'.charAt(index % 3).repeat(this.#random.integer(0, 60));
      const text = `"put":{"key":"k${index}","value":"${this.#term}.${value}"}`;
      return this.#entry(index, { kind: 'command', text });
    });
  }

  #append(entries: readonly Entry[]): void {
    const receiving = this.#receiving;
    // The log must not reach what is being received: another node's entry stands there.
    const limit = receiving === null ? Infinity : receiving.meta.index - 1;
    if (this.#last + entries.length > limit) return;
    this.#log.push(...entries);
    this.#promises.appended(entries);
    this.#storage.append(entries);
  }

  #truncate(): void {
    const lowest = Math.max(this.#committed, this.#base) + 1;
    if (lowest > this.#last || this.#receiving !== null) return;
    const from = this.#random.integer(Math.max(lowest, this.#last - 8), this.#last);
    this.#log.length = from - 1 - this.#base;
    this.#term++;
    this.#promises.truncated(from);
    this.#storage.truncate(logIndex(from));
  }

  #commit(): void {
    const below = this.#receiving === null ? Infinity : this.#receiving.meta.index - 1;
    const most = Math.min(this.#last, below);
    if (most <= this.#committed) return;
    // A follower may hear that something is committed before its own disk has it.
    this.#committed = this.#random.integer(this.#committed + 1, most);
    this.#promises.committed(this.#committed);
    this.#storage.noteCommit(logIndex(this.#committed));
  }

  #beginCheckpoint(): void {
    const marker = this.#log.findLast(
      ({ index, body }) => body.kind === 'checkpoint' && index <= this.#committed,
    );
    if (marker === undefined || marker.index <= this.#checkpoint) return;
    const { index } = marker;
    const lines = Array.from(
      { length: 1 + (index % 5) },
      (_, at) => `{"of":${index},"line":${at}}`,
    );
    let at = 0;
    this.#promises.checkpointBegun(index, lines.join('\n'));
    this.#storage.beginCheckpoint(
      { index, term: marker.term, membership: MEMBERSHIP },
      {
        next: (max) => (at >= lines.length ? null : lines.slice(at, (at += max))),
        close: () => undefined,
      },
    );
    while (this.#storage.work(2));
  }

  /** Begins to receive another node's checkpoint, or hands in its next part. */
  #receive(): void {
    this.#receiving ??= this.#offered();
    const receiving = this.#receiving;
    const { meta, file, sent } = receiving;
    if (sent === meta.size) return;
    const end = Math.min(meta.size, sent + Math.ceil(meta.size / 2));
    receiving.sent = end;
    if (end === meta.size) this.#promises.checkpointReceived(meta.index, receiving.state);
    this.#storage.storeCheckpoint(meta, sent, file.subarray(sent, end));
  }

  /** Of an index that the log does not reach, in its own history; or in another, replacing its end. */
  #offered(): Receiving {
    const isAhead = this.#last === this.#committed || this.#random.chance(0.5);
    const index = isAhead
      ? this.#last + this.#random.integer(1, 3)
      : this.#random.integer(this.#committed + 1, this.#last);
    this.#term++;
    const state = `{"received":${index}}\n{"term":${this.#term}}`;
    const chain = isAhead ? this.#chainAhead(index) : 0x12345678;
    const header = checkpointHeader({
      clusterId: this.#identity.clusterId,
      at: { index, term: this.#term, chain },
      membership: MEMBERSHIP,
    });
    const body = concatenate([header, new TextEncoder().encode(`${state}\n`)]);
    const file = concatenate([body, checkpointFooter(2, crc32c(body))]);
    const meta = { index: logIndex(index), term: term(this.#term), membership: MEMBERSHIP };
    return { meta: { ...meta, size: file.length }, file, state, sent: 0, isAhead };
  }

  #chainAhead(index: number): number {
    const chain = this.#storage.chainAt(logIndex(this.#last));
    const missing = Array.from({ length: index - this.#last }, (_, at) =>
      this.#entry(this.#last + 1 + at, { kind: 'empty' }),
    );
    const { bytes } = encodeEntries(chain, missing);
    return fromHex(new TextDecoder().decode(bytes.subarray(-11, -3)));
  }

  hear(events: readonly StorageEvent[]): void {
    for (const event of events) this.#take(event);
  }

  #take(event: StorageEvent): void {
    switch (event.type) {
      case 'log-durable':
        this.#promises.logDurable(event.last.index);
        return;
      case 'vote-durable':
        this.#promises.voteDurable(event.vote);
        return;
      case 'identity-saved':
        this.#promises.asked('durable');
        return;
      case 'checkpoint-saved':
        this.#checkpoint = event.checkpoint.index;
        this.#promises.checkpointSaved(event.checkpoint.index);
        return;
      case 'checkpoint-installed':
        this.#installed(event.checkpoint);
        return;
      case 'checkpoint-rejected':
        this.#receiving = null;
        this.#promises.checkpointRejected();
        return;
      case 'checkpoint-stored':
      case 'checkpoint-read':
        return;
      case 'failed':
        throw new Error(`the storage failed: ${event.message}`);
    }
  }

  #installed({ index }: CheckpointMeta): void {
    this.#receiving = null;
    this.#log = [];
    this.#base = index;
    this.#committed = Math.max(this.#committed, index);
    this.#checkpoint = index;
    this.#promises.checkpointInstalled(index);
  }
}
