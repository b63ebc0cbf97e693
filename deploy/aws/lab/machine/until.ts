/** Waiting for something that can be looked at. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 200;

/** Looks until `look` gives something; rejects with the last that it gave a reason for after `limitMs`. */
export async function until<T>(
  what: string,
  limitMs: number,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${what}: still not after ${limitMs / 1000} s`);
    await pause(LOOK_MS);
  }
}
