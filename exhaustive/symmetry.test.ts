import { encodeMessage, encodeNode } from './encoding.js';
import { Hasher } from './hash.js';
import type { NodeState } from './node-state.js';
import type { Permutation } from './permutation.js';
import { PERMUTATIONS } from './permutation.js';
import type { Told } from './steps.js';
import { casesOf } from './testing/sample.js';
import { happeningRenamed, nodeRenamed } from './testing/renaming.js';

const hasher = new Hasher();

const nameOf = (node: NodeState, order: Permutation): string => {
  encodeNode(hasher, node, order);
  const { low, high } = hasher.finish();
  return `${low} ${high}`;
};

/** What came of a step, under an order. */
function outcome({ node, effects }: Told, order: Permutation): string[] {
  const sent = effects.flatMap((effect) => {
    if (effect.type !== 'send') return [];
    encodeMessage(hasher.begin(), node.id, effect.to, effect.message, order);
    const { low, high } = hasher.finish();
    return [`${low} ${high}`];
  });
  return [nameOf(node, order), ...sent.sort()];
}

/** Null: the core stops. */
function tried(run: () => Told): Told | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name === 'InvariantBroken') return null;
    throw error;
  }
}

const SAME = PERMUTATIONS[0] as Permutation;

describe('the six names of a world', () => {
  const cases = casesOf(41);

  test('there are enough cases', () => {
    expect(cases.length).toBeGreaterThan(1000);
  });

  test('a hash under an order is that of the node that has its names', () => {
    const wrong = cases.filter(({ node }) =>
      PERMUTATIONS.some((order) => nameOf(node, order) !== nameOf(nodeRenamed(node, order), SAME)),
    );
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test('the core does the same under other names', () => {
    const wrong: unknown[] = [];
    for (const { steps, node, happening } of cases) {
      const told = tried(() => steps.tell(node, happening));
      for (const order of PERMUTATIONS) {
        const other = tried(() =>
          steps.tell(nodeRenamed(node, order), happeningRenamed(happening, order)),
        );
        const expected = told === null ? null : outcome(told, order);
        const found = other === null ? null : outcome(other, SAME);
        if (JSON.stringify(expected) !== JSON.stringify(found)) wrong.push({ node, happening });
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});
