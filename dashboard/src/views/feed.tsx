/** What happened and why, in plain language, newest first. */
import { named } from '#simulator/playground';
import { useEffect, useRef, useState } from 'preact/hooks';
import { names, nameOf, shownLines } from '../state/store.js';
import { clockText } from './words.js';

const LINES_SHOWN = 80;
/** A screen reader is told at most so often, ms. */
const SPEAK_EVERY_MS = 2_000;

export function Feed() {
  const newest = shownLines.value.slice(-LINES_SHOWN).reverse();
  return (
    <section class="feed" aria-label="what happened">
      <h2 class="quiet">What happened, and why</h2>
      <ol tabIndex={0} aria-label="events, newest first">
        {newest.map(({ atMs, node, kind, text }, at) => (
          <li key={`${String(atMs)}-${String(newest.length - at)}`} class={kind}>
            <time>{clockText(atMs)}</time>
            <p>
              {node !== 0 && <b>{nameOf(node)} </b>}
              {named(text, names.value)}
            </p>
          </li>
        ))}
      </ol>
      <Spoken />
    </section>
  );
}

/** The newest line of what matters most, said politely. */
function Spoken() {
  const [text, setText] = useState('');
  const spokenAt = useRef(0);
  const newest = shownLines.value.findLast(
    ({ kind }) => kind === 'role' || kind === 'fault' || kind === 'broken',
  );
  useEffect(() => {
    if (newest === undefined) return;
    const wait = Math.max(0, spokenAt.current + SPEAK_EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      spokenAt.current = performance.now();
      setText(`${newest.node === 0 ? '' : nameOf(newest.node)} ${named(newest.text, names.value)}`);
    }, wait);
    return () => clearTimeout(timer);
  }, [newest]);
  return (
    <p class="unseen" aria-live="polite">
      {text}
    </p>
  );
}
