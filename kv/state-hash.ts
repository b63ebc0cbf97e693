// Looked up once: within a test's context, names of the global object are slow to reach.
const { imul } = Math;

/**
 * A hash of text lines, to compare states in tests and checkpoints; no protection against intent. Two
 * lanes of FNV-1a, one of them over the characters rotated, 64 bits in all.
 */
export class StateHash {
  #low = 0x811c9dc5;
  #high = 0x9dc5811c;

  add(line: string): void {
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i);
      low = imul(low ^ code, 0x01000193);
      high = imul((high << 5) ^ (high >>> 27) ^ code, 0x85ebca6b);
    }
    this.#low = imul(low ^ 0x0a, 0x01000193);
    this.#high = imul((high << 5) ^ (high >>> 27) ^ 0x0a, 0x85ebca6b);
  }

  /** Sixteen hexadecimal digits. */
  get digest(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
