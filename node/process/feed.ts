/** What this node decided lately, in words, for those who watch it. */
import type { FeedLine } from '#rpc/generated/relevo/v1/sight';
import type { Report } from '../ports.js';
import { wordsOf } from '../report-words.js';

/** Who begins to watch sees so many lines of before. */
const LINES_KEPT = 200;

export class Feed {
  readonly #node: number;
  readonly #lines: FeedLine[] = [];
  /** How many lines there ever were. */
  #said = 0;

  constructor(node: number) {
    this.#node = node;
  }

  report(report: Report, atMs: number): void {
    this.say(atMs, wordsOf(report));
  }

  say(atMs: number, { kind, text }: Pick<FeedLine, 'kind' | 'text'>): void {
    this.#lines.push({ atMs, node: this.#node, kind, text });
    this.#said += 1;
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }

  get said(): number {
    return this.#said;
  }

  /** Those that came after the first `before` ones, as far as they are kept. */
  since(before: number): FeedLine[] {
    const wanted = this.#said - before;
    return wanted <= 0 ? [] : this.#lines.slice(-wanted);
  }
}
