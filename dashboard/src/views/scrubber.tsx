/** All that was seen, as a line to go back and forth on: terms and leaders in colour, faults and acts marked. */
import { computed } from '@preact/signals';
import {
  cursor,
  forkHere,
  frames,
  goLive,
  isPlaying,
  kind,
  look,
  marks,
  nameOf,
  reigns,
  setSpeed,
  shiftCursor,
  speed,
  SPEEDS,
  togglePlay,
} from '../state/store.js';
import { clockText, termClass } from './words.js';

const range = computed(() => {
  const all = frames.value;
  const from = all[0]?.sight.atMs ?? 0;
  const to = Math.max(from + 1, all.at(-1)?.sight.atMs ?? 1);
  return { from, to };
});

export function Scrubber() {
  const { from, to } = range.value;
  const at = cursor.value ?? to;
  const isLive = cursor.value === null;
  const percent = (ms: number): number =>
    ((Math.max(from, Math.min(to, ms)) - from) / (to - from)) * 100;
  return (
    <footer class="time" aria-label="time">
      <Transport isLive={isLive} />
      <div class="track">
        <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          {reigns.value.map(({ fromMs, term, leader }, index) => {
            const start = percent(fromMs);
            const end = percent(reigns.value[index + 1]?.fromMs ?? to);
            return (
              <rect
                key={index}
                class={leader === 0 ? 'no-leader' : termClass(term)}
                x={start}
                width={Math.max(0.05, end - start)}
                y={0}
                height={10}
              >
                <title>{`term ${String(term)}: ${leader === 0 ? 'nobody leads' : `${nameOf(leader)} leads`}`}</title>
              </rect>
            );
          })}
        </svg>
        <svg class="marks" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          {marks.value.map(({ atMs, kind: what }, index) => (
            <rect key={index} class={what} x={percent(atMs) - 0.1} width={0.2} y={0} height={10} />
          ))}
        </svg>
        <input
          type="range"
          aria-label="moment that is shown"
          aria-valuetext={clockText(at)}
          min={from}
          max={to}
          step={1}
          value={at}
          onInput={(event) => {
            const ms = Number(event.currentTarget.value);
            if (ms >= to - 1) goLive();
            else look(ms);
          }}
        />
      </div>
      <output class="moment">{clockText(at)}</output>
      <button
        type="button"
        class={`live ${isLive ? 'on' : ''}`}
        onClick={goLive}
        aria-pressed={isLive}
        title="l"
      >
        {kind.value === 'live' ? '● live' : 'newest'}
      </button>
      {kind.value === 'playground' && !isLive && (
        <button
          type="button"
          class="accent"
          onClick={() => void forkHere()}
          title="forget what came later, and go on from here"
        >
          fork here
        </button>
      )}
    </footer>
  );
}

function Transport({ isLive }: { isLive: boolean }) {
  const isPlayground = kind.value === 'playground';
  const runs = isPlaying.value && isLive;
  return (
    <div class="transport">
      <button type="button" onClick={() => shiftCursor(-1)} aria-label="back" title="left">
        ◀
      </button>
      {isPlayground && (
        <button type="button" onClick={togglePlay} aria-label={runs ? 'hold' : 'run'} title="space">
          {runs ? '❚❚' : '▶'}
        </button>
      )}
      <button
        type="button"
        onClick={() => shiftCursor(1)}
        aria-label="forward, or the next event"
        title="right"
      >
        ▶▏
      </button>
      {isPlayground && (
        <label class="speed">
          <span class="unseen">speed</span>
          <input
            type="range"
            min={0}
            max={SPEEDS.length - 1}
            step={1}
            value={SPEEDS.indexOf(speed.value)}
            aria-valuetext={`${String(speed.value)} times real time`}
            onInput={(event) => setSpeed(SPEEDS[Number(event.currentTarget.value)] ?? 1)}
          />
          <output>{`${String(speed.value)}×`}</output>
        </label>
      )}
    </div>
  );
}
