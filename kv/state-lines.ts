/**
 * The state as lines of a checkpoint, JSON objects without line feeds: first what it is, then the
 * current keys, older versions, sessions and members, each section in order. Equal states have equal
 * lines. Keys and values stand as in commands.
 */
import { bytesMember } from './command-encoding.js';
import { isTombstone } from './item.js';
import {
  asCount,
  asMembers,
  bytesOf,
  countMember,
  flagMember,
  listMember,
  Malformed,
  optionalCount,
  parseMembers,
  textMember,
  type Members as JsonMembers,
} from './json-members.js';
import type { Member } from './members.js';
import { COUNT, numberOf, POSITIVE, TEXT, textOf } from './plain-form.js';
import type { Answer } from './recollection.js';
import { OUTSTANDING_MAX, Session } from './sessions.js';
import type { Pair, RefusalCode } from './types.js';

export interface StateHead {
  readonly revision: number;
  readonly compacted: number;
  readonly keys: number;
  readonly sessions: number;
  readonly members: number;
  /** Left out where it is 1: the text is that of releases which know of no level. */
  readonly formatLevel: number;
}

export type StateLine =
  | { readonly kind: 'head'; readonly head: StateHead }
  | { readonly kind: 'key'; readonly pair: Pair }
  | { readonly kind: 'old'; readonly version: Pair }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'member'; readonly node: number; readonly member: Member };

export function headLine(head: StateHead): string {
  const { revision, compacted, keys, sessions, members, formatLevel } = head;
  const format = formatLevel === 1 ? '' : `,"format":${formatLevel}`;
  return (
    `{"state":{"revision":${revision},"compacted":${compacted},` +
    `"keys":${keys},"sessions":${sessions},"members":${members}${format}}}`
  );
}

export function keyLine(pair: Pair): string {
  return `{${pairText(pair)}}`;
}

/** A version that is superseded, or a deletion. */
export function oldLine(version: Pair): string {
  if (!isTombstone(version)) return `{"old":{${pairText(version)}}}`;
  return `{"old":{${bytesMember('key', version.key)},"mod":${version.modRevision},"deleted":true}}`;
}

function pairText(pair: Pair): string {
  const { createRevision, modRevision, version, lease } = pair;
  const bytes = `${bytesMember('key', pair.key)},${bytesMember('value', pair.value)}`;
  const leaseText = lease === 0 ? '' : `,"lease":${lease}`;
  return `${bytes},"create":${createRevision},"mod":${modRevision},"version":${version}${leaseText}`;
}

/** Answers in order of sequence number: [12,40], [13,"duplicate-key"], [14,41,[3],[true]]. */
export function sessionLine(session: Session): string {
  const answers = [...session.answers].sort(([a], [b]) => a - b).map(answerText);
  return (
    `{"session":${session.session},"active":${session.lastActivity},` +
    `"low":${session.lowestAwaited},"answers":[${answers.join(',')}]}`
  );
}

function answerText([sequence, answer]: readonly [number, Answer]): string {
  if (typeof answer === 'number') return `[${sequence},${answer}]`;
  if (typeof answer === 'string') return `[${sequence},"${answer}"]`;
  const { revision, counts, branches } = answer;
  return `[${sequence},${revision},[${counts.join(',')}],[${branches.join(',')}]]`;
}

export function memberLine(node: number, { storeId, name }: Member): string {
  const texts = `"store":${JSON.stringify(storeId)},"name":${JSON.stringify(name)}`;
  return `{"member":${node},${texts}}`;
}

/** Throws `Malformed`. */
export function parseStateLine(text: string): StateLine {
  const pair = plainPair(text);
  if (pair !== null) return { kind: 'key', pair };
  return parseAnyLine(text);
}

/** The same for any line, whatever form it has. */
export function parseAnyLine(text: string): StateLine {
  const members = parseMembers(text);
  const { state, old } = members;
  if (members['key'] !== undefined || members['key64'] !== undefined) {
    return { kind: 'key', pair: pairOf(members) };
  }
  if (old !== undefined) return { kind: 'old', version: oldOf(asMembers(old, '"old"')) };
  if (state !== undefined) return { kind: 'head', head: headOf(asMembers(state, '"state"')) };
  if (members['session'] !== undefined) return { kind: 'session', session: sessionOf(members) };
  const member = { storeId: textMember(members, 'store'), name: textMember(members, 'name') };
  return { kind: 'member', node: countMember(members, 'member'), member };
}

