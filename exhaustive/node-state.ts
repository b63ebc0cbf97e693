/** One node as it stands between two steps: the real core's whole state, and its disk. */
import type { Entry, RaftConfig, RaftStart, RaftState, Term } from '#raft';
import { logIndex, nodeId, Raft, term } from '#raft';
import { momentTime, timeless } from './clock.js';
import type { Disk } from './disk.js';

export interface NodeState {
  readonly id: number;
  readonly core: RaftState;
  readonly disk: Disk;
}

const VOTERS = [1, 2, 3].map(nodeId);

/** What a client proposes names the node it went to: two leaders' entries are never the same. */
export const commandOf = (node: number) => ({ kind: 'command', text: String(node) }) as const;

/** Of a disk as it was found; what the clients proposed to nobody in particular. */
export function firstEntries(terms: readonly number[]): Entry[] {
  return terms.map((of, at) => ({ index: logIndex(at + 1), term: term(of), body: commandOf(0) }));
}

/** A process that has just started from this disk; it knows entries to `commit` to be committed. */
export function started(config: RaftConfig, disk: Disk, commit: number): NodeState {
  const start: RaftStart = {
    vote: disk.vote,
    base: { index: logIndex(0), term: term(0) },
    entries: disk.entries,
    commitIndex: logIndex(commit),
    membership: { voters: VOTERS, learners: [] },
    checkpoint: null,
    mayCampaign: true,
  };
  const raft = new Raft(config, start);
  raft.step({ type: 'tick' }, momentTime('at-once'));
  return { id: config.id, core: timeless(raft.dump()), disk };
}

export function blankDisk(terms: readonly number[], current: Term): Disk {
  return {
    vote: { term: current, votedFor: null },
    entries: firstEntries(terms),
    writingVote: null,
    writingLog: [],
  };
}
