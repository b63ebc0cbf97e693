/**
 * The disk of a storage whose requests are begun and finished one by one, in whatever order of the lanes
 * somebody chooses: between any two of these steps the power may go.
 */
import type { Disk, DiskCompletion, DiskLane, DiskOperation, DiskRequest, Steps } from '#storage';
import type { Volume } from './volume.js';

interface Lane {
  readonly queue: DiskRequest[];
  isBegun: boolean;
}

export class RecordingDisk implements Disk {
  readonly volume: Volume;
  readonly #lanes = new Map<DiskLane, Lane>();
  /** Each kind of operation, and how often it was done. */
  readonly #done: Map<string, number>;

  constructor(volume: Volume, done: Map<string, number>) {
    this.volume = volume;
    this.#done = done;
  }

  submit(request: DiskRequest): void {
    const lane = this.#lanes.get(request.lane) ?? { queue: [], isBegun: false };
    this.#lanes.set(request.lane, lane);
    lane.queue.push(request);
  }

  /** Lanes on which something is to be done. */
  busy(): DiskLane[] {
    return [...this.#lanes].filter(([, { queue }]) => queue.length > 0).map(([name]) => name);
  }

  /** Begins the lane's next request (null), or finishes the one that is begun. */
  step(name: DiskLane): DiskCompletion | null {
    const lane = this.#lanes.get(name);
    const request = lane?.queue[0];
    if (lane === undefined || request === undefined) throw new Error(`${name} has nothing to do`);
    lane.isBegun = !lane.isBegun;
    if (lane.isBegun) {
      this.volume.begin(request);
      return null;
    }
    lane.queue.shift();
    this.#count(request);
    return { id: request.id, result: this.volume.finish(request) };
  }

  /** Drives recovery or initialisation; `at` is called between each beginning and end, and after it. */
  runStart<Result>(steps: Steps<Result>, at: () => void): Result {
    let step = steps.next();
    while (step.done !== true) {
      this.volume.begin(step.value);
      at();
      const result = this.volume.finish(step.value);
      this.#count(step.value);
      step = steps.next(result);
    }
    at();
    return step.value;
  }

  #count({ op }: DiskOperation): void {
    this.#done.set(op, (this.#done.get(op) ?? 0) + 1);
  }
}
