/**
 * The real disk with a failpoint before and after each operation. It hands the disk one request of a lane at
 * a time, so that before an operation all that came before it is done, and nothing that comes after it.
 */
import type { NodeDisk } from '#node';
import type {
  DiskCompletion,
  DiskLane,
  DiskOperation,
  DiskRequest,
  DiskResult,
  Steps,
} from '#storage';
import { FileDisk } from '../../../node/process/disk.js';
import type { StepName } from '../catalogue.js';
import { diskStep, startStep } from './disk-steps.js';
import type { Trigger } from './trigger.js';

interface Lane {
  readonly queue: DiskRequest[];
  isWorking: boolean;
  /** Ends when the queue is empty. */
  working: Promise<void>;
  before: StepName | null;
}

export class FailpointDisk implements NodeDisk {
  readonly #trigger: Trigger;
  readonly #inner: FileDisk;
  readonly #deliver: (completions: DiskCompletion[]) => void;
  readonly #lanes = new Map<DiskLane, Lane>();
  readonly #waiting = new Map<number, (result: DiskResult) => void>();
  /** Of requests to the inner disk: one of ours may be several of its. */
  #lastId = 0;

  constructor(trigger: Trigger, root: string, deliver: (completions: DiskCompletion[]) => void) {
    this.#trigger = trigger;
    this.#deliver = deliver;
    this.#inner = new FileDisk(root, (completions) => {
      for (const { id, result } of completions) this.#settle(id, result);
    });
  }

  submit(request: DiskRequest): void {
    let lane = this.#lanes.get(request.lane);
    if (lane === undefined) {
      lane = { queue: [], isWorking: false, working: Promise.resolve(), before: null };
      this.#lanes.set(request.lane, lane);
    }
    lane.queue.push(request);
    if (!lane.isWorking) lane.working = this.#work(lane);
  }

  onSync(listener: (seconds: number) => void): void {
    this.#inner.onSync(listener);
  }

  async runStart<Result>(steps: Steps<Result>): Promise<Result> {
    let next = steps.next();
    while (next.done !== true) {
      const operation = next.value;
      const step = startStep(operation);
      if (step !== null) await this.#trigger.hold(step, 'before');
      const result = await this.#inner.runStart(alone(operation));
      if (step !== null) await this.#trigger.hold(step, 'after');
      next = steps.next(result);
    }
    return next.value;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(({ working }) => working));
    await this.#inner.close();
  }

  async #work(lane: Lane): Promise<void> {
    lane.isWorking = true;
    for (let next = lane.queue.shift(); next !== undefined; next = lane.queue.shift()) {
      const result = await this.#perform(next, lane);
      this.#deliver([{ id: next.id, result }]);
    }
    lane.isWorking = false;
  }

  async #perform(request: DiskRequest, lane: Lane): Promise<DiskResult> {
    const step = diskStep(request, lane.before);
    if (step === null) return this.#ask(request);
    lane.before = step;
    if (step === 'log-write') return this.#writeLog(request);
    await this.#trigger.hold(step, 'before');
    const result = await this.#ask(request);
    await this.#trigger.hold(step, 'after');
    return result;
  }

  /** A write that syncs itself is parted only where the failpoint stands inside it. */
  async #writeLog(request: DiskRequest): Promise<DiskResult> {
    await this.#trigger.hold('log-write', 'before');
    if (request.op === 'append-sync' && this.#trigger.isAbout('log-write')) {
      const { lane, path, size, data } = request;
      const half = amidLine(data);
      await this.#ask({ lane, op: 'append', path, size, data: data.subarray(0, half) });
      await this.#trigger.hold('log-write', 'half');
      const rest = data.subarray(half);
      await this.#ask({ lane, op: 'append', path, size: size + half, data: rest });
      await this.#trigger.hold('log-write', 'after');
      return this.#ask({ lane, op: 'sync', path });
    }
    const result = await this.#ask(request);
    await this.#trigger.hold('log-sync', 'after');
    return result;
  }

  #ask(operation: DiskOperation & { readonly lane: DiskLane }): Promise<DiskResult> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#inner.submit({ ...operation, id });
    });
  }

  #settle(id: number, result: DiskResult): void {
    this.#waiting.get(id)?.(result);
    this.#waiting.delete(id);
  }
}

function* alone(operation: DiskOperation): Steps<DiskResult> {
  return yield operation;
}

/** About the middle, and not between two lines: what stands there is to be a torn tail. */
function amidLine(data: Uint8Array): number {
  const middle = Math.ceil(data.length / 2);
  return data[middle - 1] === LINE_FEED ? middle - 1 : middle;
}

const LINE_FEED = 0x0a;
