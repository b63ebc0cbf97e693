/** The counter-examples that are kept: for each bug what does it again, and the trace that a person reads. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Bug } from './bug.js';
import { traceOfKept, type Kept } from './checkers/index.js';

const FOLDER = 'zoo/kept';

export const traceFile = ({ name }: Bug): string => `${FOLDER}/${name}.txt`;
const replayFile = ({ name }: Bug): string => `${FOLDER}/${name}.json`;

/** Null: nothing is kept of it. */
export function readKept(bug: Bug): Kept | null {
  const file = replayFile(bug);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : null;
}

export function writeKept(bug: Bug, kept: Kept): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(replayFile(bug), `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(traceFile(bug), traceText(bug, kept));
}

/** As it stands in the file. */
export function traceText(bug: Bug, kept: Kept): string {
  const { name, what, rule, source, hunt } = bug;
  const seed = hunt.by === 'simulator' ? `, seed ${kept.number}, cut down` : '';
  const head = [
    name,
    what,
    `rule: ${rule}`,
    `source: ${source}`,
    `found by: ${hunt.by}${seed}`,
    '',
  ];
  return `${[...head, ...traceOfKept(bug, kept)].join('\n')}\n`;
}
