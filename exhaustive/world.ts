/**
 * Three nodes by their numbers, the history's number, what is left to happen, and the messages in
 * flight by theirs. Mutable, because a search goes through millions of them.
 */
export class World {
  readonly nodes: [number, number, number] = [0, 0, 0];
  history = 0;
  /** What may still happen, packed (bound.ts). */
  left = 0;
  readonly letters: number[] = [];

  copyFrom(other: World): void {
    for (const at of [0, 1, 2] as const) this.nodes[at] = other.nodes[at];
    this.history = other.history;
    this.left = other.left;
    this.letters.length = 0;
    for (const letter of other.letters) this.letters.push(letter);
  }

  /** The number of words. */
  write(words: Uint32Array, place: number): number {
    const { nodes, letters } = this;
    words[0] = place;
    words[1] = nodes[0];
    words[2] = nodes[1];
    words[3] = nodes[2];
    words[4] = this.history;
    words[5] = this.left;
    for (let at = 0; at < letters.length; at++) words[6 + at] = letters[at] ?? 0;
    return 6 + letters.length;
  }

  /** Its place. */
  read(words: Uint32Array, count: number): number {
    const { nodes, letters } = this;
    nodes[0] = words[1] ?? 0;
    nodes[1] = words[2] ?? 0;
    nodes[2] = words[3] ?? 0;
    this.history = words[4] ?? 0;
    this.left = words[5] ?? 0;
    letters.length = 0;
    for (let at = 6; at < count; at++) letters.push(words[at] ?? 0);
    return words[0] ?? 0;
  }
}

/** More than these never fit. */
export const WORLD_WORDS_MAX = 64;
