/** What a run ends with: the table, and the line of figures. */
import Table from 'cli-table3';
import type { Bug } from '../bug.js';
import { spread, type Median } from '../medians.js';
import type { HuntRun, Verdict } from './hunt-run.js';

export interface Row {
  readonly bug: Bug;
  /** From different starts; at least one. */
  readonly runs: readonly HuntRun[];
}

/** Null: what is kept of it is sound, and finds it. */
export const faultOf = ({ runs }: Row): string | null =>
  runs.map(({ fault }) => fault).find((fault) => fault !== null) ?? null;

export const countOf = ({ runs }: Row, verdict: Verdict): number =>
  runs.filter((run) => run.verdict === verdict).length;

export const isCaught = (row: Row): boolean =>
  faultOf(row) === null && countOf(row, 'caught') === row.runs.length;

/** Of the runs that found it. */
export function medianOf({ runs }: Row): Median {
  const found = runs.filter(({ verdict }) => verdict === 'caught');
  const attempts = spread(found.map((run) => run.attempts));
  const seconds = spread(found.map(({ ms }) => Math.round(ms / 100) / 10));
  return {
    ...{ starts: runs.length, missed: runs.length - found.length },
    ...{ attempts: attempts.median, attemptsMax: attempts.most },
    ...{ seconds: seconds.median, secondsMax: seconds.most },
  };
}

export function tableText(rows: readonly Row[], keptSeeds: ReadonlyMap<string, number>): string {
  const table = new Table({
    head: ['bug', 'wrong rule', 'source', 'caught by', 'property', 'kept', 'attempts', 's', ''],
    colWidths: [22, 24, 30, 14, 22, 9, 10, 7, 8],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    const { bug, runs } = row;
    const { starts, attempts, attemptsMax, seconds, secondsMax } = medianOf(row);
    const most = (value: number): string => (starts === 1 ? '' : `, max ${value}`);
    table.push([
      bug.name,
      bug.rule,
      bug.source,
      bug.hunt.by,
      runs.find(({ finding }) => finding !== null)?.finding?.property ?? '-',
      bug.hunt.by === 'small world' ? 'search' : String(keptSeeds.get(bug.name) ?? 'none'),
      `${attempts}${most(attemptsMax)}`,
      `${seconds}${most(secondsMax)}`,
      verdictOf(row),
    ]);
  }
  return table.toString();
}

function verdictOf(row: Row): string {
  if (isCaught(row)) return 'caught';
  if (faultOf(row) !== null) return 'KEPT?';
  const missed = row.runs.length - countOf(row, 'caught');
  return row.runs.length === 1 ? 'MISSED' : `MISSED ${missed} of ${row.runs.length}`;
}
