/**
 * What has happened so far, as far as the properties speak of it: who led in which term, and what was
 * committed, in which leader's term. Part of the world's state, so that no two worlds are taken for
 * one that differ in it.
 */
import type { Facts } from './facts.js';
import { codeRenamed } from './encoding.js';
import type { Hasher } from './hash.js';
import type { Permutation } from './permutation.js';
import { renamed } from './permutation.js';
import type { Property } from './properties.js';
import { Violation } from './properties.js';

export interface Committed {
  readonly code: number;
  /** Of the leader that committed it. */
  readonly term: number;
}

export interface History {
  /** By term; 0: nobody yet. */
  readonly leaders: readonly number[];
  /** From index 1 on. */
  readonly committed: readonly Committed[];
}

export const NOTHING: History = { leaders: [], committed: [] };

export function encodeHistory(to: Hasher, history: History, order: Permutation): void {
  to.begin().put(history.leaders.length);
  for (const leader of history.leaders) to.put(renamed(order, leader));
  to.put(history.committed.length);
  for (const { code, term } of history.committed) to.put(codeRenamed(code, order)).put(term);
}

/** The history after a step of `node`, one of `all`. Throws a Violation of one of `checked`. */
export function continued(
  history: History,
  node: Facts,
  all: readonly Facts[],
  checked: ReadonlySet<Property>,
): History {
  const leaders = node.leads ? withLeader(history, node, checked) : history.leaders;
  const committed = withCommitted(history, node, all, checked);
  if (checked.has('leader completeness')) for (const each of all) mustBeComplete(each, committed);
  if (leaders === history.leaders && committed === history.committed) return history;
  return { leaders, committed };
}

function withLeader(
  { leaders }: History,
  { id, term }: Facts,
  checked: ReadonlySet<Property>,
): readonly number[] {
  const known = leaders[term] ?? 0;
  if (known === id) return leaders;
  if (known !== 0) {
    if (!checked.has('election safety')) return leaders;
    throw new Violation('election safety', `nodes ${known} and ${id} both lead in term ${term}`);
  }
  const longer = leaders.slice();
  while (longer.length <= term) longer.push(0);
  longer[term] = id;
  return longer;
}

function withCommitted(
  { committed }: History,
  node: Facts,
  all: readonly Facts[],
  checked: ReadonlySet<Property>,
): readonly Committed[] {
  const known = Math.min(node.commit, committed.length);
  for (let at = 0; at < known; at++) {
    if (committed[at]?.code === node.log[at] || !checked.has('state machine safety')) continue;
    throw new Violation(
      'state machine safety',
      `node ${node.id} has committed another entry ${at + 1} than was committed before ` +
        `(term ${termOf(node.log[at])}, not ${termOf(committed[at]?.code)})`,
    );
  }
  if (node.commit <= committed.length) return committed;
  const longer = committed.slice();
  for (let at = committed.length; at < node.commit; at++) {
    longer.push({ code: node.log[at] ?? 0, term: node.term });
  }
  if (checked.has('committed on a majority')) mustBeOnDisks(longer, committed.length, all);
  return longer;
}

const termOf = (code: number | undefined): number => (code ?? 0) >> 3;

function mustBeOnDisks(committed: readonly Committed[], from: number, all: readonly Facts[]): void {
  for (let at = from; at < committed.length; at++) {
    const holders = all.filter(({ disk }) => disk[at] === committed[at]?.code);
    if (2 * holders.length > all.length) continue;
    throw new Violation(
      'committed on a majority',
      `entry ${at + 1} of term ${termOf(committed[at]?.code)} is committed, and on the disks of ` +
        (holders.map(({ id }) => `node ${id}`).join(', ') || 'no node'),
    );
  }
}

/** A leader of an older term, late, may lack what is committed by now. */
function mustBeComplete(node: Facts, committed: readonly Committed[]): void {
  if (!node.leads) return;
  for (const [at, { code, term }] of committed.entries()) {
    if (term >= node.term || node.log[at] === code) continue;
    throw new Violation(
      'leader completeness',
      `node ${node.id} leads in term ${node.term} without entry ${at + 1} of term ` +
        `${termOf(code)}, which was committed in term ${term}`,
    );
  }
}

/** Log matching between one node and another. */
export function mustMatch(one: Facts, other: Facts): void {
  const { log: mine } = one;
  const { log: theirs } = other;
  let agree = false;
  for (let at = Math.min(mine.length, theirs.length) - 1; at >= 0; at--) {
    if (termOf(mine[at]) === termOf(theirs[at])) agree = true;
    if (!agree || mine[at] === theirs[at]) continue;
    throw new Violation(
      'log matching',
      `the logs of nodes ${one.id} and ${other.id} differ at entry ${at + 1}, and agree on the ` +
        'term of it or of one behind it',
    );
  }
}
