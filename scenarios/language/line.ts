/** One line, read from left to right. Whatever does not fit is a ScenarioProblem that says where. */
import { ScenarioProblem } from './problem.js';
import type { Word } from './words.js';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|min)?$/;
const FACTORS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000 };
const A_DURATION = 'a duration, such as 10 s or 300 ms';

/** What may be named on a line. */
export interface Names {
  readonly nodes: readonly string[];
  /** Given with `as` to leaders, and to calls. */
  readonly leaders: Set<string>;
  readonly calls: Set<string>;
}

export class Line {
  #at = 0;

  constructor(
    readonly file: string,
    readonly number: number,
    readonly words: readonly Word[],
    /** Of the line's end, for what is missing there. */
    readonly endColumn: number,
  ) {}

  get isAtEnd(): boolean {
    return this.#at >= this.words.length;
  }

  /** The next word, if it stands without quotes. */
  get next(): string | null {
    const word = this.words[this.#at];
    return word === undefined || word.quoted ? null : word.text;
  }

  get nextColumn(): number {
    return this.words[this.#at]?.column ?? this.endColumn;
  }

  /** Takes this word if it is the next one. */
  takes(text: string): boolean {
    if (this.next !== text) return false;
    this.#at += 1;
    return true;
  }

  /** Takes these words if they come next. */
  takesAll(...texts: readonly string[]): boolean {
    const fit = texts.every((text, i) => {
      const word = this.words[this.#at + i];
      return word?.text === text && !word.quoted;
    });
    if (fit) this.#at += texts.length;
    return fit;
  }

  must(text: string): void {
    if (!this.takes(text)) throw this.problem(`"${text}"`);
  }

  /** One of these. */
  oneOf<Choice extends string>(choices: readonly Choice[], what: string): Choice {
    const found = choices.find((choice) => choice === this.next);
    if (found === undefined) throw this.problem(`${what} (${choices.join(', ')})`);
    this.#at += 1;
    return found;
  }

  /** A key, a value or a text: any word, with or without quotes. */
  text(what: string): string {
    const word = this.words[this.#at];
    if (word === undefined) throw this.problem(what);
    this.#at += 1;
    return word.text;
  }

  /** A name that a scenario gives. */
  name(what: string): string {
    if (!/^[A-Za-z][\w-]*$/.test(this.next ?? '')) throw this.problem(what);
    return this.text(what);
  }

  node(names: Names): string {
    const { next } = this;
    const known = [...names.nodes, 'leader', ...names.leaders];
    if (next === null || !known.includes(next)) throw this.problem(`a node (${known.join(', ')})`);
    this.#at += 1;
    return next;
  }

  integer(what: string, min: number, max: number): number {
    const value = /^\d{1,9}$/.test(this.next ?? '') ? Number(this.next) : NaN;
    if (!(value >= min && value <= max)) throw this.problem(`${what} (${min} to ${max})`);
    this.#at += 1;
    return value;
  }

  /** All the numbers that come next. */
  integers(): readonly number[] {
    const found: number[] = [];
    while (/^\d{1,9}$/.test(this.next ?? '')) {
      found.push(Number(this.next));
      this.#at += 1;
    }
    return found;
  }

  /** `10s`, `10 s`, `300 ms`, `2 min`. */
  durationMs(): number {
    const [, digits, glued] = DURATION.exec(this.next ?? '') ?? [];
    if (digits === undefined) throw this.problem(A_DURATION);
    this.#at += 1;
    const unit = glued ?? this.next;
    const factor = unit === null ? undefined : FACTORS[unit];
    if (factor === undefined) throw this.problem(`a unit (${Object.keys(FACTORS).join(', ')})`);
    if (glued === undefined) this.#at += 1;
    return Number(digits) * factor;
  }

  mustEnd(): void {
    if (!this.isAtEnd) throw this.problem('the end of the line');
  }

  problem(expected: string): ScenarioProblem {
    const word = this.words[this.#at];
    const found = word === undefined ? 'the end of the line' : JSON.stringify(word.text);
    return new ScenarioProblem(this.file, this.number, this.nextColumn, expected, found);
  }
}
