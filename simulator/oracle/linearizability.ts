/**
 * Decides whether a history is linearizable (Herlihy and Wing, 1990) by the search of Wing and Gong
 * (1993) with Lowe's memoisation (2017): configurations already seen, as the set of operations done
 * and the state reached, are not searched again. Histories of independent keys are to be checked key
 * by key, which is as strong and exponentially cheaper (P-compositionality).
 */
// Looked up once: within a test's context, names of the global object are slow to reach.
const { imul } = Math;

export interface Model<State, Input, Output> {
  readonly initial: State;
  /** The state after it, or undefined if the output can't be; an undefined output was never seen. */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
  /** Equal for equal states alone. */
  identify(state: State): string;
}

export interface Operation<Input, Output> {
  /** A moment, strictly before `returned`; moments are unique in a history. */
  readonly invoked: number;
  /** Infinity: the outcome is unknown; it may take effect at any later moment or never. */
  readonly returned: number;
  readonly input: Input;
  readonly output: Output | undefined;
}

export type Verdict =
  | { readonly kind: 'linearizable'; readonly steps: number }
  /** `done`: the longest order found; `stuck`: the operation whose return it could not pass. */
  | { readonly kind: 'illegal'; readonly done: readonly number[]; readonly stuck: number }
  /** The budget of steps was spent first. */
  | { readonly kind: 'undecided'; readonly steps: number };

export const STEPS_MAX = 2_000_000;

export function checkLinearizable<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  stepsMax: number = STEPS_MAX,
): Verdict {
  return new Search(model, operations).run(stepsMax);
}

class Search<State, Input, Output> {
  private readonly timeline: Timeline;
  private readonly visited = new Configurations();
  private readonly done: number[] = [];
  private readonly before: State[] = [];
  private longest: number[] = [];
  private stuck = -1;

  constructor(
    private readonly model: Model<State, Input, Output>,
    private readonly operations: readonly Operation<Input, Output>[],
  ) {
    this.timeline = new Timeline(operations);
    this.visited.reserve(operations.length);
  }

  run(stepsMax: number): Verdict {
    const { timeline } = this;
    let state = this.model.initial;
    let remaining = this.operations.filter((one) => one.returned !== Infinity).length;
    let at = timeline.first;
    for (let steps = 0; steps < stepsMax; steps += 1) {
      if (remaining === 0) return { kind: 'linearizable', steps };
      const operation = timeline.callAt(at);
      if (operation === undefined) {
        this.noteStuck(timeline.operationAt(at));
        const undone = this.done.pop();
        if (undone === undefined) return { kind: 'illegal', done: this.longest, stuck: this.stuck };
        state = this.before.pop() as State;
        this.visited.leave(undone);
        if (timeline.restore(undone)) remaining += 1;
        at = timeline.after(undone);
        continue;
      }
      const { input, output } = this.operations[operation] as Operation<Input, Output>;
      const next = this.model.step(state, input, output);
      if (next !== undefined && this.visited.enter(operation, this.model.identify(next))) {
        this.done.push(operation);
        this.before.push(state);
        state = next;
        if (timeline.lift(operation)) remaining -= 1;
        at = timeline.first;
      } else {
        at = timeline.after(at);
      }
    }
    return { kind: 'undecided', steps: stepsMax };
  }

  private noteStuck(operation: number): void {
    if (this.stuck >= 0 && this.done.length <= this.longest.length) return;
    this.longest = [...this.done];
    this.stuck = operation;
  }
}

/**
 * Calls and returns in order of time, as a linked list out of which operations are lifted and put
 * back. Place i is operation i's call, place n + i its return; an unknown outcome has no return.
 */
class Timeline {
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly returns: boolean[];
  private readonly count: number;
  private readonly head: number;

  constructor(operations: readonly Operation<unknown, unknown>[]) {
    const count = operations.length;
    this.count = count;
    this.head = 2 * count;
    this.next = new Int32Array(2 * count + 1).fill(-1);
    this.previous = new Int32Array(2 * count + 1).fill(-1);
    this.returns = operations.map((one) => one.returned !== Infinity);
    const places: { readonly moment: number; readonly place: number }[] = [];
    operations.forEach((one, i) => {
      places.push({ moment: one.invoked, place: i });
      if (one.returned !== Infinity) places.push({ moment: one.returned, place: count + i });
    });
    places.sort((a, b) => a.moment - b.moment);
    let last = this.head;
    for (const { place } of places) {
      this.link(last, place);
      last = place;
    }
  }

  get first(): number {
    return this.next[this.head] ?? -1;
  }

  /** The operation called here; undefined at a return. */
  callAt(place: number): number | undefined {
    return place < this.count ? place : undefined;
  }

  operationAt(place: number): number {
    return place % this.count;
  }

  after(place: number): number {
    return this.next[place] ?? -1;
  }

  /** True if its outcome is known. */
  lift(operation: number): boolean {
    this.cut(operation);
    if (this.returns[operation] !== true) return false;
    this.cut(this.count + operation);
    return true;
  }

  /** The reverse of the latest `lift`. */
  restore(operation: number): boolean {
    const known = this.returns[operation] === true;
    if (known) this.mend(this.count + operation);
    this.mend(operation);
    return known;
  }

  private link(left: number, right: number): void {
    this.next[left] = right;
    this.previous[right] = left;
  }

  private cut(place: number): void {
    const left = this.previous[place] ?? this.head;
    const right = this.next[place] ?? -1;
    this.next[left] = right;
    if (right >= 0) this.previous[right] = left;
  }

  private mend(place: number): void {
    const right = this.next[place] ?? -1;
    this.next[this.previous[place] ?? this.head] = place;
    if (right >= 0) this.previous[right] = place;
  }
}

/** The configurations met: which operations are done, and the state that they led to. */
class Configurations {
  private bits = new Uint32Array(1);
  private hash = 0;
  private keys = new Int32Array(1);
  private readonly seen = new Map<number, { bits: Uint32Array; state: number }[]>();
  private readonly states = new Map<string, number>();

  reserve(operations: number): void {
    this.bits = new Uint32Array(Math.ceil(operations / 32) || 1);
    this.keys = new Int32Array(operations);
    // A key for each operation, to be combined by exclusive or (Zobrist hashing).
    for (let i = 0; i < operations; i += 1) this.keys[i] = scramble(i + 1);
  }

  /** Adds the operation; false, and nothing done, if the configuration was met before. */
  enter(operation: number, stateName: string): boolean {
    this.flip(operation);
    let state = this.states.get(stateName);
    if (state === undefined) this.states.set(stateName, (state = this.states.size));
    const bucketKey = this.hash ^ scramble(~state);
    const bucket = this.seen.get(bucketKey);
    if (bucket?.some((one) => one.state === state && this.same(one.bits)) === true) {
      this.flip(operation);
      return false;
    }
    const entry = { bits: this.bits.slice(), state };
    if (bucket === undefined) this.seen.set(bucketKey, [entry]);
    else bucket.push(entry);
    return true;
  }

  leave(operation: number): void {
    this.flip(operation);
  }

  private flip(operation: number): void {
    const word = operation >>> 5;
    this.bits[word] = (this.bits[word] ?? 0) ^ (1 << (operation & 31));
    this.hash ^= this.keys[operation] ?? 0;
  }

  private same(other: Uint32Array): boolean {
    for (let i = 0; i < other.length; i += 1) if (other[i] !== this.bits[i]) return false;
    return true;
  }
}

function scramble(value: number): number {
  let z = imul(value ^ 0x5bd1e995, 0x9e3779b1);
  z = imul(z ^ (z >>> 16), 0x21f0aaad);
  z = imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
