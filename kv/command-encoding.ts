/**
 * Commands as text: the members of a JSON object without its braces, which is what stands inside a log
 * line. One text for each command; members that have their default are left out. Keys and values stand
 * as text if that gives the same bytes again, else as base64 in a member of another name (`key64`).
 * Never holds a line feed.
 */
import { toBase64 } from './base64.js';
import { toText } from './byte-string.js';
import type {
  ByteString,
  Command,
  Compare,
  KeyRange,
  Operation,
  Put,
  Range,
  Txn,
} from './types.js';

export function encodeCommand(command: Command): string {
  switch (command.kind) {
    case 'write': {
      const operation = operationText(command.operation);
      if (command.session === 0) return operation;
      const { session, sequence, lowestAwaited } = command;
      return `${operation},"session":${session},"seq":${sequence},"low":${lowestAwaited}`;
    }
    case 'open-session':
      return '"open-session":{}';
    case 'close-session':
      return `"close-session":{"session":${command.session}}`;
    case 'expire-session':
      return `"expire-session":{"session":${command.session},"last":${command.lastActivity}}`;
    case 'compact':
      return `"compact":{"revision":${command.revision}}`;
    case 'member': {
      const { node, storeId, name } = command;
      const texts = `"store":${JSON.stringify(storeId)},"name":${JSON.stringify(name)}`;
      return `"member":{"node":${node},${texts}}`;
    }
    case 'raise-format':
      return `"format":{"level":${command.level}}`;
  }
}

/** `"name":"text"`, or `"name64":"base64"` for bytes that are not the UTF-8 form of a text. */
export function bytesMember(name: string, bytes: ByteString): string {
  if (isPlain(bytes)) return `"${name}":"${bytes}"`;
  const text = toText(bytes);
  if (text === null) return `"${name}64":"${toBase64(bytes)}"`;
  return `"${name}":${JSON.stringify(text)}`;
}

/** Whether JSON holds the text as it is: printable ASCII with nothing to escape. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

function operationText(operation: Operation): string {
  switch (operation.kind) {
    case 'put':
      return putText(operation);
    case 'range':
      return rangeText(operation);
    case 'delete': {
      const previous = operation.returnPrevious ? ',"previous":true' : '';
      return `"delete":{${keysText(operation)}${previous}}`;
    }
    case 'txn':
      return txnText(operation);
  }
}

function putText(put: Put): string {
  let text = `"put":{${bytesMember('key', put.key)},${bytesMember('value', put.value)}`;
  if (put.lease !== 0) text += `,"lease":${put.lease}`;
  if (put.returnPrevious) text += ',"previous":true';
  return `${text}}`;
}

function keysText(range: KeyRange): string {
  const key = bytesMember('key', range.key);
  return range.end === null ? key : `${key},${bytesMember('end', range.end)}`;
}

function rangeText(range: Range): string {
  let text = `"range":{${keysText(range)}`;
  if (range.limit !== 0) text += `,"limit":${range.limit}`;
  if (range.revision !== 0) text += `,"revision":${range.revision}`;
  if (range.keysOnly) text += ',"keys-only":true';
  if (range.countOnly) text += ',"count-only":true';
  return `${text}}`;
}

function txnText(txn: Txn): string {
  const parts: string[] = [];
  if (txn.compares.length > 0) parts.push(`"if":[${txn.compares.map(compareText).join(',')}]`);
  if (txn.success.length > 0) parts.push(`"then":[${txn.success.map(bracedText).join(',')}]`);
  if (txn.failure.length > 0) parts.push(`"else":[${txn.failure.map(bracedText).join(',')}]`);
  return `"txn":{${parts.join(',')}}`;
}

function bracedText(operation: Operation): string {
  return `{${operationText(operation)}}`;
}

function compareText(compare: Compare): string {
  const head = `{${keysText(compare)},"target":"${compare.target}","result":"${compare.result}"`;
  if (compare.target === 'value') return `${head},${bytesMember('value', compare.value)}}`;
  return `${head},"number":${compare.number}}`;
}
