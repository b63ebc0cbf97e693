/** How decisions are worded: other nodes stand as # and id, so that whoever shows them can put in names. */
import type { LogPosition, NodeId } from './types.js';

export const mark = (node: NodeId): string => `#${String(node)}`;

export const marks = (nodes: readonly NodeId[]): string => nodes.map(mark).join(', ');

export const place = ({ term, index }: LogPosition): string =>
  `term ${String(term)}, index ${String(index)}`;

/** How the end of the candidate's log compares with that of the voter's own. */
export function comparison(its: LogPosition, mine: LogPosition, isOlder: boolean): string {
  if (its.index === 0) return mine.index === 0 ? 'both logs are empty' : 'its log is empty';
  if (mine.index === 0) return 'my log is empty';
  return `its last entry (${place(its)}) is ${isOlder ? '' : 'not '}older than mine (${place(mine)})`;
}
