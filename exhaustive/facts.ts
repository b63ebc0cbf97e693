/** What the checks need of a node's state, in small numbers; and what holds from one state to the next. */
import type { Effect, Entry } from '#raft';
import type { Disk } from './disk.js';
import { entryCode } from './encoding.js';
import type { NodeState } from './node-state.js';
import { PERMUTATIONS } from './permutation.js';
import type { Permutation } from './permutation.js';
import { Violation } from './properties.js';

export interface Facts {
  readonly id: number;
  readonly term: number;
  readonly leads: boolean;
  readonly commit: number;
  /** Entries as codes (term and body), in memory and on disk. */
  readonly log: readonly number[];
  readonly disk: readonly number[];
}

const SAME = PERMUTATIONS[0] as Permutation;
const codes = (entries: readonly Entry[]): number[] =>
  entries.map((entry) => entryCode(entry, SAME));

export function factsOf({ id, core, disk }: NodeState): Facts {
  return {
    id,
    term: core.outbox.current.term,
    leads: core.role === 'leader',
    commit: core.commitIndex,
    log: codes(core.log.entries),
    disk: codes(disk.entries),
  };
}

const begins = (all: readonly number[], first: readonly number[]): boolean =>
  first.every((code, at) => all[at] === code);

export const same = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && begins(one, other);

/** Of a step of one process; returns what is broken. */
export function brokenByStep(before: Facts, after: Facts): Violation | null {
  if (after.commit < before.commit) {
    return new Violation(
      'commit never back',
      `node ${after.id} had committed to ${before.commit}, and now to ${after.commit}`,
    );
  }
  const led = before.leads && after.leads && before.term === after.term;
  if (led && !begins(after.log, before.log)) {
    return new Violation('leader append-only', `leader ${after.id} has changed its log`);
  }
  return null;
}

/** Of the disk, also over a crash. */
export function brokenByDisk(node: number, before: Disk, after: Disk): Violation | null {
  const was = before.vote;
  const now = after.vote;
  const kept =
    now.term > was.term ||
    (now.term === was.term && (was.votedFor === null || was.votedFor === now.votedFor));
  if (kept) return null;
  return new Violation(
    'one vote a term',
    `node ${node} had voted for ${was.votedFor ?? 'nobody'} in term ${was.term}, ` +
      `and its disk now says ${now.votedFor ?? 'nobody'} in term ${now.term}`,
  );
}

/** Of a message that leaves while the disk is as given. */
export function brokenBySending(
  node: number,
  effect: Effect & { readonly type: 'send' },
  disk: Disk,
): Violation | null {
  const { message, to } = effect;
  const { vote, entries } = disk;
  const candidate = message.type === 'vote-request' ? node : to;
  const names =
    message.type === 'vote-request' || (message.type === 'vote-reply' && message.granted);
  if (vote.term !== message.term || (names && vote.votedFor !== candidate)) {
    return new Violation(
      'durable before sent',
      `a ${message.type} of term ${message.term} leaves node ${node}, whose disk says term ` +
        `${vote.term}, vote for ${vote.votedFor ?? 'nobody'}`,
    );
  }
  const confirms =
    message.type === 'heartbeat-reply' || (message.type === 'append-reply' && message.success);
  if (confirms && message.matchIndex > entries.length) {
    return new Violation(
      'durable before sent',
      `node ${node} acknowledges entry ${message.matchIndex} with ${entries.length} on its disk`,
    );
  }
  return null;
}
