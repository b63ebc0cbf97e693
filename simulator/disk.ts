/**
 * A disk in memory that loses what was not synced. Programs see a request's effect as soon as it is
 * submitted; each effect is also a record, which a later sync makes durable at the moment when it is
 * done. A crash keeps what is durable and an arbitrary part of the records that had begun.
 */
import type {
  Disk,
  DiskCompletion,
  DiskErrorCode,
  DiskLane,
  DiskOperation,
  DiskRequest,
  DiskResult,
  Steps,
} from '#storage';
import { DiskFile, type DiskChance, type FileState, type Moment } from './disk-file.js';
import { DiskNames, type NamesState } from './disk-names.js';

export interface DiskPort {
  /** Deliver the completion after so many milliseconds; called from within `submit`. */
  complete(completion: DiskCompletion, delayMs: number): void;
  /** The clock that delays count on, in milliseconds. */
  now(): number;
}

export interface DiskOptions {
  /** How long a request takes: uniform between these, in milliseconds. */
  readonly latencyMs?: { readonly min: number; readonly max: number };
}

type Failure = DiskResult & { readonly ok: false };

interface Lane {
  /** When the last request submitted will be done. */
  freeAt: number;
  /** Sticky: what follows a failure is answered with it, and not tried. */
  failure: Failure | null;
}

/** A sync on its way: which records it makes durable once it is done. */
type Sync = { readonly doneAt: number; readonly upTo: number } & (
  { readonly file: number } | { readonly directory: string }
);

interface Failing {
  readonly code: DiskErrorCode;
  readonly op: DiskOperation['op'] | null;
}

/** All of it, as plain data. */
export interface DiskSnapshot {
  readonly files: readonly (readonly [number, FileState])[];
  readonly names: NamesState;
  readonly lanes: readonly (readonly [DiskLane, Lane])[];
  readonly syncs: readonly Sync[];
  readonly nextFile: number;
  readonly nextRecord: number;
  readonly failing: Failing | null;
  readonly isFull: boolean;
  readonly stalledUntil: number;
  readonly slowness: number;
  readonly waiting: readonly DiskRequest[] | null;
  readonly isBroken: boolean;
}

/** Delays are added to the clock by whoever delivers, and may come out a little shorter. */
const ROUNDING_MS = 1e-6;
/** One operation of a slow disk takes no longer. */
const OPERATION_MS_MAX = 2_000;

export class SimulatedDisk implements Disk {
  readonly #random: DiskChance;
  readonly #port: DiskPort;
  readonly #latency: { readonly min: number; readonly max: number };
  #files = new Map<number, DiskFile>();
  #names = new DiskNames();
  #lanes = new Map<DiskLane, Lane>();
  #syncs: Sync[] = [];
  #nextFile = 1;
  #nextRecord = 1;
  #failing: Failing | null = null;
  #isFull = false;
  #stalledUntil = 0;
  /** Nothing is begun until it is mended; what was asked waits here. Null: it does not hang. */
  #waiting: DiskRequest[] | null = null;
  /** Every change fails until it is mended. */
  #isBroken = false;
  /** Requests take so many times as long. */
  slowness = 1;

  constructor(random: DiskChance, port: DiskPort, options: DiskOptions = {}) {
    this.#random = random;
    this.#port = port;
    this.#latency = options.latencyMs ?? { min: 0.2, max: 2 };
  }

