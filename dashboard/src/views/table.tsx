/** What each node is and knows, in figures: also what a screen reader reads in place of the ring. */
import type { MemberSight } from '#rpc/generated/relevo/v1/sight';
import { drawnMs } from '../state/clock.js';
import { frame, nameOf, selected } from '../state/store.js';
import { iconOf, msText, standingOf, termClass } from './words.js';

export function StateTable() {
  const now = frame.value;
  if (now === null) return null;
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label="nodes, wide">
      <table class="states">
        <caption class="quiet">Nodes</caption>
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">role</th>
            <th scope="col">term</th>
            <th scope="col">voted for</th>
            <th scope="col">votes</th>
            <th scope="col">log</th>
            <th scope="col">durable</th>
            <th scope="col">committed</th>
            <th scope="col">applied</th>
            <th scope="col">checkpoint</th>
            <th scope="col">timers</th>
          </tr>
        </thead>
        <tbody>
          {now.sight.members.map((member) => (
            <Row key={member.node} member={member} atMs={now.sight.atMs} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ member, atMs }: { member: MemberSight; atMs: number }) {
  const { sight, node, name } = member;
  const standing = standingOf(member);
  const isSelected = selected.value === node;
  return (
    <tr
      class={`${standing} ${isSelected ? 'selected' : ''}`}
      onClick={() => (selected.value = isSelected ? 0 : node)}
    >
      <th scope="row">{name}</th>
      <td class="role-cell">
        <span aria-hidden="true">{iconOf(standing)}</span> {standing}
      </td>
      {sight === undefined ? (
        <td colSpan={9} class="quiet">
          nothing was heard of it yet
        </td>
      ) : (
        <>
          <td>
            <span class={`chip ${termClass(sight.term)}`}>{sight.term}</span>
          </td>
          <td>{sight.votedFor === 0 ? '–' : nameOf(sight.votedFor)}</td>
          <td>{votesText(member)}</td>
          <td>{sight.lastIndex}</td>
          <td>{sight.durableIndex}</td>
          <td>{sight.commitIndex}</td>
          <td>{sight.appliedIndex}</td>
          <td>{sight.checkpoint?.index ?? '–'}</td>
          <td class="timers-cell">
            {member.state === 'up' ? <Timers member={member} atMs={atMs} /> : '–'}
          </td>
        </>
      )}
    </tr>
  );
}

function votesText({ sight }: MemberSight): string {
  if (sight?.election === undefined) return '–';
  const needed = Math.floor(sight.voters.length / 2) + 1;
  const what = sight.election.preVote ? 'pre' : '';
  return `${what} ${String(sight.election.granted.length)}/${String(needed)}`.trim();
}

/** In steps that can be read. */
function Timers({ member, atMs }: { member: MemberSight; atMs: number }) {
  const passed = Math.floor(Math.max(0, drawnMs.value - atMs) / 20) * 20;
  const timers = member.sight?.timers ?? [];
  return (
    <>
      {timers
        .map(({ name, leftMs }) => `${name} ${msText(Math.max(0, leftMs - passed))}`)
        .join(', ')}
    </>
  );
}
