import type { Bound } from './bound.js';
import { has } from './testing/budget.js';
import { blankDisk, started } from './node-state.js';
import type { NodeState } from './node-state.js';
import { PERMUTATIONS } from './permutation.js';
import { boundOf } from './plan.js';
import { Search } from './search.js';
import type { Happening, Letter, Steps } from './steps.js';
import { happeningsOf } from './steps.js';
import { letterRenamed, nodeRenamed } from './testing/renaming.js';
import { term } from '#raft';

interface Plain {
  readonly nodes: readonly NodeState[];
  readonly letters: readonly Letter[];
  readonly left: Readonly<Record<string, number>>;
}

/** The whole world as text, under the names that make it the least. */
function textOf({ nodes, letters, left }: Plain): string {
  const texts = PERMUTATIONS.map((order) => {
    const named = nodes.map((node) => JSON.stringify(nodeRenamed(node, order))).sort();
    const sent = letters.map((letter) => JSON.stringify(letterRenamed(letter, order))).sort();
    return JSON.stringify([named, sent, left]);
  });
  return texts.sort()[0] ?? '';
}

/** All worlds within a bound, the slow way: whole texts, each step taken anew. */
function count(steps: Steps, bound: Bound): number {
  const disk = blankDisk([], term(0));
  const nodes = [1, 2, 3].map((id) => started(steps.configOf(id), disk, 0));
  const { timeouts, entries, heartbeats, crashes, duplicates } = bound;
  const left = { timeouts, entries, heartbeats, crashes, duplicates: Number(duplicates) };
  const first: Plain = { nodes, letters: [], left };
  const seen = new Set([textOf(first)]);
  const waiting = [first];
  for (let world = waiting.pop(); world !== undefined; world = waiting.pop()) {
    for (const next of following(steps, bound, world)) {
      const text = textOf(next);
      if (seen.has(text)) continue;
      seen.add(text);
      waiting.push(next);
    }
  }
  return seen.size;
}

function following(steps: Steps, bound: Bound, world: Plain): Plain[] {
  const found: Plain[] = [];
  const take = (node: NodeState, happening: Happening, letters: readonly Letter[]): void => {
    const left = has(world.left, happening.kind);
    if (left === null) return;
    const told = steps.tell(node, happening);
    if (told.node.core.outbox.current.term > bound.terms) return;
    const sent = told.effects.flatMap((effect) =>
      effect.type === 'send' ? [{ from: node.id, to: effect.to, message: effect.message }] : [],
    );
    if (letters.length + sent.length > bound.messages) return;
    const nodes = world.nodes.map((each) => (each === node ? told.node : each));
    found.push({ nodes, letters: [...letters, ...sent], left });
  };
  for (const node of world.nodes) {
    for (const happening of happeningsOf(node, bound)) take(node, happening, world.letters);
    for (const [at, letter] of world.letters.entries()) {
      if (letter.to !== node.id) continue;
      const rest = world.letters.filter((_, other) => other !== at);
      for (const moment of ['at-once', 'silence'] as const) {
        take(node, { kind: 'message', letter, moment }, rest);
      }
    }
  }
  return found;
}

describe('a search', () => {
  const TINY = boundOf({ messages: 3 });

  test('finds as many worlds as the slow way', () => {
    const search = new Search({ bound: TINY, statesMax: 100_000 });
    const found = search.run();
    expect(found.exhausted).toBe(true);
    expect(found.violation).toBe(null);
    expect(found.states).toBeGreaterThan(100);
    expect(found.states).toBe(count(search.worlds.steps, TINY));
  });

  test('says so when its room is too small', () => {
    const found = new Search({ bound: TINY, statesMax: 100 }).run();
    expect(found.exhausted).toBe(false);
    expect(found.violation).toBe(null);
  });

  test('says so when it may not go deep enough', () => {
    const found = new Search({ bound: TINY, statesMax: 100_000, depthMax: 5 }).run();
    expect(found.exhausted).toBe(false);
    expect(found.depth).toBe(5);
  });

  test('goes the same way each time', () => {
    const [one, other] = [0, 1].map(() => new Search({ bound: TINY, statesMax: 100_000 }).run());
    expect(one).toEqual(other);
  });
});
