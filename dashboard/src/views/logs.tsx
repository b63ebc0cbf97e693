/** The logs side by side, column by column: filled is committed, outlined is not, dashed is missing. */
import type { LogCell, MemberSight } from '#rpc/generated/relevo/v1/sight';
import { frame } from '../state/store.js';
import { standingOf, termClass } from './words.js';

const COLUMNS = 18;

export function Logs() {
  const now = frame.value;
  if (now === null) return null;
  const { members } = now.sight;
  const newest = Math.max(0, ...members.map(({ sight }) => sight?.lastIndex ?? 0));
  const first = Math.max(1, newest - COLUMNS + 1);
  const indexes = Array.from({ length: Math.min(COLUMNS, newest) }, (_, at) => first + at);
  const split = firstDifference(members, indexes);
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label="logs, wide">
      <table class="logs">
        <caption class="quiet">
          Logs{split === null ? '' : `: they differ from entry ${String(split)} on`}
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">node</span>
            </th>
            {indexes.map((index) => (
              <th key={index} scope="col" class={index === split ? 'split' : ''}>
                {index}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <tr key={member.node} class={standingOf(member)}>
              <th scope="row">{member.name}</th>
              {indexes.map((index) => (
                <Cell key={index} member={member} index={index} split={split} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({
  member,
  index,
  split,
}: {
  member: MemberSight;
  index: number;
  split: number | null;
}) {
  const { sight } = member;
  if (sight === undefined || index > sight.lastIndex)
    return <td class="missing" aria-label="missing" />;
  const cell = sight.log.find((each) => each.index === index);
  if (cell === undefined) {
    return (
      <td class="gone" title="stands in the checkpoint, or is not in the picture">
        <span>·</span>
      </td>
    );
  }
  const isCommitted = index <= sight.commitIndex;
  const differs = split !== null && index >= split ? 'differs' : '';
  const durable = index > sight.durableIndex ? 'unsynced' : '';
  return (
    <td
      class={`entry ${isCommitted ? 'committed' : 'open'} ${termClass(cell.term)} ${differs} ${durable}`}
      title={titleOf(cell, isCommitted)}
    >
      <span>{shortText(cell)}</span>
    </td>
  );
}

function titleOf({ index, term, text }: LogCell, isCommitted: boolean): string {
  const state = isCommitted ? 'committed' : 'not known to be committed';
  return `entry ${String(index)} of term ${String(term)}: ${text} (${state})`;
}

/** What fits into a cell. */
function shortText({ kind, text }: LogCell): string {
  if (kind === 'empty') return '∗';
  if (kind === 'checkpoint') return '▣';
  if (kind === 'membership') return '⚇';
  const [, key = '', value = ''] = /^put (.*) = (.*)$/s.exec(text) ?? [];
  if (key !== '') return `${key}=${value}`.slice(0, 5);
  if (text.startsWith('delete ')) return `−${text.slice(7, 11)}`;
  return text.startsWith('member') || text.includes('session') ? '◦' : text.slice(0, 4);
}

/** The lowest index at which two logs hold entries of different terms; null: nowhere here. */
function firstDifference(
  members: readonly MemberSight[],
  indexes: readonly number[],
): number | null {
  for (const index of indexes) {
    const terms = members.flatMap(({ sight }) => {
      const cell = sight?.log.find((each) => each.index === index);
      return cell === undefined ? [] : [cell.term];
    });
    if (new Set(terms).size > 1) return index;
  }
  return null;
}
