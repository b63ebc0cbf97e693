/** Tells a performance while it goes on: each step with what happens, what was seen, and what it proves. */
import type { Audience, ScenarioTexts, StatementRecord, StepRecord } from '../language/index.js';
import { shownMs } from '../report/evidence.js';
import type { Phrases } from '../report/phrases.js';
import { verdictWords } from '../report/words.js';

export type Say = (line: string) => void;

export class Narrator implements Audience {
  #number = 0;

  constructor(
    private readonly texts: ScenarioTexts,
    private readonly phrases: Phrases,
    private readonly steps: number,
    private readonly say: Say,
  ) {}

  stepBegins({ id }: { readonly id: string }): void {
    this.#number += 1;
    const words = this.texts.steps.get(id);
    this.say('');
    this.say(`${this.#number}/${this.steps}  ${words?.title ?? id}`);
    this.say(`     ${words?.happens ?? ''}`);
  }

  statementDone(record: StatementRecord): void {
    if (record.verdict === 'skipped') return;
    const took = shownMs(record.tookMs).padStart(8);
    const seen = record.words === '' ? '' : `  ${record.words}`;
    this.say(`     ${took}  ${verdictWords(record, this.phrases)} ${record.text}${seen}`);
  }

  stepDone({ id, remarks, passed }: StepRecord): void {
    for (const { atMs, name, text } of remarks) {
      this.say(`     ${shownMs(atMs).padStart(8)}  ${name.padEnd(4)} | ${text}`);
    }
    if (passed)
      this.say(`     = ${this.phrases.proves}: ${this.texts.steps.get(id)?.proves ?? ''}`);
  }
}
