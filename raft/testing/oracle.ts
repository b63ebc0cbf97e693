/** The paper's five properties (figure 3), over all nodes of a run and all of its time. */
import type { Effect, Entry, NodeId, Raft } from '../index.js';
import { checkLog } from '../index.js';
import type { TestDisk } from './disk.js';

export class Oracle {
  /** Committed entries by index, as the first node to commit them had them. */
  readonly committed: (Entry | undefined)[] = [];
  readonly leaders = new Map<number, NodeId>();
  /** The highest index that any node knows to be committed. */
  commitIndex = 0;

  /** Election safety: one leader a term. Leader completeness: it has all that was ever committed. */
  leads(node: NodeId, raft: Raft): void {
    const known = this.leaders.get(raft.term);
    if (known !== undefined && known !== node) {
      throw new Error(
        `${String(known)} and ${String(node)} both lead in term ${String(raft.term)}`,
      );
    }
    this.leaders.set(raft.term, node);
    if (known !== undefined) return;
    for (let index = raft.firstIndex as number; index <= this.commitIndex; index++) {
      const entry = this.committed[index];
      if (entry !== undefined && raft.entryTerm(entry.index) !== entry.term) {
        throw new Error(`leader ${String(node)} lacks committed entry ${String(index)}`);
      }
    }
  }

  /** State machine safety: nobody applies another entry at an index. */
  applies(node: NodeId, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const known = this.committed[entry.index];
      if (known === undefined) this.committed[entry.index] = entry;
      else if (known.term !== entry.term || JSON.stringify(known) !== JSON.stringify(entry)) {
        throw new Error(`${String(node)} applies another entry ${String(entry.index)}`);
      }
      this.commitIndex = Math.max(this.commitIndex, entry.index);
    }
  }

  /** What a leader commits stands on the disks of a quorum of its voters. */
  isReplicated(raft: Raft, disks: ReadonlyMap<NodeId, TestDisk>): void {
    const { voters } = raft.membership;
    const index = raft.commitIndex;
    const held = voters.filter((voter) => {
      const disk = disks.get(voter);
      if (disk === undefined) return false;
      return disk.base.index >= index || disk.termAt(index) === raft.entryTerm(index);
    });
    if (held.length * 2 <= voters.length) {
      throw new Error(
        `entry ${String(index)} is committed and on ${String(held.length)} disks only`,
      );
    }
  }

  /** README, duties 1 and 2. */
  mayLeave(effect: Effect & { type: 'send' }, disk: TestDisk): void {
    const { message, to } = effect;
    const { vote } = disk;
    const vouched =
      vote.term === message.term &&
      (message.type !== 'vote-reply' || !message.granted || vote.votedFor === to);
    if (!vouched)
      throw new Error(`${message.type} left before its vote record: ${JSON.stringify(vote)}`);
    const match =
      message.type === 'heartbeat-reply' || (message.type === 'append-reply' && message.success)
        ? message.matchIndex
        : 0;
    if (match > disk.lastIndex)
      throw new Error(`entry ${String(match)} is acknowledged, not on disk`);
  }

  /** Log matching: same index and term, same entries up to there. */
  logsMatch(rafts: readonly Raft[]): void {
    const logs = rafts.map((raft) => raft.dump());
    for (const log of logs) checkLog(log);
    for (const [position, { log: one }] of logs.entries()) {
      for (const { log: other } of logs.slice(position + 1)) {
        let same = false;
        for (let at = one.entries.length - 1; at >= 0; at--) {
          const mine = one.entries[at];
          if (mine === undefined) continue;
          const theirs = other.entries[mine.index - other.base.index - 1];
          if (theirs === undefined) continue;
          const agree = theirs.term === mine.term;
          if (same && (!agree || JSON.stringify(theirs) !== JSON.stringify(mine))) {
            throw new Error(`logs differ at ${String(mine.index)} and agree behind it`);
          }
          same ||= agree;
        }
      }
    }
  }
}
