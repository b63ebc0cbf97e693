/** The moment that is drawn, ms of the source: it runs on between two frames, at the pace of the source. */
import { effect, signal } from '@preact/signals';
import { cursor, frame, isPlaying, kind, speed } from './store.js';

/** A source that is silent for longer does not go on in the picture. */
const AHEAD_MS_MAX = 250;

export const drawnMs = signal(0);
/** Frames drawn in the last second. */
export const drawnPerSecond = signal(0);

export function startClock(): void {
  let frameMs = 0;
  let heardAt = 0;
  effect(() => {
    frameMs = frame.value?.sight.atMs ?? 0;
    heardAt = performance.now();
    if (paceOf() === 0 || frameMs < drawnMs.peek() - 1_000) drawnMs.value = frameMs;
  });
  let drawn = 0;
  let countedAt = performance.now();
  const draw = (): void => {
    const now = performance.now();
    drawn += 1;
    if (now - countedAt >= 1_000) {
      drawnPerSecond.value = Math.round((drawn * 1_000) / (now - countedAt));
      drawn = 0;
      countedAt = now;
    }
    const pace = paceOf();
    if (pace > 0) {
      const ahead = Math.min(now - heardAt, AHEAD_MS_MAX) * pace;
      const next = frameMs + ahead;
      // Never back, but for another story.
      if (next > drawnMs.peek() || next < drawnMs.peek() - 1_000) drawnMs.value = next;
    }
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
}

function paceOf(): number {
  if (cursor.peek() !== null || !isPlaying.peek()) return 0;
  if (kind.peek() === 'recording') return 0;
  return kind.peek() === 'playground' ? speed.peek() : 1;
}
