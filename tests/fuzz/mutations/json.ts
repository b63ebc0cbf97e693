/** Changes of JSON texts that leave most of them JSON: members, values, depth, number tokens, names. */
import type { Random } from '../../../simulator/random.js';
import { shuffleSome } from './bytes.js';
import { hostileText, NAMES, TOKENS } from './hostile.js';
import { mutateText } from './text.js';

/** A value as it will be written: a token stands as it is. */
type Node =
  | { readonly kind: 'token'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'object'; readonly members: readonly Member[] };
type Member = readonly [name: string, value: Node];

/** One to three changes; what is no JSON is changed as text. */
export function mutateJson(random: Random, text: string): string {
  if (random.chance(0.1)) return mutateText(random, text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return mutateText(random, text);
  }
  let node = nodeOf(value);
  for (let left = random.integer(1, 3); left > 0; left -= 1) node = change(random, node);
  return write(node);
}

function change(random: Random, node: Node): Node {
  switch (node.kind) {
    case 'token':
      return replacement(random, node);
    case 'list': {
      if (node.items.length === 0 || random.chance(0.15)) return replacement(random, node);
      if (random.chance(0.3)) return { kind: 'list', items: shuffleSome(random, node.items) };
      const at = random.below(node.items.length);
      const item = change(random, node.items[at] as Node);
      return { kind: 'list', items: node.items.with(at, item) };
    }
    case 'object': {
      if (node.members.length === 0 || random.chance(0.1)) return replacement(random, node);
      return { kind: 'object', members: changedMembers(random, node.members) };
    }
  }
}

function changedMembers(random: Random, members: readonly Member[]): readonly Member[] {
  const at = random.below(members.length);
  const [name, value] = members[at] as Member;
  if (random.chance(0.25)) return shuffleSome(random, members);
  if (random.chance(0.12)) {
    return members.toSpliced(at, 0, [random.pick(NAMES), replacement(random, value)]);
  }
  if (random.chance(0.1)) {
    const renamed = random.pick([...NAMES, `${name}64`, name.toUpperCase(), hostileText(random)]);
    return members.with(at, [renamed, value]);
  }
  return members.with(at, [name, change(random, value)]);
}

function replacement(random: Random, node: Node): Node {
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return { kind: 'token', text: random.pick(TOKENS) };
    case 3:
    case 4:
      return { kind: 'token', text: JSON.stringify(hostileText(random)) };
    case 5: {
      const depth = random.chance(0.1) ? random.pick([200, 3_000, 20_000]) : random.integer(1, 5);
      const [open, close] = random.pick([
        ['[', ']'],
        ['{"a":', '}'],
        ['{"txn":{"then":[', ']}}'],
      ]);
      return { kind: 'token', text: open.repeat(depth) + write(node) + close.repeat(depth) };
    }
    case 6:
      return { kind: 'list', items: [node, node] };
    default:
      return { kind: 'token', text: `"${hostileText(random)}"` };
  }
}

/** What was made deep by an earlier change is left out below this: to write it is what would overflow. */
const DEPTH_MAX = 500;

function nodeOf(value: unknown, depth = 0): Node {
  if (depth > DEPTH_MAX) return { kind: 'token', text: '0' };
  if (Array.isArray(value)) {
    return { kind: 'list', items: value.map((each) => nodeOf(each, depth + 1)) };
  }
  if (typeof value === 'object' && value !== null) {
    return {
      kind: 'object',
      members: Object.entries(value).map(([name, each]) => [name, nodeOf(each, depth + 1)]),
    };
  }
  return { kind: 'token', text: JSON.stringify(value) };
}

function write(node: Node): string {
  switch (node.kind) {
    case 'token':
      return node.text;
    case 'list':
      return `[${node.items.map(write).join(',')}]`;
    case 'object':
      return `{${node.members.map(([name, each]) => `${JSON.stringify(name)}:${write(each)}`).join(',')}}`;
  }
}
