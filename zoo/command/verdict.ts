/** What a run in CI comes to: what is kept has to find its bug; fresh seeds have to, where they are swift. */
import { attemptsOwed, type Medians } from '../medians.js';
import { countOf, faultOf, type Row } from './table.js';

export interface Judgement {
  /** By name; each fails the run. */
  readonly missed: readonly string[];
  /** Missed by fresh seeds; they are slow, and may be. */
  readonly excused: readonly string[];
  /** Found, but later than a bug is to be found. */
  readonly late: readonly string[];
  /** The run ended before their hunts did. */
  readonly undecided: readonly string[];
}

export function judge(rows: readonly Row[], { bugs }: Pick<Medians, 'bugs'>): Judgement {
  const named = (choose: (row: Row) => boolean): string[] =>
    rows.filter(choose).map(({ bug }) => bug.name);
  const isMissedFresh = (row: Row): boolean => countOf(row, 'missed') > 0;
  const owes = ({ bug }: Row): boolean =>
    bug.hunt.by === 'small world' || attemptsOwed(bugs[bug.name]) !== null;
  return {
    missed: named((row) => faultOf(row) !== null || (isMissedFresh(row) && owes(row))),
    excused: named((row) => faultOf(row) === null && isMissedFresh(row) && !owes(row)),
    late: named(({ runs }) => runs.some(({ isLate }) => isLate)),
    undecided: named((row) => countOf(row, 'undecided') > 0),
  };
}

const list = (what: string, names: readonly string[]): string =>
  names.length === 0 ? `0 ${what}` : `${names.length} ${what} (${names.join(', ')})`;

export function judgementText({ missed, excused, late, undecided }: Judgement): string {
  return [
    list('missed', missed),
    list('slow ones not found by fresh seeds', excused),
    list('found late', late),
    list('undecided', undecided),
  ].join(', ');
}
