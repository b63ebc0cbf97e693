/** What may still happen, as a plain object: the slow way of the packed number. */
import type { Happening } from '../steps.js';

type Left = Readonly<Record<string, number>>;

const BUDGET_OF: Partial<Record<Happening['kind'], string>> = {
  timeout: 'timeouts',
  heartbeat: 'heartbeats',
  proposal: 'entries',
  crash: 'crashes',
};

/** What is left after it; null: it may not happen any more. */
export function has(left: Left, kind: Happening['kind']): Left | null {
  const budget = BUDGET_OF[kind];
  if (budget === undefined) return left;
  const count = left[budget] ?? 0;
  return count === 0 ? null : { ...left, [budget]: count - 1 };
}
