/**
 * One history of a storage, from a blank directory on: at each step of each of its file operations, every
 * state that a cut may leave is recovered from, and compared with what was promised by then.
 */
import { nodeId, term } from '#raft';
import { Random } from '../../simulator/random.js';
import { RULES, Storage, type DiskLane, type StorageRules } from '#storage';
import { CrashStates, type Bounds, type CrashState } from './crash-states.js';
import { Promises } from './promises.js';
import { RecordingDisk } from './recording-disk.js';
import { describe, PromiseBroken, Recoveries } from './recoveries.js';
import { StorageUser, type Action } from './storage-user.js';
import { Volume } from './volume.js';

/** Besides the user's actions: requests go on, and the process or the machine ends and starts again. */
export type Step = Action | 'steps' | 'settle' | 'kill' | 'cut';

export interface CrashRunOptions {
  readonly seed: number;
  readonly script: readonly Step[];
  readonly bounds?: Bounds;
  readonly rules?: StorageRules;
  /** After so many points, a start on what a killed process leaves is followed through as well. */
  readonly killEvery?: number;
}

export interface CrashTally {
  /** Steps of file operations at which the power may have gone. */
  points: number;
  /** Different states that were recovered from. */
  states: number;
  /** Starts that changed something, cut at each of their steps as well. */
  recoveriesCut: number;
  /** Starts on what a killed process left, cut at each of their steps. */
  kills: number;
  /** Sets of names of which not every combination of contents was made. */
  capped: number;
  /** File operations by kind. */
  readonly operations: Map<string, number>;
}

export const BOUNDS: Bounds = Object.freeze({ contentsMax: 1024, combinationsMax: 8192 });

const EXPECT = { clusterId: 'a1b2c3d4', nodeId: nodeId(1), name: 'ada' };
const IDENTITY = { ...EXPECT, format: 1, storeId: '00112233', askedToLead: false };
const BLANK_VOTE = { term: term(0), votedFor: null };
/** Small, so that a few entries fill several; or large enough for notes far behind an entry. */
const SEGMENT_BYTES = [700, 1600, 6000];

export function crashRun(options: CrashRunOptions): CrashTally {
  const run = new CrashRun(options);
  run.start();
  for (const step of options.script) run.act(step);
  run.act('settle');
  return run.tally();
}

class CrashRun {
  readonly #random: Random;
  readonly #rules: StorageRules;
  readonly #states: CrashStates;
  readonly #recoveries: Recoveries;
  readonly #promises = new Promises();
  readonly #operations = new Map<string, number>();
  readonly #killEvery: number;
  readonly #segmentBytes: number;
  #disk: RecordingDisk;
  #storage: Storage | null = null;
  #user: StorageUser | null = null;
  #points = 0;
  #kills = 0;
  /** What was checked last: the same volume under the same promises needs no second look. */
  #checkedVersion = -1;

  constructor({ seed, rules = RULES, bounds = BOUNDS, killEvery = 8 }: CrashRunOptions) {
    this.#random = new Random(seed);
    this.#segmentBytes = this.#random.pick(SEGMENT_BYTES);
    this.#rules = rules;
    this.#killEvery = killEvery;
    this.#states = new CrashStates(bounds);
    this.#recoveries = new Recoveries(EXPECT, rules, this.#states);
    this.#disk = new RecordingDisk(new Volume(), this.#operations);
  }

  tally(): CrashTally {
    return {
      points: this.#points,
      states: this.#recoveries.count,
      recoveriesCut: this.#recoveries.cut,
      kills: this.#kills,
      capped: this.#states.capped,
      operations: this.#operations,
    };
  }

  start(): void {
    this.#disk.runStart(Storage.initialise(IDENTITY, BLANK_VOTE), () => {
      this.#look(true);
    });
    this.#promises.initialised(BLANK_VOTE);
    this.#look(true);
    this.#resume();
  }

  act(step: Step): void {
    const user = this.#user;
    if (user === null) throw new Error('the run is not started');
    switch (step) {
      case 'steps':
        this.#go(this.#random.integer(1, 8));
        return;
      case 'settle':
        for (let round = 0; round < 3; round++) {
          this.#go(Infinity);
          user.act('wait');
        }
        this.#go(Infinity);
        return;
      case 'kill':
        this.#disk = new RecordingDisk(this.#disk.volume, this.#operations);
        this.#resume();
        return;
      case 'cut':
        this.#disk = new RecordingDisk(this.#cut(), this.#operations);
        this.#resume();
        return;
      default:
        user.act(step);
    }
  }

  /** Steps of requests, in an arbitrary order of the lanes. */
  #go(count: number): void {
    for (let done = 0; done < count; done++) {
      const busy = this.#disk.busy();
      if (busy.length === 0) return;
      this.#step(this.#random.pick(busy));
    }
  }

  #step(lane: DiskLane): void {
    const completion = this.#disk.step(lane);
    if (completion === null) {
      this.#look(true);
      return;
    }
    this.#user?.hear(this.#storage?.complete(completion, this.#user.now) ?? []);
    this.#look(false);
  }

  /** All states of this moment. A request that ended leaves fewer of them, under more promises. */
  #look(mayHaveMore: boolean): void {
    this.#points++;
    if (!mayHaveMore && this.#promises.version === this.#checkedVersion) return;
    this.#checkedVersion = this.#promises.version;
    for (const state of this.#states.of(this.#disk.volume)) this.#check(state);
    if (this.#points % this.#killEvery === 0) this.#checkKill();
  }

  #check(state: CrashState): void {
    const outcome = this.#recoveries.of(state);
    const fault = outcome === null ? null : this.#promises.broken(outcome);
    if (fault !== null) throw new PromiseBroken(fault, state);
  }

  /** Killed, started again, and cut while it starts, or right behind. */
  #checkKill(): void {
    this.#kills++;
    const { outcome, met } = this.#recoveries.run(this.#disk.volume.copy());
    const fault = this.#promises.broken(outcome);
    if (fault !== null) throw new PromiseBroken(`after a kill, ${fault}`, null);
    for (const [one, state] of met) {
      const other = this.#promises.broken(one);
      if (other !== null) throw new PromiseBroken(`after a kill and a cut, ${other}`, state);
    }
  }

  /** One of the states of this moment becomes what the next process finds. */
  #cut(): Volume {
    const states = [...this.#states.of(this.#disk.volume)];
    return Volume.holding(this.#random.pick(states).files());
  }

  #resume(): void {
    const { volume } = this.#disk;
    const { outcome } = this.#recoveries.run(volume.copy());
    const fault = this.#promises.broken(outcome);
    if (fault !== null) throw new PromiseBroken(fault, null);
    const found = this.#disk.runStart(Storage.recover(EXPECT, this.#rules), () => {
      this.#look(true);
    });
    if ('code' in found) throw new Error(`the start failed: ${describe(outcome)}`);
    this.#promises.resumed(outcome);
    this.#storage = new Storage(this.#disk, found, {
      rules: this.#rules,
      segmentBytes: this.#segmentBytes,
    });
    this.#user = new StorageUser(this.#storage, this.#random, this.#promises, found, outcome);
  }
}
