/** Nodes that stand somewhere in small worlds, and what may happen to each: many, and various. */
import type { Bound } from '../bound.js';
import type { NodeState } from '../node-state.js';
import { boundOf, FIGURE_8 } from '../plan.js';
import { Search } from '../search.js';
import type { Happening, Steps } from '../steps.js';
import { happeningsOf } from '../steps.js';

export interface Case {
  readonly steps: Steps;
  readonly node: NodeState;
  readonly happening: Happening;
}

const BOUNDS: readonly Bound[] = [
  boundOf({ entries: 1, crashes: 1, heartbeats: 1, duplicates: 1, messages: 3 }),
  boundOf({ terms: 4, timeouts: 2, logs: FIGURE_8, messages: 4, entries: 1, batch: 2 }),
];

export function stepsOfSample(): Steps[] {
  return BOUNDS.map((bound) => {
    const search = new Search({ bound, statesMax: 30_000 });
    search.run();
    return search.worlds.steps;
  });
}

/** One case in `every`. */
export function casesOf(every: number): Case[] {
  const cases: Case[] = [];
  for (const [at, steps] of stepsOfSample().entries()) {
    const bound = BOUNDS[at] ?? boundOf({});
    let count = 0;
    for (const node of steps.nodes.things) {
      const happenings = happeningsOf(node, bound);
      for (const letter of steps.letters.things) {
        if (letter.to !== node.id) continue;
        for (const moment of ['at-once', 'silence'] as const) {
          happenings.push({ kind: 'message', letter, moment });
        }
      }
      for (const happening of happenings) {
        if (count++ % every === 0) cases.push({ steps, node, happening });
      }
    }
  }
  return cases;
}
