/**
 * Reads JSON members in the one form in which they are written here, when keys and values are plain
 * ASCII: several times as fast as JSON.parse, for the two texts of which there are millions, a put and
 * a pair. Whatever looks different is left to the reader of everything (`json-members.ts`), so that
 * this decides nothing: what it reads, the other reads the same.
 */
import type { ByteString } from './types.js';

/** Pieces of a pattern, with one group each: a text in quotes, a count, and a count from 1 on. */
export const TEXT = String.raw`"([ !#-[\]-~]*)"`;
export const COUNT = String.raw`(0|[1-9]\d{0,15})`;
export const POSITIVE = String.raw`([1-9]\d{0,15})`;

/** A shorter piece of a string is a copy of its own; a longer one keeps the whole string alive. */
const COPIED_BELOW = 13;

/** The text of a group, as a string of its own: joining always makes one. */
export function textOf(group: string | undefined): ByteString {
  if (group === undefined) throw new Error('the pattern has no such text');
  if (group.length < COPIED_BELOW) return group;
  return [group.slice(0, 1), group.slice(1)].join('');
}

/** The count of a group; 0 if it is not there, -1 if it is above 2^53 - 1. */
export function numberOf(group: string | undefined): number {
  if (group === undefined) return 0;
  const count = Number(group);
  return Number.isSafeInteger(count) ? count : -1;
}
