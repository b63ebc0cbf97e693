/** Nodes and letters as they would stand there with other names: the slow way, on plain data. */
import type { NodeState } from '../node-state.js';
import type { Permutation } from '../permutation.js';
import { renamed } from '../permutation.js';
import type { Happening, Letter } from '../steps.js';

const NAMES = new Set(['id', 'leader', 'votedFor', 'node', 'to']);
const LISTS_OF_NAMES = new Set(['granted']);

function walk(value: unknown, key: string, order: Permutation): unknown {
  if (NAMES.has(key) && typeof value === 'number') return renamed(order, value);
  if (key === 'text') return String(renamed(order, Number(value)));
  if (Array.isArray(value)) {
    const all = value as unknown[];
    if (LISTS_OF_NAMES.has(key)) {
      return all.map((name) => renamed(order, name as number)).sort();
    }
    const changed = all.map((each) => walk(each, '', order));
    return key === 'peers' || key === 'held' ? changed.sort(byText) : changed;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, inner]) => [name, walk(inner, name, order)]));
}

const byText = (one: unknown, other: unknown): number =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;

export function nodeRenamed(node: NodeState, order: Permutation): NodeState {
  return walk(node, '', order) as NodeState;
}

export function letterRenamed({ from, to, message }: Letter, order: Permutation): Letter {
  const other = walk(message, '', order) as Letter['message'];
  return { from: renamed(order, from), to: renamed(order, to), message: other };
}

export function happeningRenamed(happening: Happening, order: Permutation): Happening {
  if (happening.kind !== 'message') return happening;
  return { ...happening, letter: letterRenamed(happening.letter, order) };
}
