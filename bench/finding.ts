/** What was found out: a figure, what it has to be, and whether it is. */
import Table from 'cli-table3';

export interface Finding {
  /** How it was measured, in words. */
  readonly what: string;
  readonly figure: string;
  readonly target: string;
  /** Null: reported, without a target. */
  readonly held: boolean | null;
}

export function findingsTable(findings: readonly Finding[]): string {
  const table = new Table({
    head: ['what', 'figure', 'target', 'held'],
    style: { head: [], border: [] },
    colWidths: [62, 44, 14, 6],
    wordWrap: true,
  });
  for (const { what, figure, target, held } of findings) {
    table.push([what, figure, target, held === null ? '' : held ? 'yes' : 'NO']);
  }
  return table.toString();
}
