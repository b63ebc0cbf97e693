/** What can be done: to the store, to the node that is selected, and to its links. */
import type { MemberSight } from '#rpc/generated/relevo/v1/sight';
import type { Act } from '#simulator/playground';
import { useState } from 'preact/hooks';
import { act, calls, frame, kind, nameOf, say, selected, source } from '../state/store.js';
import { standingOf } from './words.js';

export function Actions() {
  const readOnly = source.value?.readOnly ?? null;
  const member = frame.value?.sight.members.find(({ node }) => node === selected.value);
  return (
    <section class="actions" aria-label="actions">
      <h2 class="quiet">{member === undefined ? 'Through the proxy' : `At ${member.name}`}</h2>
      {readOnly !== null && <p class="note">{readOnly}</p>}
      <fieldset disabled={readOnly !== null}>
        <KeyForm via={member?.node ?? 'proxy'} />
        {member === undefined ? <Hint /> : <NodeActions member={member} />}
        <ClusterActions />
      </fieldset>
      <Calls />
    </section>
  );
}

function Hint() {
  return (
    <p class="note">Select a node (click it, or press 1 to 7) to stop, break or cut it off.</p>
  );
}

function KeyForm({ via }: { via: 'proxy' | number }) {
  const [key, setKey] = useState('x');
  const [value, setValue] = useState('1');
  const [answer, setAnswer] = useState('');
  const run = async (what: Act): Promise<void> => {
    const { ok, value: found, revision, servedBy } = await act(what);
    if (!ok) return;
    const by = servedBy === undefined ? '' : ` by ${servedBy}`;
    if (what.type === 'get' && found !== undefined) setAnswer(`${found ?? 'no such key'}${by}`);
    else setAnswer(revision === undefined ? '' : `revision ${String(revision)}${by}`);
  };
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        void run({ type: 'set', key, value, via });
      }}
    >
      <label>
        <span class="unseen">key</span>
        <input
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
          placeholder="key"
          id="key"
        />
      </label>
      <label>
        <span class="unseen">value</span>
        <input
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
          placeholder="value"
          id="value"
        />
      </label>
      <button type="submit" class="accent">
        set
      </button>
      <button type="button" onClick={() => void run({ type: 'get', key, via })}>
        get
      </button>
      <button type="button" onClick={() => void run({ type: 'delete', key, via })}>
        delete
      </button>
      <output>{answer}</output>
    </form>
  );
}

type Button = readonly [label: string, act: Act, title?: string];

function NodeActions({ member }: { member: MemberSight }) {
  const { node } = member;
  const isPlayground = kind.value === 'playground';
  const standing = standingOf(member);
  const isDown = standing === 'down';
  const isPaused = standing === 'paused';
  const buttons: readonly Button[] = isDown
    ? [
        ['start', { type: 'start', node }, 's'],
        ...(isPlayground ? ([['wipe its disk', { type: 'wipe', node }]] as const) : []),
      ]
    : [
        ['stop', { type: 'stop', node }, 'r: properly; it hands leadership over first'],
        ['kill', { type: 'kill', node }, 'k: at once, as a crash would'],
        ...(isPlayground ? ([['cut its power', { type: 'lose-power', node }]] as const) : []),
        isPaused ? ['resume', { type: 'resume', node }] : ['pause', { type: 'pause', node }],
        [
          'time out',
          { type: 'expire', node, timer: 'election' },
          't: its election timer expires now',
        ],
        ['lead', { type: 'transfer', to: node }, 'leadership is handed over to it'],
        ['isolate', { type: 'isolate', node }, 'x: from every other node, both ways'],
      ];
  return (
    <>
      <Buttons buttons={buttons} />
      {!isDown && <DiskActions node={node} />}
      <LinkActions node={node} />
      {isPlayground && (
        <Buttons buttons={[['remove from the cluster', { type: 'remove-node', node }]]} />
      )}
    </>
  );
}

