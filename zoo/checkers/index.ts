/** The checkers under one roof: an attempt has a number, and either finds the bug or does not. */
import type { Plan } from '#simulator';
import type { Bug, Finding } from '../bug.js';
import { crashTrace, tryOrder, tryOrderSound } from './crash-states.js';
import { planTrace, shortest, tryPlan, trySeed } from './simulator.js';
import { searchSound, searchWorld, worldTrace } from './small-world.js';

/** What does a bug's counter-example again. */
export interface Kept {
  /** The seed that found it, or the order of the history's steps; 0 for a search. */
  readonly number: number;
  /** That seed's plan, cut down. */
  readonly plan?: Plan;
}

/** A search tries everything at once; the others try one thing after another. */
export function hasManyAttempts({ hunt }: Bug): boolean {
  return hunt.by !== 'small world';
}

export function attempt({ hunt }: Bug, number: number): Finding | null {
  switch (hunt.by) {
    case 'simulator':
      return trySeed(hunt, number);
    case 'small world':
      return searchWorld(hunt);
    case 'crash states': {
      const found = tryOrder(hunt, number);
      return found && { property: found.property, reason: found.reason };
    }
  }
}

/** `rules`: the bug's, under which it has to fail, or production's, under which it must not. */
export function replay({ hunt }: Bug, kept: Kept, rules: 'wrong' | 'sound'): Finding | null {
  const isWrong = rules === 'wrong';
  switch (hunt.by) {
    case 'simulator':
      return tryPlan(planOf(kept), isWrong ? hunt : null);
    case 'small world':
      return isWrong ? searchWorld(hunt) : searchSound(hunt);
    case 'crash states':
      return isWrong ? tryOrder(hunt, kept.number) : tryOrderSound(hunt, kept.number);
  }
}

/** A person reads it. */
export function traceOfKept(bug: Bug, kept: Kept): string[] {
  const { hunt } = bug;
  switch (hunt.by) {
    case 'simulator':
      return planTrace(planOf(kept), hunt);
    case 'small world':
      return worldTrace(hunt);
    case 'crash states':
      return crashTrace(hunt, kept.number);
  }
}

/** What an attempt found, in the shortest form; null: it found nothing. */
export function keep({ hunt }: Bug, number: number, runs: number): Kept | null {
  if (hunt.by === 'small world') return { number: 0 };
  if (hunt.by === 'crash states') return { number };
  const plan = shortest(hunt, number, runs);
  return plan && { number, plan };
}

function planOf({ plan, number }: Kept): Plan {
  if (plan !== undefined) return plan;
  throw new RangeError(`what was kept of seed ${number} has no plan: keep it again (--keep)`);
}
