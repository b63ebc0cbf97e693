import { CutLedger } from './cut-ledger.js';
import type { CutReport } from './cut-report.js';

const FOUND = {
  type: 'recovered',
  base: 0,
  vote: 0,
  checkpoint: 0,
  fault: null,
  remarks: 0,
} as const;
const APPENDED: readonly CutReport[] = [
  { ...FOUND, terms: [] },
  { type: 'append', first: 1, last: 4, term: 1 },
  { type: 'log-durable', last: 3 },
  { type: 'vote', term: 2 },
  { type: 'vote-durable', term: 2 },
  { type: 'vote', term: 3 },
];

function verdict(...reports: readonly CutReport[]): string | null {
  const ledger = new CutLedger();
  let fault: string | null = null;
  for (const report of reports) fault ??= ledger.hear(report);
  return fault;
}

const found = (terms: readonly (readonly [number, number])[], vote: number): CutReport => ({
  ...FOUND,
  terms,
  vote,
});

test.each([
  ['all of it', found([[1, 4]], 3)],
  ['what was acknowledged', found([[1, 3]], 2)],
])('a start that finds %s keeps every promise', (_what, report) => {
  expect(verdict(...APPENDED, report)).toBeNull();
});

test.each([
  ['an entry too few', found([[1, 2]], 2), 'the log ends at 2, and entries up to 3'],
  [
    'another entry',
    found(
      [
        [1, 2],
        [7, 1],
      ],
      2,
    ),
    'entry 3 is of term 7',
  ],
  ['an older vote', found([[1, 3]], 0), 'the vote is of term 0'],
  ['a vote never given', found([[1, 3]], 4), 'the vote is of term 4'],
  ['a refusal', { type: 'refused', message: 'damage' } as const, 'the start is refused: damage'],
  ['other bytes', { ...FOUND, terms: [], fault: 'entry 1 is not' } as const, 'entry 1 is not'],
])('a start that finds %s breaks one', (_what, report, words) => {
  expect(verdict(...APPENDED, report)).toContain(words);
});

test('entries that were to be cut need not be there', () => {
  expect(verdict(...APPENDED, { type: 'truncate', from: 2 }, found([[1, 1]], 2))).toBeNull();
});

test('what is promised while the power goes does not count, what is asked for does', () => {
  const ledger = new CutLedger();
  for (const report of APPENDED) ledger.hear(report);
  ledger.isDeaf = true;
  ledger.hear({ type: 'log-durable', last: 4 });
  ledger.hear({ type: 'truncate', from: 3 });
  ledger.isDeaf = false;

  expect(ledger.hear(found([[1, 2]], 2))).toBeNull();
});