function DiskActions({ node }: { node: number }) {
  return (
    <p class="row">
      <span>disk</span>
      <Buttons
        buttons={[
          ['stalls', { type: 'disk', node, how: 'stalls' }],
          ['is full', { type: 'disk', node, how: 'full' }],
          ['fails', { type: 'disk', node, how: 'fails' }],
          ['works', { type: 'disk', node, how: 'works' }],
        ]}
      />
    </p>
  );
}

function LinkActions({ node }: { node: number }) {
  const now = frame.value;
  if (now === null) return null;
  const cut = (from: number, to: number): boolean =>
    now.sight.links.some((link) => link.from === from && link.to === to && link.cut);
  const others = now.sight.members.filter((other) => other.node !== node);
  return (
    <table class="link-actions">
      <caption class="quiet">Links</caption>
      <tbody>
        {others.map(({ node: other, name }) => (
          <tr key={other}>
            <th scope="row">{name}</th>
            <td>
              <LinkButton from={node} to={other} isCut={cut(node, other)} label={`to ${name}`} />
            </td>
            <td>
              <LinkButton from={other} to={node} isCut={cut(other, node)} label={`from ${name}`} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LinkButton({
  from,
  to,
  isCut,
  label,
}: {
  from: number;
  to: number;
  isCut: boolean;
  label: string;
}) {
  return (
    <button
      type="button"
      aria-pressed={isCut}
      class={isCut ? 'danger' : ''}
      onClick={() => void act({ type: isCut ? 'mend' : 'cut', from, to })}
    >
      {`${isCut ? 'mend' : 'cut'} ${label}`}
    </button>
  );
}

function ClusterActions() {
  if (kind.value !== 'playground') return null;
  return (
    <Buttons
      buttons={[
        ['add a node', { type: 'add-node' }],
        [
          'align timers',
          { type: 'align-timers' },
          'a: they all expire at once, and the vote may split',
        ],
      ]}
    />
  );
}

function Buttons({ buttons }: { buttons: readonly Button[] }) {
  return (
    <span class="buttons">
      {buttons.map(([label, what, title]) => (
        <button key={label} type="button" title={title} onClick={() => void confirmed(what)}>
          {label}
        </button>
      ))}
    </span>
  );
}

const ENDS: ReadonlySet<Act['type']> = new Set([
  'kill',
  'stop',
  'lose-power',
  'pause',
  'isolate',
  'wipe',
]);

/** Asks before a running cluster loses its quorum. */
export async function confirmed(what: Act): Promise<void> {
  const isLive = kind.value === 'live';
  if (isLive && ENDS.has(what.type) && 'node' in what && losesQuorum(what.node)) {
    const question = `${nameOf(what.node)} is needed: without it no majority runs, and nothing can be written. Go on?`;
    if (!window.confirm(question)) {
      say('nothing was done');
      return;
    }
  }
  await act(what);
}

function losesQuorum(node: number): boolean {
  const members = frame.value?.sight.members ?? [];
  const voters = members.find(({ sight }) => sight !== undefined)?.sight?.voters ?? [];
  const left = members.filter(
    (each) => each.state === 'up' && each.node !== node && voters.includes(each.node),
  );
  return left.length <= voters.length / 2;
}

/** What callers of the playground asked for, newest first. */
function Calls() {
  const all = calls.value.slice(-6).reverse();
  if (kind.value !== 'playground' || all.length === 0) return null;
  return (
    <ul class="calls" aria-label="requests">
      {all.map(({ call, act: what, outcome, code, value, revision, servedBy }) => (
        <li key={call} class={outcome}>
          <code>{`${what.type} ${what.key}${'value' in what ? ` ${what.value}` : ''}`}</code>
          <span>
            {outcomeText(
              outcome,
              code,
              what.type === 'get' ? (value ?? 'no such key') : `revision ${String(revision)}`,
              servedBy,
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function outcomeText(outcome: string, code: string, result: string, servedBy: number): string {
  if (outcome === 'pending') return 'waits …';
  if (outcome !== 'ok') return `${outcome}: ${code}`;
  return `${result}${servedBy === 0 ? '' : ` by ${nameOf(servedBy)}`}`;
}
