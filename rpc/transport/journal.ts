/** What happened, in order, and a way to wait until something has: for tests over real sockets. */
export class Journal<Entry> {
  readonly entries: Entry[] = [];
  #waiting: { until: (entries: Entry[]) => boolean; resolve: () => void }[] = [];

  add(entry: Entry): void {
    this.entries.push(entry);
    this.#waiting = this.#waiting.filter((each) => {
      if (!each.until(this.entries)) return true;
      each.resolve();
      return false;
    });
  }

  async until(condition: (entries: Entry[]) => boolean): Promise<Entry[]> {
    if (!condition(this.entries)) {
      await new Promise<void>((resolve) => this.#waiting.push({ until: condition, resolve }));
    }
    return this.entries;
  }
}
