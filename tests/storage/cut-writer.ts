/**
 * A process that uses the production storage on the production disk until it is killed, and tells what
 * it asks for and what it was promised: cut-writer DIRECTORY SEED [PLANTED].
 */
import { writeSync } from 'node:fs';
import process from 'node:process';
import { logIndex, nodeId } from '#raft';
import {
  RULES,
  Storage,
  type DiskCompletion,
  type Recovered,
  type StorageEvent,
  type StorageRules,
} from '#storage';
import { makeDataDirectory } from '../../node/process/data-directory.js';
import { FileDisk } from '../../node/process/disk.js';
import { Random } from '../../simulator/random.js';
import { entryOf, MARKER_EVERY, PLANTED, stateOf, voteOf, type CutReport } from './cut-report.js';

const EXPECT = { clusterId: 'a1b2c3d4', nodeId: nodeId(1), name: 'ada' };
const IDENTITY = { ...EXPECT, format: 1, storeId: '5566', askedToLead: false };
const MEMBERSHIP = { voters: [nodeId(1)], learners: [] };
/** In bytes: a second of writing fills several. */
const SEGMENT_BYTES = 96 * 1024;
/** Entries on their way to the disk. */
const UNDER_WAY_MAX = 60;

const tell = (report: CutReport): void => {
  writeSync(1, `${JSON.stringify(report)}\n`);
};

