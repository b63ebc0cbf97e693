/** The table that a run ends with. */
import Table from 'cli-table3';
import type { HuntRun } from './hunt-run.js';

export interface Row {
  readonly run: HuntRun;
  /** All of the bug, from different starts; one in a run that is not nightly. */
  readonly runs: readonly HuntRun[];
}

export const isCaught = ({ run, runs }: Row): boolean =>
  runs.every(({ finding, fault }) => fault === null && (finding !== null || run.isExcused));

export function tableText(rows: readonly Row[], keptSeeds: ReadonlyMap<string, number>): string {
  const table = new Table({
    head: ['bug', 'wrong rule', 'source', 'caught by', 'property', 'kept', 'attempts', 's', ''],
    colWidths: [22, 24, 30, 14, 22, 9, 10, 7, 8],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    const { bug } = row.run;
    const { finding } = row.runs.find((one) => one.finding !== null) ?? row.run;
    table.push([
      bug.name,
      bug.rule,
      bug.source,
      bug.hunt.by,
      finding?.property ?? '-',
      bug.hunt.by === 'small world' ? 'search' : String(keptSeeds.get(bug.name) ?? 'none'),
      spread(row.runs.map(({ attempts }) => attempts)),
      spread(row.runs.map(({ ms }) => Math.round(ms / 100) / 10)),
      verdict(row),
    ]);
  }
  return table.toString();
}

function verdict(row: Row): string {
  const { runs } = row;
  if (isCaught(row)) return runs.every(({ finding }) => finding !== null) ? 'caught' : 'kept';
  const missed = runs.filter(({ finding }) => finding === null).length;
  if (missed === 0) return 'KEPT?';
  return runs.length === 1 ? 'MISSED' : `MISSED ${missed} of ${runs.length}`;
}

/** The median, and the most, where there are several. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return sorted.length === 1 ? String(median) : `${median}, max ${sorted.at(-1) ?? 0}`;
}
