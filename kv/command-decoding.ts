/** Texts of command-encoding.ts turned back into commands. */
import {
  asMembers,
  bytesOf,
  countMember,
  flagMember,
  listMember,
  Malformed,
  optionalBytes,
  optionalCount,
  parseMembers,
  textMember,
  type Members,
} from './json-members.js';
import { COUNT, numberOf, POSITIVE, TEXT, textOf } from './plain-form.js';
import { DEPTH_MAX } from './validation.js';
import type { Command, Compare, Delete, KeyRange, Operation, Put, Range, Txn } from './types.js';

/** A text that is no command. The message says why. */
export class CommandMalformed extends Error {
  override readonly name = 'CommandMalformed';
}

/** Throws `CommandMalformed`, and nothing else, whatever the text. */
export function decodeCommand(text: string): Command {
  return plainPut(text) ?? decodeAnyCommand(text);
}

/** The same for any command, whatever form it has. */
export function decodeAnyCommand(text: string): Command {
  try {
    return commandOf(parseMembers(`{${text}}`));
  } catch (error) {
    if (error instanceof Malformed) throw new CommandMalformed(`the command ${error.message}.`);
    throw error;
  }
}

const PUT = new RegExp(
  `^"put":{"key":${TEXT},"value":${TEXT}(?:,"lease":${COUNT})?(,"previous":true)?}` +
    `(?:,"session":${POSITIVE},"seq":${POSITIVE},"low":${COUNT})?$`,
);

/** A put as it is written, if key and value are plain; else null. */
function plainPut(text: string): Command | null {
  const found = PUT.exec(text);
  if (found === null) return null;
  const lease = numberOf(found[3]);
  const session = numberOf(found[5]);
  const sequence = numberOf(found[6]);
  const lowestAwaited = numberOf(found[7]);
  if (lease < 0 || session < 0 || sequence < 0 || lowestAwaited < 0) return null;
  const operation: Put = {
    kind: 'put',
    key: textOf(found[1]),
    value: textOf(found[2]),
    lease,
    returnPrevious: found[4] !== undefined,
  };
  return { kind: 'write', session, sequence, lowestAwaited, operation };
}

function commandOf(members: Members): Command {
  const operation = findOperation(members, 1);
  if (operation !== null) return writeOf(members, operation);
  if (members['open-session'] !== undefined) return { kind: 'open-session' };
  const { compact, member, format } = members;
  if (compact !== undefined) {
    const body = asMembers(compact, '"compact"');
    return { kind: 'compact', revision: countMember(body, 'revision') };
  }
  if (member !== undefined) return memberOf(asMembers(member, '"member"'));
  if (format !== undefined) {
    return { kind: 'raise-format', level: countMember(asMembers(format, '"format"'), 'level') };
  }
  return sessionEndOf(members);
}

function writeOf(members: Members, operation: Operation): Command {
  const session = optionalCount(members, 'session', 0);
  if (session === 0) return { kind: 'write', session, sequence: 0, lowestAwaited: 0, operation };
  const sequence = countMember(members, 'seq');
  if (sequence === 0) throw new Malformed('has "seq" 0; sequence numbers begin at 1');
  const lowestAwaited = countMember(members, 'low');
  return { kind: 'write', session, sequence, lowestAwaited, operation };
}

function memberOf(body: Members): Command {
  const node = countMember(body, 'node');
  if (node === 0) throw new Malformed('has "node" 0; ids begin at 1');
  return {
    kind: 'member',
    node,
    storeId: textMember(body, 'store'),
    name: textMember(body, 'name'),
  };
}

function sessionEndOf(members: Members): Command {
  const close = members['close-session'];
  if (close !== undefined) {
    const body = asMembers(close, '"close-session"');
    return { kind: 'close-session', session: countMember(body, 'session') };
  }
  const expire = members['expire-session'];
  if (expire === undefined) throw new Malformed('is of no kind that is known here');
  const body = asMembers(expire, '"expire-session"');
  const session = countMember(body, 'session');
  return { kind: 'expire-session', session, lastActivity: countMember(body, 'last') };
}

function findOperation(members: Members, depth: number): Operation | null {
  const { put, delete: deletion, range, txn } = members;
  if (put !== undefined) return putOf(asMembers(put, '"put"'));
  if (txn !== undefined) return txnOf(asMembers(txn, '"txn"'), depth);
  if (deletion !== undefined) return deleteOf(asMembers(deletion, '"delete"'));
  if (range !== undefined) return rangeOf(asMembers(range, '"range"'));
  return null;
}

function putOf(body: Members): Put {
  return {
    kind: 'put',
    key: bytesOf(body, 'key'),
    value: bytesOf(body, 'value'),
    lease: optionalCount(body, 'lease', 0),
    returnPrevious: flagMember(body, 'previous'),
  };
}

function keysOf(body: Members): KeyRange {
  return { key: bytesOf(body, 'key'), end: optionalBytes(body, 'end') };
}

function deleteOf(body: Members): Delete {
  return { kind: 'delete', ...keysOf(body), returnPrevious: flagMember(body, 'previous') };
}

function rangeOf(body: Members): Range {
  return {
    kind: 'range',
    ...keysOf(body),
    limit: optionalCount(body, 'limit', 0),
    revision: optionalCount(body, 'revision', 0),
    keysOnly: flagMember(body, 'keys-only'),
    countOnly: flagMember(body, 'count-only'),
  };
}

function txnOf(body: Members, depth: number): Txn {
  if (depth > DEPTH_MAX) throw new Malformed(`nests transactions more than ${DEPTH_MAX} deep`);
  const operations = (name: string): Operation[] =>
    listMember(body, name).map((value) => {
      const operation = findOperation(asMembers(value, `"${name}"`), depth + 1);
      if (operation === null) throw new Malformed(`has "${name}" with no operation known here`);
      return operation;
    });
  return {
    kind: 'txn',
    compares: listMember(body, 'if').map((value) => compareOf(asMembers(value, '"if"'))),
    success: operations('then'),
    failure: operations('else'),
  };
}

function compareOf(body: Members): Compare {
  const keys = keysOf(body);
  const { target, result } = body;
  if (result !== 'equal' && result !== 'greater' && result !== 'less' && result !== 'not-equal') {
    throw new Malformed('has a compare whose "result" is not known here');
  }
  switch (target) {
    case 'value':
      return { ...keys, result, target, value: bytesOf(body, 'value') };
    case 'version':
    case 'create':
    case 'mod':
    case 'lease':
      return { ...keys, result, target, number: countMember(body, 'number') };
    default:
      throw new Malformed('has a compare whose "target" is not known here');
  }
}