class Writer {
  readonly #random: Random;
  readonly #rules: StorageRules;
  readonly #disk: FileDisk;
  #storage: Storage | null = null;
  #last = 0;
  #durable = 0;
  #committed = 0;
  #checkpoint = 0;
  #saving = 0;
  #term = 0;
  #vote = 0;
  #terms: number[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(directory: string, seed: number, rules: StorageRules) {
    this.#random = new Random(seed);
    this.#rules = rules;
    this.#disk = new FileDisk(directory, (completions) => {
      this.#completed(completions);
    });
  }

  async start(): Promise<void> {
    let found = await this.#disk.runStart(Storage.recover(EXPECT));
    if ('code' in found && found.code === 'blank') {
      await this.#disk.runStart(Storage.initialise(IDENTITY, voteOf(0)));
      found = await this.#disk.runStart(Storage.recover(EXPECT));
    }
    if ('code' in found) {
      tell({ type: 'refused', message: found.message });
      process.exit(1);
    }
    this.#resume(found);
    tell(recoveredReport(found));
    this.#storage = new Storage(this.#disk, found, {
      segmentBytes: SEGMENT_BYTES,
      rules: this.#rules,
    });
    this.#turn();
  }

  #resume({ base, entries, commitIndex, checkpoint, vote }: Recovered): void {
    this.#last = entries.at(-1)?.index ?? base.index;
    this.#durable = this.#last;
    this.#committed = commitIndex;
    this.#checkpoint = checkpoint?.index ?? 0;
    this.#vote = vote.term;
    this.#terms = Array<number>(base.index).fill(base.term);
    for (const entry of entries) this.#terms.push(entry.term);
    this.#term = Math.max(this.#terms.at(-1) ?? 0, base.term) + 1;
  }

  #completed(completions: readonly DiskCompletion[]): void {
    for (const completion of completions) {
      const events = this.#storage?.complete(completion, performance.now()) ?? [];
      for (const event of events) this.#hear(event);
    }
    this.#turn();
  }

  #hear(event: StorageEvent): void {
    switch (event.type) {
      case 'log-durable':
        this.#durable = event.last.index;
        tell({ type: 'log-durable', last: event.last.index });
        return;
      case 'vote-durable':
        tell({ type: 'vote-durable', term: event.vote.term });
        return;
      case 'checkpoint-saved':
        this.#checkpoint = event.checkpoint.index;
        tell({ type: 'checkpoint-saved', index: event.checkpoint.index });
        this.#storage?.releaseLog(event.checkpoint.index);
        return;
      case 'failed':
        throw new Error(event.message);
      default:
    }
  }

  #turn(): void {
    const storage = this.#storage;
    if (storage === null) return;
    for (let actions = this.#random.integer(1, 3); actions > 0; actions--) this.#act(storage);
    storage.work(50);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const event of storage.tick(performance.now())) this.#hear(event);
      this.#turn();
    }, 5);
  }

  #act(storage: Storage): void {
    const chance = this.#random.next();
    if (chance < 0.7) this.#append(storage);
    else if (chance < 0.76) this.#truncate(storage);
    else if (chance < 0.84) {
      this.#vote++;
      tell({ type: 'vote', term: this.#vote });
      storage.saveVote(voteOf(this.#vote));
    } else if (this.#durable > this.#committed) {
      this.#committed = this.#random.integer(this.#committed + 1, this.#durable);
      storage.noteCommit(logIndex(this.#committed));
      this.#beginCheckpoint(storage);
    }
  }

  #append(storage: Storage): void {
    const count = this.#random.integer(1, 9);
    if (this.#last - this.#durable + count > UNDER_WAY_MAX) return;
    const first = this.#last + 1;
    this.#last += count;
    tell({ type: 'append', first, last: this.#last, term: this.#term });
    for (let index = first; index <= this.#last; index++) this.#terms.push(this.#term);
    storage.append(Array.from({ length: count }, (_, at) => entryOf(first + at, this.#term)));
  }

  #truncate(storage: Storage): void {
    const lowest = Math.max(this.#committed + 1, this.#last - 30);
    if (lowest > this.#last) return;
    const from = this.#random.integer(lowest, this.#last);
    tell({ type: 'truncate', from });
    this.#term++;
    this.#last = from - 1;
    this.#terms.length = this.#last;
    this.#durable = Math.min(this.#durable, this.#last);
    storage.truncate(logIndex(from));
  }

  #beginCheckpoint(storage: Storage): void {
    const index = this.#committed - (this.#committed % MARKER_EVERY);
    if (index <= Math.max(this.#checkpoint, this.#saving)) return;
    this.#saving = index;
    const lines = stateOf(index);
    let at = 0;
    const { term } = entryOf(index, this.#terms[index - 1] ?? 0);
    storage.beginCheckpoint(
      { index: logIndex(index), term, membership: MEMBERSHIP },
      {
        next: (max) => (at >= lines.length ? null : lines.slice(at, (at += max))),
        close: () => undefined,
      },
    );
  }
}

function recoveredReport(found: Recovered): CutReport {
  const { base, entries, vote, checkpoint, remarks } = found;
  const terms: [number, number][] = [];
  for (const { term } of entries) {
    const run = terms.at(-1);
    if (run?.[0] === term) run[1]++;
    else terms.push([term, 1]);
  }
  return {
    type: 'recovered',
    base: base.index,
    terms,
    vote: vote.term,
    checkpoint: checkpoint?.index ?? 0,
    fault: faultOf(found),
    remarks: remarks.length,
  };
}

/** Everything that is there has to be as it was once written. */
function faultOf({ base, entries, vote, checkpoint, stateLines }: Recovered): string | null {
  for (const [at, entry] of entries.entries()) {
    const expected = entryOf(base.index + 1 + at, entry.term);
    if (JSON.stringify(entry) !== JSON.stringify(expected)) {
      return `entry ${base.index + 1 + at} of term ${entry.term} is not what was written`;
    }
  }
  if (JSON.stringify(vote) !== JSON.stringify(voteOf(vote.term))) return 'the vote was never given';
  const state = checkpoint === null ? [] : stateOf(checkpoint.index);
  return stateLines.join() === state.join() ? null : 'the checkpoint is not what was written';
}

const [directory, seed, broken = ''] = process.argv.slice(2);
if (directory === undefined || seed === undefined) throw new Error('cut-writer DIRECTORY SEED');
await makeDataDirectory(directory);
const planted = PLANTED.find((name) => name === broken);
const rules = planted === undefined ? RULES : { ...RULES, [planted]: () => false };
await new Writer(directory, Number(seed), rules).start();
