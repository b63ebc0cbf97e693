/** One search of a small world, breadth first: what it finds, it finds on a shortest way. */
import { PROPERTIES, Search, traceOf, type Found } from '#exhaustive';
import { RULES, type Rules } from '#raft';
import type { Finding, SmallWorldHunt } from '../bug.js';

const STATES_MAX = 3_000_000;

export function searchWorld(hunt: SmallWorldHunt): Finding | null {
  const { found } = searched(hunt, hunt.rules, Infinity);
  return findingOf(found);
}

/** The same world as deep as the bug lay, under production's rules. */
export function searchSound(hunt: SmallWorldHunt): Finding | null {
  const { depth } = searched(hunt, hunt.rules, Infinity).found;
  return findingOf(searched(hunt, () => ({}), depth + 1).found);
}

export function worldTrace(hunt: SmallWorldHunt): string[] {
  const { search, found } = searched(hunt, hunt.rules, Infinity);
  return traceOf(search.worlds, found);
}

function searched(
  { bound, without = [] }: SmallWorldHunt,
  wrong: SmallWorldHunt['rules'],
  depthMax: number,
): { search: Search; found: Found } {
  const properties = PROPERTIES.filter((property) => !without.includes(property));
  const rulesOf = (node: number): Rules => ({ ...RULES, ...wrong(node) });
  const search = new Search({ bound, statesMax: STATES_MAX, depthMax, rulesOf, properties });
  return { search, found: search.run() };
}

function findingOf({ violation }: Found): Finding | null {
  return violation && { property: violation.property, reason: violation.message };
}
