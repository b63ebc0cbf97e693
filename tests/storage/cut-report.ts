/** What a writer tells, a line each, before or after the fact; and what it writes, by index and term. */
import { logIndex, nodeId, term, type Entry, type Vote } from '#raft';

export type CutReport =
  /** What the start found: the log's terms from base + 1 on, as [term, how many] in their order. */
  | {
      readonly type: 'recovered';
      readonly base: number;
      readonly terms: readonly (readonly [number, number])[];
      readonly vote: number;
      readonly checkpoint: number;
      /** What is not as it was written; null if all is. */
      readonly fault: string | null;
      readonly remarks: number;
    }
  | { readonly type: 'refused'; readonly message: string }
  /** About to be asked of the storage. */
  | {
      readonly type: 'append';
      readonly first: number;
      readonly last: number;
      readonly term: number;
    }
  | { readonly type: 'truncate'; readonly from: number }
  | { readonly type: 'vote'; readonly term: number }
  /** Reported by the storage. */
  | { readonly type: 'log-durable'; readonly last: number }
  | { readonly type: 'vote-durable'; readonly term: number }
  | { readonly type: 'checkpoint-saved'; readonly index: number };

/** Rules that a writer may break, to see that a cut shows it. */
export const PLANTED = ['syncsBeforeReporting', 'syncsDirectory'] as const;
export type Planted = (typeof PLANTED)[number];

/** Every 40th entry is a checkpoint's marker. */
export const MARKER_EVERY = 40;

export function entryOf(index: number, of: number): Entry {
  const at = { index: logIndex(index), term: term(of) };
  if (index % MARKER_EVERY === 0) return { ...at, body: { kind: 'checkpoint' } };
  const size = (index * 7919 + of * 104729) % 1500;
  const text = `"put":{"key":"k${index}","value":"${of}.${'é0123456789'.charAt(index % 11).repeat(size)}"}`;
  return { ...at, body: { kind: 'command', text } };
}

export const stateOf = (index: number): string[] =>
  Array.from({ length: 1 + (index % 300) }, (_, at) => `{"of":${index},"line":${at}}`);

export const voteOf = (of: number): Vote => ({
  term: term(of),
  votedFor: of === 0 ? null : nodeId(1 + (of % 3)),
});