  submit(request: DiskRequest): void {
    if (this.#waiting !== null) {
      this.#waiting.push(request);
      return;
    }
    const now = this.#port.now();
    this.#settle(now);
    let lane = this.#lanes.get(request.lane);
    if (lane === undefined) {
      lane = { freeAt: Math.max(now, this.#stalledUntil), failure: null };
      this.#lanes.set(request.lane, lane);
    }
    const { min, max } = this.#latency;
    const startAt = Math.max(now, lane.freeAt);
    const took = (min + (max - min) * this.#random.next()) * this.slowness;
    // What is under way is not done sooner when the disk is well again; a disk that hangs is `stall`.
    const doneAt = startAt + Math.min(took, OPERATION_MS_MAX);
    lane.freeAt = doneAt;
    const result = lane.failure ?? this.#attempt(request, startAt, doneAt);
    if (!result.ok) lane.failure = result;
    this.#port.complete({ id: request.id, result }, doneAt - now);
  }

  /** Drives recovery or initialisation to its end, at once. */
  runStart<Result>(steps: Steps<Result>): Result {
    const now = this.#port.now();
    this.#settle(Infinity);
    let step = steps.next();
    while (step.done !== true) {
      const result = this.#attempt(step.value, now, now);
      this.#settle(Infinity);
      step = steps.next(result);
    }
    return step.value;
  }

  /**
   * The power goes. What was done is kept, requests under way may have been done in part, those that
   * had to wait are void; of what was not synced an arbitrary part stays, in sectors of 512 bytes and in
   * single changes of names. The next process finds lanes that work again.
   */
  crash(random: DiskChance = this.#random): void {
    const now = this.#port.now();
    this.#settle(now);
    this.#undoWaiting(now);
    for (const sync of this.#syncs) {
      // A sync under way may be through. What had to wait for it is undone already.
      if (random.next() < 0.5) break;
      this.#makeDurable(sync);
    }
    this.#syncs = [];
    this.#names.crash(random);
    const named = this.#names.files();
    for (const [number, file] of this.#files) {
      if (named.has(number)) file.crash(random);
      else this.#files.delete(number);
    }
  }

  /** The process dies and the machine lives: what had begun stays, what had to wait is void. */
  kill(): void {
    const now = this.#port.now();
    this.#settle(now);
    this.#undoWaiting(now);
    this.#syncs = [];
  }

  /** The next write or sync (or the next `op`) fails, and so does all that follows on its lane. */
  failNext(code: DiskErrorCode = 'failed', op: DiskOperation['op'] | null = null): void {
    this.#failing = { code, op };
  }

  /** Nothing is done for so long, ms. */
  stall(ms: number): void {
    const until = this.#port.now() + ms;
    for (const lane of this.#lanes.values()) lane.freeAt = Math.max(lane.freeAt, until);
    this.#stalledUntil = until;
  }

  /** Nothing more is begun until it is mended; then all that was asked meanwhile, in its order. */
  hang(): void {
    this.#waiting ??= [];
  }

  /** Every write and sync fails until it is mended. */
  break(): void {
    this.#isBroken = true;
  }

  /** Whatever ails it is over. */
  mend(): void {
    this.slowness = 1;
    this.#isFull = false;
    this.#isBroken = false;
    this.#failing = null;
    this.#stalledUntil = 0;
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const request of waiting) this.submit(request);
  }

  /** Another disk, with nothing on it. */
  wipe(): void {
    this.#files = new Map();
    this.#names = new DiskNames();
    this.#lanes = new Map();
    this.#syncs = [];
  }

  /** Other bytes stand in a file, on the disk itself. */
  spoil(path: string, at: number, data: Uint8Array): void {
    this.#files.get(this.#names.find(path))?.spoil(at, data);
  }

  /** While it is full, whatever would make a file longer fails. */
  set full(isFull: boolean) {
    this.#isFull = isFull;
  }

  get full(): boolean {
    return this.#isFull;
  }

  /** What programs see: names and contents, sorted by name. */
  files(): [string, Uint8Array][] {
    return this.#names
      .all()
      .map(([path, file]): [string, Uint8Array] => [path, this.#bytes(file).slice()]);
  }

  /** What is left of these files if the power goes now, at the least; sorted by name. Not to be changed. */
  durable(beginning: string): Uint8Array[] {
    this.#settle(this.#port.now());
    return this.#names
      .durable(beginning)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([, file]) => this.#files.get(file)?.durable ?? []);
  }

  /** Puts a durable file there, as an operator or a broken disk would; null removes it. */
  plant(path: string, contents: Uint8Array | null): void {
    if (contents === null) {
      this.#names.plant(path, null);
      return;
    }
    const number = this.#nextFile++;
    this.#files.set(number, new DiskFile({ durable: contents.slice(), records: [] }));
    this.#names.plant(path, number);
  }

  snapshot(): DiskSnapshot {
    return {
      files: [...this.#files].map(([number, file]) => [number, file.dump()] as const),
      names: this.#names.dump(),
      lanes: [...this.#lanes].map(([name, lane]) => [name, { ...lane }] as const),
      syncs: [...this.#syncs],
      nextFile: this.#nextFile,
      nextRecord: this.#nextRecord,
      failing: this.#failing,
      isFull: this.#isFull,
      stalledUntil: this.#stalledUntil,
      slowness: this.slowness,
      waiting: this.#waiting === null ? null : [...this.#waiting],
      isBroken: this.#isBroken,
    };
  }

  restore(from: DiskSnapshot): void {
    this.#files = new Map(from.files.map(([number, file]) => [number, new DiskFile(file)]));
    this.#names = new DiskNames(from.names);
    this.#lanes = new Map(from.lanes.map(([name, lane]) => [name, { ...lane }]));
    this.#syncs = [...from.syncs];
    this.#nextFile = from.nextFile;
    this.#nextRecord = from.nextRecord;
    this.#failing = from.failing;
    this.#isFull = from.isFull;
    this.#stalledUntil = from.stalledUntil;
    this.slowness = from.slowness;
    this.#waiting = from.waiting === null ? null : [...from.waiting];
    this.#isBroken = from.isBroken;
  }

  /** Syncs that are done by now take effect, in the order of their submission. */
  #settle(now: number): void {
    if (this.#syncs.length === 0) return;
    const waiting: Sync[] = [];
    for (const sync of this.#syncs) {
      if (sync.doneAt <= now + ROUNDING_MS) this.#makeDurable(sync);
      else waiting.push(sync);
    }
    this.#syncs = waiting;
  }

  #makeDurable(sync: Sync): void {
    if ('file' in sync) this.#files.get(sync.file)?.sync(sync.upTo);
    else this.#names.sync(sync.directory, sync.upTo);
  }

  /** Requests that had not begun never happened. */
  #undoWaiting(now: number): void {
    if (this.#waiting !== null) this.#waiting = [];
    this.#lanes.clear();
    this.#names.undo(now);
    for (const file of this.#files.values()) file.undo(now);
  }

  #attempt(operation: DiskOperation, startAt: number, doneAt: number): DiskResult {
    const failing = this.#failing;
    if (this.#isBroken && changes(operation)) return failed('failed', operation);
    const isHit = failing?.op === null ? changes(operation) : failing?.op === operation.op;
    if (failing !== null && isHit) {
      this.#failing = null;
      return failed(failing.code, operation);
    }
    if (this.#isFull && 'data' in operation && operation.data.length > 0) {
      return failed('full', operation);
    }
    return this.#perform(operation, startAt, doneAt);
  }

  #perform(operation: DiskOperation, startAt: number, doneAt: number): DiskResult {
    const at: Moment = { number: this.#nextRecord++, startAt };
    switch (operation.op) {
      case 'write-file': {
        const file = this.#create(operation.path, at);
        file.truncate(0, at);
        file.write(operation.data, at);
        return DONE;
      }
      case 'append':
      case 'append-sync': {
        const file = this.#create(operation.path, at);
        if (file.size !== operation.size) return misplaced(operation.path, file.size);
        file.write(operation.data, at);
        return operation.op === 'append' ? DONE : this.#sync(operation.path, at, doneAt);
      }
      case 'sync':
        return this.#sync(operation.path, at, doneAt);
      case 'truncate': {
        const file = this.#files.get(this.#names.find(operation.path));
        if (file === undefined) return missing(operation.path);
        file.truncate(operation.size, at);
        return DONE;
      }
      case 'sync-directory':
        this.#syncs.push({ directory: operation.path, upTo: at.number, doneAt });
        return DONE;
      case 'rename':
        if (this.#names.find(operation.from) === 0) return missing(operation.from);
        this.#names.rename(operation.from, operation.to, at);
        return DONE;
      case 'remove':
        this.#names.remove(operation.path, at);
        return DONE;
      case 'make-directory':
        return DONE;
      case 'list':
        return { ok: true, names: this.#names.list(operation.path) };
      case 'read': {
        const file = this.#names.find(operation.path);
        const { offset, length } = operation;
        if (file === 0) return { ok: true, data: null };
        return { ok: true, data: this.#bytes(file).slice(offset, offset + length) };
      }
    }
  }

  #bytes(file: number): Uint8Array {
    return this.#files.get(file)?.contents() ?? new Uint8Array(0);
  }

  #create(path: string, at: Moment): DiskFile {
    const known = this.#files.get(this.#names.find(path));
    if (known !== undefined) return known;
    const number = this.#nextFile++;
    const file = new DiskFile();
    this.#files.set(number, file);
    this.#names.link(path, number, at);
    return file;
  }

  #sync(path: string, { number }: Moment, doneAt: number): DiskResult {
    const file = this.#names.find(path);
    if (file === 0) return missing(path);
    this.#syncs.push({ file, upTo: number, doneAt });
    return DONE;
  }
}

const DONE: DiskResult = Object.freeze({ ok: true });

const changes = ({ op }: DiskOperation): boolean => op !== 'read' && op !== 'list';

const missing = (path: string): DiskResult => ({
  ok: false,
  code: 'failed',
  message: `there is no ${path}`,
});

const misplaced = (path: string, size: number): DiskResult => ({
  ok: false,
  code: 'failed',
  message: `${path} has ${size} bytes, and another size was expected`,
});

function failed(code: DiskErrorCode, operation: DiskOperation): Failure {
  const why = code === 'full' ? 'no space is left' : 'input/output error';
  const what = 'path' in operation ? operation.path : operation.from;
  return { ok: false, code, message: `${operation.op} of ${what}: ${why}` };
}
