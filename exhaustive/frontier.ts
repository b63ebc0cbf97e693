/** Worlds that wait to be gone on from, as numbers in large blocks; first in, first out. */
const BLOCK = 2 ** 20;

export class Frontier {
  private readonly blocks: Uint32Array[] = [];
  /** Where the last block ends. */
  private readonly ends: number[] = [];
  private written = BLOCK;
  private read = 0;

  /** Copies the first `count` words. */
  push(words: Uint32Array, count: number): void {
    if (this.written + count + 1 > BLOCK) {
      if (this.blocks.length > 0) this.ends[this.blocks.length - 1] = this.written;
      this.blocks.push(new Uint32Array(BLOCK));
      this.ends.push(0);
      this.written = 0;
    }
    const block = this.blocks[this.blocks.length - 1];
    if (block === undefined) return;
    block[this.written] = count;
    for (let at = 0; at < count; at++) block[this.written + 1 + at] = words[at] ?? 0;
    this.written += 1 + count;
  }

  /** The number of words put into `words`; 0: nothing waits. */
  shift(words: Uint32Array): number {
    const last = this.blocks.length === 1;
    const end = last ? this.written : (this.ends[0] ?? 0);
    if (this.blocks.length === 0 || (last && this.read >= end)) return 0;
    if (this.read >= end) {
      this.blocks.shift();
      this.ends.shift();
      this.read = 0;
      return this.shift(words);
    }
    const block = this.blocks[0];
    if (block === undefined) return 0;
    const count = block[this.read] ?? 0;
    for (let at = 0; at < count; at++) words[at] = block[this.read + 1 + at] ?? 0;
    this.read += 1 + count;
    return count;
  }

  get bytes(): number {
    return 4 * BLOCK * this.blocks.length;
  }
}
