import { encodeNode } from './encoding.js';
import { Hasher } from './hash.js';
import type { NodeState } from './node-state.js';
import { PERMUTATIONS } from './permutation.js';
import type { Permutation } from './permutation.js';
import { stepsOfSample } from './testing/sample.js';

/** What is not hashed, each for a reason; README.md has them. */
const NOT_HASHED = [
  // Time, and chance.
  'core.now',
  'core.random',
  'core.timers.electionDue',
  'core.timers.leaderHeardAt',
  'core.leadership.heartbeatDue',
  'core.leadership.peers.#.probedAt',
  'core.leadership.peers.#.movedAt',
  'core.leadership.peers.#.lastHeard',
  'core.questions.sentAt',
  'core.questions.silentSince',
  // Follows from the place.
  'core.log.entries.#.index',
  'disk.entries.#.index',
  // The same in every small world.
  'core.questions.nextId',
  'core.log.base.term',
  'core.memberships.#.index',
  'core.memberships.#.membership.voters.#',
].sort();

const hasher = new Hasher();

function hashOf(node: unknown): string {
  encodeNode(hasher, node as NodeState, PERMUTATIONS[0] as Permutation);
  const { low, high } = hasher.finish();
  return `${low} ${high}`;
}

/** Another value of the same kind; undefined: there is none to try. */
function otherThan(value: unknown, key: string): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === null) {
    return ['leader', 'votedFor', 'leaderHeardAt', 'probedAt'].includes(key) ? 1 : undefined;
  }
  if (key === 'text') return value === '1' ? '2' : '1';
  if (key === 'role') return value === 'leader' ? 'follower' : 'leader';
  if (key === 'state') return value === 'probe' ? 'replicate' : 'probe';
  return undefined;
}

/** The paths whose change leaves the hash as it is; and all that were tried. */
function unnoticed(node: NodeState, tried: Set<string>, missed: Set<string>): void {
  const copy = JSON.parse(JSON.stringify(node)) as Record<string, unknown>;
  const hash = hashOf(copy);
  const visit = (holder: Record<string, unknown>, path: readonly string[]): void => {
    for (const [key, value] of Object.entries(holder)) {
      const here = [...path, /^\d+$/.test(key) ? '#' : key];
      if (typeof value === 'object' && value !== null) {
        visit(value as Record<string, unknown>, here);
        continue;
      }
      const other = otherThan(value, key);
      if (other === undefined) continue;
      holder[key] = other;
      tried.add(here.join('.'));
      if (!isNoticed(copy, hash)) missed.add(here.join('.'));
      holder[key] = value;
    }
  };
  visit(copy, []);
}

/** A state that can't be encoded at all is noticed, too. */
function isNoticed(node: unknown, hash: string): boolean {
  try {
    return hashOf(node) !== hash;
  } catch {
    return true;
  }
}

test('every field of a node is hashed, but for time and what follows from the rest', () => {
  const tried = new Set<string>();
  const missed = new Set<string>();
  for (const steps of stepsOfSample()) {
    for (const [at, node] of steps.nodes.things.entries()) {
      if (at % 5 === 0) unnoticed(node, tried, missed);
    }
  }
  expect([...missed].sort()).toEqual(NOT_HASHED);
  const wanted = ['core.outbox.held.#.to', 'core.leadership.peers.#.inflight.#', 'disk.vote.term'];
  expect([...tried]).toEqual(expect.arrayContaining(wanted));
});
