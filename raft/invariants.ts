/**
 * What must hold after every step, in production too: constant-time checks of the state and of the
 * transition. One that is broken stops the node before it can say anything that is not so.
 */
import { InvariantBroken } from './broken.js';
import type { Core } from './core.js';
import type { RaftState } from './state.js';
import type { LogIndex, NodeId, Role, Term } from './types.js';

/** What the transition is compared with. */
interface Before {
  readonly term: Term;
  readonly votedFor: NodeId | null;
  readonly role: Role;
  readonly commitIndex: LogIndex;
  readonly lastIndex: LogIndex;
  readonly durableIndex: LogIndex;
}

export function before(core: Core): Before {
  const { vote, role, commitIndex, log } = core;
  const { lastIndex, durableIndex } = log;
  return { term: vote.term, votedFor: vote.votedFor, role, commitIndex, lastIndex, durableIndex };
}

/** Throws InvariantBroken. */
export function checkStep(core: Core, was: Before): void {
  checkOrder(core);
  checkTransition(core, was);
  if (core.role === 'leader') checkLeader(core, was);
  else hold(core, core.leader !== core.id && core.leadership === null, 'who leads is its leader');
}

/** Figure 2's state, in its order. */
function checkOrder(core: Core): void {
  const { log, commitIndex, verifiedIndex, outbox, memberships } = core;
  const { base, durableIndex, lastIndex } = log;
  hold(core, base.index <= commitIndex && commitIndex <= lastIndex, 'base <= commit <= last');
  hold(core, base.index <= durableIndex && durableIndex <= lastIndex, 'base <= durable <= last');
  hold(core, verifiedIndex <= lastIndex, 'verified <= last');
  hold(core, log.lastTerm <= core.term, 'no entry of a later term');
  hold(core, outbox.durable.term <= core.term, 'durable term <= term');
  hold(core, memberships.newest.index <= lastIndex, 'a membership is in the log');
}

function checkTransition(core: Core, was: Before): void {
  const { vote, commitIndex, log, truncatedFrom, installed } = core;
  hold(core, vote.term >= was.term, 'the term never falls');
  if (vote.term === was.term && was.votedFor !== null) {
    hold(core, vote.votedFor === was.votedFor, 'one vote a term');
  }
  hold(core, commitIndex >= was.commitIndex, 'the commit index never falls');
  if (installed) return;
  const cut = truncatedFrom ?? Infinity;
  hold(core, cut > was.commitIndex, 'what is committed is never cut');
  hold(core, log.lastIndex >= Math.min(was.lastIndex, cut - 1), 'only a cut shortens the log');
  hold(core, log.durableIndex >= Math.min(was.durableIndex, cut - 1), 'durable stays durable');
}

function checkLeader(core: Core, was: Before): void {
  const { leadership, outbox, log, id, term } = core;
  hold(core, leadership !== null && core.leader === id, 'who leads is its leader');
  hold(core, outbox.durable.term === term && outbox.durable.votedFor === id, 'a vote on disk');
  hold(core, log.lastTerm === term, 'a leader has an entry of its term');
  const led = was.role === 'leader' && was.term === term;
  if (led) hold(core, core.truncatedFrom === null && !core.installed, 'a leader only appends');
  for (const { matchIndex, nextIndex } of leadership?.peers ?? []) {
    const inOrder = matchIndex < nextIndex && nextIndex <= log.lastIndex + 1;
    hold(core, inOrder, 'match < next <= last + 1');
  }
}

function hold(core: Core, condition: boolean, invariant: string): void {
  if (condition) return;
  const { id, role, term, commitIndex, log } = core;
  throw new InvariantBroken(
    `invariant broken: ${invariant} (node ${String(id)}, ${role} in term ${String(term)}, ` +
      `base ${String(log.base.index)}, durable ${String(log.durableIndex)}, ` +
      `commit ${String(commitIndex)}, last ${String(log.lastIndex)}); restart it from its disk`,
  );
}

/** The whole log of one node: contiguous, terms never fall. Throws InvariantBroken. For simulators. */
export function checkLog({ log }: Pick<RaftState, 'log'>): void {
  let { index, term } = log.base;
  for (const entry of log.entries) {
    if (entry.index !== index + 1 || entry.term < term) {
      throw new InvariantBroken(
        `entry ${String(entry.index)} of term ${String(entry.term)} stands behind entry ` +
          `${String(index)} of term ${String(term)}`,
      );
    }
    ({ index, term } = entry);
  }
}
