/** Bugs that others had, planted here to be caught, and how each was: its counter-example, step by step. */
import { useEffect } from 'preact/hooks';
import { bugs, loadBugs, opened, openTrace, traceAt } from '../state/catalogue.js';
import { openPlayground, STANDARD_START, view } from '../state/store.js';

/** Steps that are shown before and after the one that is looked at. */
const BEFORE = 5;
const AFTER = 3;

export function Catalogue() {
  useEffect(() => void loadBugs(), []);
  return (
    <ul class="lesson-list">
      {bugs.value.map((bug) => (
        <li key={bug.name}>
          <button type="button" onClick={() => void openTrace(bug)}>
            <b>{bug.name.replaceAll('-', ' ')}</b>
            <span>{bug.what}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function OpenTrace() {
  const open = opened.value;
  if (open === null) return null;
  const { bug, head, steps } = open;
  const last = steps.length - 1;
  const at = Math.min(traceAt.value, last);
  const go = (to: number): void => {
    traceAt.value = Math.max(0, Math.min(last, to));
  };
  const from = Math.max(0, at - BEFORE);
  return (
    <section class="trace" aria-label={`counter-example of ${bug.name}`}>
      <div>
        <h2>{bug.what}</h2>
        <p class="quiet">{`${bug.name} · ${bug.rule} · ${bug.foundBy} · ${bug.source}`}</p>
      </div>
      <p class="row">
        <button type="button" onClick={() => (opened.value = null)}>
          all bugs
        </button>
        <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>
          step back
        </button>
        <button type="button" class="accent" disabled={at === last} onClick={() => go(at + 1)}>
          step on
        </button>
        <button type="button" disabled={at === last} onClick={() => go(last)}>
          what broke
        </button>
        <input
          type="range"
          aria-label="step"
          min={0}
          max={last}
          value={at}
          onInput={({ currentTarget }) => go(Number(currentTarget.value))}
        />
        <output>{`${String(at + 1)} of ${String(steps.length)}`}</output>
        <button type="button" onClick={() => tryIt(bug.name)}>
          this rule off, in the playground
        </button>
      </p>
      {from === 0 && head.length > 0 && <pre class="quiet">{head.join('\n')}</pre>}
      <ol start={from + 1}>
        {steps.slice(from, at + AFTER + 1).map((lines, index) => (
          <li key={from + index} {...(from + index === at && { 'aria-current': 'step' })}>
            <pre class={from + index > at ? 'quiet' : ''}>{lines.join('\n')}</pre>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The same wrong rule in a cluster of one's own: whether it shows there is up to whoever breaks it. */
function tryIt(name: string): void {
  openPlayground({ start: { ...STANDARD_START, rulesOff: [name] } });
  view.value = 'cluster';
}
