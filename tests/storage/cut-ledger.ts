/** What a writer was promised so far, over all its lives; and whether a start found it. */
import type { CutReport } from './cut-report.js';

const PROMISES: ReadonlySet<CutReport['type']> = new Set([
  'log-durable',
  'vote-durable',
  'checkpoint-saved',
]);

type Recovered = CutReport & { readonly type: 'recovered' };

export class CutLedger {
  /** The term of each entry as asked for, index 1 at 0. */
  #terms: number[] = [];
  #durable = 0;
  #voteAsked = 0;
  #voteDurable = 0;
  #checkpoint = 0;
  /**
   * The power is going: what is reported from here on was asked for, and what is promised does not count,
   * because nobody saw it before the cut.
   */
  isDeaf = false;
  /** Promises that were compared with what a start found. */
  compared = 0;
  acknowledged = 0;
  truncations = 0;
  checkpoints = 0;
  votes = 0;
  /** Starts that cut a tail, or set something aside. */
  mended = 0;

  /** The sentence that says which promise was broken; null if none was. */
  hear(report: CutReport): string | null {
    if (this.isDeaf && PROMISES.has(report.type)) return null;
    switch (report.type) {
      case 'recovered':
        return this.#compare(report);
      case 'refused':
        return `the start is refused: ${report.message}`;
      case 'append':
        for (let index = report.first; index <= report.last; index++) {
          this.#terms[index - 1] = report.term;
        }
        return null;
      case 'truncate':
        this.truncations++;
        this.#terms.length = report.from - 1;
        this.#durable = Math.min(this.#durable, report.from - 1);
        return null;
      case 'vote':
        this.#voteAsked = report.term;
        return null;
      case 'log-durable':
        this.acknowledged += Math.max(0, report.last - this.#durable);
        this.#durable = report.last;
        return null;
      case 'vote-durable':
        this.votes++;
        this.#voteDurable = report.term;
        return null;
      case 'checkpoint-saved':
        this.checkpoints++;
        this.#checkpoint = report.index;
        return null;
    }
  }

  #compare(found: Recovered): string | null {
    const terms = found.terms.flatMap(([term, count]) => Array<number>(count).fill(term));
    const last = found.base + terms.length;
    const fault = found.fault ?? this.#faultOf(found, terms, last);
    if (fault !== null) return fault;
    this.compared += Math.max(0, this.#durable - found.base);
    if (found.remarks > 0) this.mended++;
    this.#terms = [...this.#terms.slice(0, found.base), ...terms];
    this.#durable = last;
    this.#voteAsked = found.vote;
    this.#voteDurable = found.vote;
    this.#checkpoint = found.checkpoint;
    return null;
  }

  #faultOf(found: Recovered, terms: readonly number[], last: number): string | null {
    if (last < this.#durable) {
      return `the log ends at ${last}, and entries up to ${this.#durable} were acknowledged`;
    }
    for (let index = found.base + 1; index <= this.#durable; index++) {
      const term = terms[index - found.base - 1] ?? 0;
      const expected = this.#terms[index - 1] ?? 0;
      if (term !== expected) {
        return `entry ${index} is of term ${term}, and that of term ${expected} was acknowledged`;
      }
    }
    if (found.vote < this.#voteDurable || found.vote > this.#voteAsked) {
      return `the vote is of term ${found.vote}; ${this.#voteDurable} was durable, ${this.#voteAsked} asked for`;
    }
    if (found.checkpoint < this.#checkpoint || found.base > found.checkpoint) {
      return `the checkpoint is of ${found.checkpoint}, the log begins behind ${found.base}; ${this.#checkpoint} was saved`;
    }
    return null;
  }
}
