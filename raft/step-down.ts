import { InvariantBroken } from './broken.js';
import type { Core } from './core.js';
import { failAsks } from './read-index.js';
import { failReads } from './read-question.js';
import { endTransfer } from './transfer.js';
import type { NodeId, Term } from './types.js';

/**
 * Follows `leader`, or nobody yet, in `term`, from any role (paper, 5.1: whoever sees a higher term
 * takes it). What belonged to the role before ends here.
 */
export function becomeFollower(core: Core, term: Term, leader: NodeId | null): void {
  const { leadership, role } = core;
  const newTerm = term > core.term;
  if (!newTerm && core.leader !== null && leader !== null && core.leader !== leader) {
    throw new InvariantBroken(
      `nodes ${String(core.leader)} and ${String(leader)} both lead in term ${String(term)}: ` +
        'compare the vote files of all nodes',
    );
  }
  if (newTerm) {
    core.outbox.enter({ term, votedFor: null, ...(core.muted && { muted: true }) });
    core.forgetVerified();
  }
  if (core.leader !== leader) failReads(core, 'leader-changed');
  if (core.leader !== leader || newTerm) core.timers.leaderLost = false;
  core.role = 'follower';
  core.leader = leader;
  core.election = null;
  core.outbox.dropVoteRequests();
  if (role !== 'follower') core.armElection();
  if (leadership !== null) {
    core.leadership = null;
    failAsks(core, leadership.reads);
    endTransfer(core, leadership, newTerm);
  }
}
