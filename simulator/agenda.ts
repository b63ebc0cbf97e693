/** What is to happen, by time; what was scheduled first goes first among equals. A binary heap. */
interface Item<T> {
  readonly time: number;
  readonly sequence: number;
  readonly event: T;
}

export class Agenda<T> {
  private readonly heap: Item<T>[] = [];
  private sequence = 0;

  get size(): number {
    return this.heap.length;
  }

  /** When the next event is due; Infinity if there is none. */
  get nextTime(): number {
    return this.heap[0]?.time ?? Infinity;
  }

  add(time: number, event: T): void {
    this.sequence += 1;
    this.heap.push({ time, sequence: this.sequence, event });
    this.rise(this.heap.length - 1);
  }

  take(): { readonly time: number; readonly event: T } | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.sink();
    }
    return first;
  }

  private rise(from: number): void {
    const { heap } = this;
    const item = heap[from] as Item<T>;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Item<T>;
      if (!before(item, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
  }

  private sink(): void {
    const { heap } = this;
    const { length } = heap;
    const item = heap[0] as Item<T>;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, heap[child] as Item<T>)) child += 1;
      const below = heap[child] as Item<T>;
      if (!before(below, item)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = item;
  }
}

function before<T>(a: Item<T>, b: Item<T>): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
