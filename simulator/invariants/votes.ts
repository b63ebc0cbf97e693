/**
 * One vote a term, and leaders by a majority of them: what a node has told a candidate it never takes
 * back, over restarts too (Raft paper, figure 2, "votedFor"; 5.2; LogCabin and etcd both lost it once).
 */
import { isQuorum } from '#raft';
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class Votes implements Property {
  /** By term: whom each voter gave its vote. */
  private readonly votes = new Map<number, Map<number, number>>();
  /** The term in which each node was last seen to lead. */
  private readonly led = new Map<number, number>();

  /** A node tells a candidate that it has its vote. */
  sent(name: string, voter: number, term: number, candidate: number): void {
    const given = this.votesOf(term);
    const before = given.get(voter);
    if (before !== undefined && before !== candidate) {
      throw new PropertyBroken(
        'one vote a term',
        `${name} votes for ${String(candidate)} in term ${String(term)}, after it voted for ${String(before)}`,
      );
    }
    given.set(voter, candidate);
  }

  stepped({ id, name, replica }: NodeView): void {
    const { raft } = replica;
    if (raft.role !== 'leader' || this.led.get(id) === raft.term) return;
    this.led.set(id, raft.term);
    // Its own vote needs no message, but a place on its disk.
    this.sent(name, id, raft.term, id);
    const given = this.votesOf(raft.term);
    const { voters } = raft.membership;
    const count = voters.filter((voter) => given.get(voter) === id).length;
    if (isQuorum(count, voters.length)) return;
    throw new PropertyBroken(
      'elected by a majority',
      `${name} leads in term ${String(raft.term)} by ${String(count)} votes of ${String(voters.length)}`,
    );
  }

  private votesOf(term: number): Map<number, number> {
    const known = this.votes.get(term);
    if (known !== undefined) return known;
    const given = new Map<number, number>();
    this.votes.set(term, given);
    return given;
  }
}
