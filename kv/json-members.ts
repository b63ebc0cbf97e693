/** Reads the members of parsed JSON, whatever stands there. Every function throws `Malformed` alone. */
import { fromBase64 } from './base64.js';
import { fromText, isAscii, isEncodable } from './byte-string.js';
import type { ByteString } from './types.js';

/** What is wrong with a text, in words that follow "the command " or "line 12: ". */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

export type Members = Readonly<Record<string, unknown>>;

/** Parses an object. */
export function parseMembers(text: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed('is not JSON');
  }
  return asMembers(value, 'it');
}

export function asMembers(value: unknown, what: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(`has ${what} that is no object`);
  }
  return value as Members;
}

/** [] where the member is missing. */
export function listMember(members: Members, name: string): readonly unknown[] {
  const value = members[name];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Malformed(`has "${name}" that is no list`);
  return value;
}

/** Refuses what is not an integer from 0 to 2^53 - 1. */
export function asCount(value: unknown, name: string): number {
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value;
  throw new Malformed(`has "${name}" that is no integer from 0 to 2^53 - 1`);
}

export function countMember(members: Members, name: string): number {
  return asCount(members[name], name);
}

/** `otherwise` where the member is missing. */
export function optionalCount(members: Members, name: string, otherwise: number): number {
  const value = members[name];
  return value === undefined ? otherwise : asCount(value, name);
}

/** False where the member is missing. */
export function flagMember(members: Members, name: string): boolean {
  const value = members[name];
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw new Malformed(`has "${name}" that is not true or false`);
  return value;
}

export function textMember(members: Members, name: string): string {
  const value = members[name];
  if (typeof value !== 'string') throw new Malformed(`has "${name}" that is no text`);
  return value;
}

/** The bytes that stand as text under `name`, or as base64 under `name64`. */
export function bytesOf(members: Members, name: 'key' | 'value' | 'end'): ByteString {
  const bytes = optionalBytes(members, name);
  if (bytes === null) throw new Malformed(`has no "${name}"`);
  return bytes;
}

/** Null where the member is missing. */
export function optionalBytes(members: Members, name: 'key' | 'value' | 'end'): ByteString | null {
  const text = members[name];
  if (typeof text === 'string') {
    // Looked through once: most texts are ASCII.
    if (isAscii(text)) return text;
    if (!isEncodable(text)) throw new Malformed(`has "${name}" with half a character`);
    return fromText(text);
  }
  if (text !== undefined) throw new Malformed(`has "${name}" that is no text`);
  const base64 = members[`${name}64`];
  if (base64 === undefined) return null;
  const bytes = typeof base64 === 'string' ? fromBase64(base64) : null;
  if (bytes === null) throw new Malformed(`has "${name}64" that is no base64`);
  return bytes;
}
