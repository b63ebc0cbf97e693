/** What is to happen, by time; at one time in the order of asking. */
export class Schedule {
  now = 0;
  private readonly heap: { readonly time: number; readonly order: number; run(): void }[] = [];
  private order = 0;

  after(ms: number, run: () => void): void {
    const { heap } = this;
    let at = heap.length;
    const added = { time: this.now + ms, order: this.order++, run };
    heap.push(added);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent];
      if (above === undefined || !earlier(added, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = added;
  }

  get nextTime(): number {
    return this.heap[0]?.time ?? Infinity;
  }

  /** Runs what comes first; false if there is nothing before `until`. */
  runNext(until: number): boolean {
    const first = this.heap[0];
    if (first === undefined || first.time > until) {
      this.now = Math.max(this.now, until);
      return false;
    }
    this.removeFirst();
    this.now = Math.max(this.now, first.time);
    first.run();
    return true;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      const least = right !== undefined && earlier(right, left) ? right : left;
      if (least === right) child += 1;
      if (!earlier(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

const earlier = (
  a: { readonly time: number; readonly order: number },
  b: { readonly time: number; readonly order: number },
): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);