const PAIR = new RegExp(
  `^{"key":${TEXT},"value":${TEXT},"create":${COUNT},"mod":${COUNT},"version":${POSITIVE}` +
    `(?:,"lease":${COUNT})?}$`,
);

/** The line of a current key as `keyLine` writes it, if key and value are plain; else null. */
function plainPair(text: string): Pair | null {
  const found = PAIR.exec(text);
  if (found === null) return null;
  const createRevision = numberOf(found[3]);
  const modRevision = numberOf(found[4]);
  const version = numberOf(found[5]);
  const lease = numberOf(found[6]);
  if (createRevision < 0 || modRevision < 0 || version < 0 || lease < 0) return null;
  return {
    key: textOf(found[1]),
    value: textOf(found[2]),
    createRevision,
    modRevision,
    version,
    lease,
  };
}

function headOf(members: JsonMembers): StateHead {
  const head = {
    revision: countMember(members, 'revision'),
    compacted: countMember(members, 'compacted'),
    keys: countMember(members, 'keys'),
    sessions: countMember(members, 'sessions'),
    members: countMember(members, 'members'),
    formatLevel: optionalCount(members, 'format', 1),
  };
  if (head.revision < 1) throw new Malformed('has "revision" 0; revisions begin at 1');
  if (head.compacted > head.revision) throw new Malformed('has "compacted" after "revision"');
  return head;
}

function pairOf(members: JsonMembers): Pair {
  const pair = {
    key: bytesOf(members, 'key'),
    value: bytesOf(members, 'value'),
    createRevision: countMember(members, 'create'),
    modRevision: countMember(members, 'mod'),
    version: countMember(members, 'version'),
    lease: optionalCount(members, 'lease', 0),
  };
  if (pair.version === 0) throw new Malformed('has "version" 0; versions begin at 1');
  return pair;
}

function oldOf(members: JsonMembers): Pair {
  if (!flagMember(members, 'deleted')) return pairOf(members);
  const key = bytesOf(members, 'key');
  const modRevision = countMember(members, 'mod');
  return { key, value: '', createRevision: 0, modRevision, version: 0, lease: 0 };
}

function sessionOf(members: JsonMembers): Session {
  const answers = listMember(members, 'answers').map(answerOf);
  if (answers.length > OUTSTANDING_MAX) throw new Malformed('has too many answers');
  return new Session(
    countMember(members, 'session'),
    countMember(members, 'active'),
    countMember(members, 'low'),
    answers,
  );
}

function answerOf(value: unknown): readonly [number, Answer] {
  if (!Array.isArray(value)) throw new Malformed('has an answer that is no list');
  const [first, second, counts, branches] = value as readonly unknown[];
  const sequence = asCount(first, 'sequence');
  if (typeof second === 'string') return [sequence, refusalCodeOf(second)];
  const revision = asCount(second, 'revision');
  if (counts === undefined) return [sequence, revision];
  if (!Array.isArray(counts) || !Array.isArray(branches)) {
    throw new Malformed('has an answer without its counts and branches');
  }
  return [sequence, { revision, counts: counts.map(countOf), branches: branches.map(branchOf) }];
}

function countOf(value: unknown): number {
  return asCount(value, 'count');
}

function branchOf(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Malformed('has a branch that is not true or false');
  return value;
}

const REFUSAL_CODES: ReadonlySet<string> = new Set<RefusalCode>([
  'revision-compacted',
  'revision-in-future',
  'duplicate-key',
  'lease-not-found',
  'session-expired',
  'session-full',
  'already-answered',
  'invalid',
]);

function refusalCodeOf(text: string): RefusalCode {
  if (!REFUSAL_CODES.has(text)) throw new Malformed('has an answer with an unknown code');
  return text as RefusalCode;
}
