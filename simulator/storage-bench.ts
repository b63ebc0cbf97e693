/**
 * One storage on one simulated disk, with nothing else in the world: for tests of what is on a disk after
 * whatever happened to it.
 */
import { logIndex, nodeId, term, type Entry, type EntryBody } from '#raft';
import {
  Storage,
  type Blank,
  type DiskCompletion,
  type Expectation,
  type Recovered,
  type Refusal,
  type StorageEvent,
  type StorageOptions,
} from '#storage';
import { SimulatedDisk } from './disk.js';
import { Random } from './random.js';

export const BENCH_EXPECTATION: Expectation = {
  clusterId: 'a1b2c3d4',
  nodeId: nodeId(1),
  name: 'ada',
};

interface Waiting {
  readonly at: number;
  readonly completion: DiskCompletion;
}

export class StorageBench {
  readonly random: Random;
  readonly disk: SimulatedDisk;
  /** Everything that the storage reported since its last start. */
  events: StorageEvent[] = [];
  recovered: Recovered | null = null;
  #storage: Storage | null = null;
  #waiting: Waiting[] = [];
  #now = 0;
  readonly #options: Partial<StorageOptions>;

  constructor(seed: number, options: Partial<StorageOptions> = {}) {
    this.random = new Random(seed);
    this.#options = options;
    this.disk = new SimulatedDisk(this.random.fork(), {
      now: () => this.#now,
      complete: (completion, delayMs) => {
        this.#waiting.push({ at: this.#now + delayMs, completion });
      },
    });
  }

  get now(): number {
    return this.#now;
  }

  get storage(): Storage {
    if (this.#storage === null) throw new Error('the bench is not started');
    return this.#storage;
  }

  /** What recovery says, without starting on it. */
  recover(): Recovered | Refusal | Blank {
    return this.disk.runStart(Storage.recover(BENCH_EXPECTATION, this.#options.rules));
  }

  /** Recovers, making the directory first if it is blank. Throws the refusal's message. */
  start(): Recovered {
    let found = this.recover();
    if ('code' in found && found.code === 'blank') {
      const identity = {
        ...BENCH_EXPECTATION,
        format: 1,
        storeId: '0011223344',
        askedToLead: false,
      };
      this.disk.runStart(Storage.initialise(identity, { term: term(0), votedFor: null }));
      found = this.recover();
    }
    if ('code' in found) throw new Error(found.message);
    this.recovered = found;
    this.events = [];
    this.#waiting = [];
    this.#storage = new Storage(this.disk, found, this.#options);
    return found;
  }

  /** Delivers the next completion; false if there is none. */
  deliver(): boolean {
    const next = this.#waiting.reduce<Waiting | null>(
      (first, one) => (first === null || one.at < first.at ? one : first),
      null,
    );
    if (next === null) return false;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    this.#now = Math.max(this.#now, next.at);
    this.events.push(...this.storage.complete(next.completion, this.#now));
    return true;
  }

  /** Delivers everything, lone notes included, and works on checkpoints, until nothing is left. */
  settle(): void {
    for (let more = true; more;) {
      more = this.storage.work(100);
      while (this.deliver()) more = true;
      const deadline = this.storage.deadline();
      if (deadline === Infinity) continue;
      this.wait(Math.max(0, deadline - this.#now));
      more = true;
    }
  }

  wait(ms: number): void {
    this.#now += ms;
    this.events.push(...this.storage.tick(this.#now));
  }

  crash(): void {
    this.disk.crash(this.random);
    this.#stop();
  }

  kill(): void {
    this.disk.kill();
    this.#stop();
  }

  #stop(): void {
    this.#storage = null;
    this.#waiting = [];
  }

  file(path: string): Uint8Array {
    const found = this.disk.files().find(([name]) => name === path);
    if (found === undefined) throw new Error(`there is no ${path}`);
    return found[1];
  }

  text(path: string): string {
    return new TextDecoder().decode(this.file(path));
  }
}

export const commandBody = (text: string): EntryBody => ({ kind: 'command', text });

/** Commands, from `first` on, of one term. */
export const commands = (first: number, count: number, entryTerm = 1): Entry[] =>
  Array.from({ length: count }, (_, at) => ({
    index: logIndex(first + at),
    term: term(entryTerm),
    body: commandBody(`"put":{"key":"k${first + at}","value":"v${entryTerm}.${first + at}"}`),
  }));
