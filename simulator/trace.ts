/**
 * What happened, as one number: two runs with the same hash took the same steps. Keeps the last lines
 * in words as well, for whoever has to understand a failure; all of them, if a sink is given.
 */
// Looked up once: within a test's context, names of the global object are slow to reach.
const { imul, floor } = Math;

const LINES_KEPT = 400;

export class Trace {
  private high = 0x811c9dc5;
  private low = 0x1b873593;
  private readonly lines: string[] = [];
  private at = 0;

  /** `sink` gets each line at once. */
  constructor(private readonly sink: ((line: string) => void) | null = null) {}

  mix(value: number): void {
    // Fractions of a millisecond count: the same steps at other times are another trace.
    const whole = floor(value);
    this.fold(whole | 0);
    this.fold(((value - whole) * 4294967296) | 0);
  }

  mixText(text: string): void {
    for (let i = 0; i < text.length; i += 1) this.fold(text.charCodeAt(i));
  }

  /** A line for people; counts for the hash too. */
  say(now: number, who: string, what: string): void {
    this.mix(now);
    this.mixText(who);
    this.mixText(what);
    const line = `${now.toFixed(3).padStart(11)} ${who.padEnd(7)} ${what}`;
    if (this.sink !== null) this.sink(line);
    this.lines[this.at % LINES_KEPT] = line;
    this.at += 1;
  }

  /** Only for a sink, and not part of the hash. */
  detail(now: number, who: string, what: () => string): void {
    if (this.sink !== null)
      this.sink(`${now.toFixed(3).padStart(11)} ${who.padEnd(7)}     ${what()}`);
  }

  latest(count: number): readonly string[] {
    const from = Math.max(0, this.at - Math.min(count, LINES_KEPT));
    return Array.from(
      { length: this.at - from },
      (_, i) => this.lines[(from + i) % LINES_KEPT] ?? '',
    );
  }

  get hash(): string {
    return hex(this.high) + hex(this.low);
  }

  private fold(value: number): void {
    this.high = imul(this.high ^ value, 0x01000193);
    this.low = imul(((this.low << 13) | (this.low >>> 19)) ^ value, 0x85ebca6b);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
