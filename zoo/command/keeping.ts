/** `--keep`: counter-examples that are not there, or not reproduced any more, are found and cut down anew. */
import type { Bug } from '../bug.js';
import { attempt, hasManyAttempts, keep, replay, type Kept } from '../checkers/index.js';
import { readKept, writeKept } from '../kept.js';
import type { Options } from './options.js';

const ATTEMPTS_MAX = 2_000;

/** True if there is something to keep. */
export function keepAnew(bug: Bug, start: number, { again, runs }: Options): boolean {
  const before = readKept(bug);
  const stands = before !== null && !again && replay(bug, before, 'wrong') !== null;
  const kept = stands ? before : found(bug, start, runs);
  if (kept === null) {
    console.error(`${bug.name}: not found in ${ATTEMPTS_MAX} attempts from ${start} on`);
    return false;
  }
  writeKept(bug, kept);
  console.error(`${bug.name}: ${stands ? 'stands, told anew' : 'kept'}, ${sizeText(kept)}`);
  return true;
}

function found(bug: Bug, start: number, runs: number): Kept | null {
  if (!hasManyAttempts(bug)) return attempt(bug, 0) && keep(bug, 0, runs);
  for (let number = start; number < start + ATTEMPTS_MAX; number++) {
    if (attempt(bug, number) !== null) return keep(bug, number, runs);
  }
  return null;
}

function sizeText({ number, plan }: Kept): string {
  if (plan === undefined) return `number ${number}`;
  const calls = plan.calls === null ? 'all' : String(plan.calls.length);
  return `seed ${number}: ${plan.strikes.length} faults, ${calls} calls, ${plan.nodes} nodes`;
}
