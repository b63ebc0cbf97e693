/** What can be said of an operation without looking at the state. */
import { shownKey } from './byte-string.js';
import { inRange } from './keyspace.js';
import type { ByteString, KeyRange, Operation, Refused, Txn } from './types.js';

/** Transactions within transactions; recursion over operations stays within it. */
export const DEPTH_MAX = 128;

/** Before it is logged: what is wrong with the operation, or null. */
export function validate(operation: Operation): string | null {
  return problemOf(operation)?.message ?? null;
}

/** As `validate`, as the refusal which that is. */
export function problemOf(operation: Operation): Refused | null {
  return problemAt(operation, 1) ?? clashOf(operation);
}

/** Whether it changes nothing, whatever the state. */
export function isReadOnly(operation: Operation): boolean {
  switch (operation.kind) {
    case 'range':
      return true;
    case 'put':
    case 'delete':
      return false;
    case 'txn':
      return operation.success.every(isReadOnly) && operation.failure.every(isReadOnly);
  }
}

function problemAt(operation: Operation, depth: number): Refused | null {
  if (operation.kind !== 'txn') return operation.key === '' ? noKey(operation.kind) : null;
  if (depth > DEPTH_MAX) {
    const message = `transactions are nested more than ${DEPTH_MAX} deep; flatten them.`;
    return { kind: 'refused', code: 'invalid', message };
  }
  for (const compare of operation.compares) {
    if (compare.key === '') return noKey('compare');
  }
  return problemIn(operation.success, depth + 1) ?? problemIn(operation.failure, depth + 1);
}

function problemIn(operations: readonly Operation[], depth: number): Refused | null {
  for (const operation of operations) {
    const problem = problemAt(operation, depth);
    if (problem !== null) return problem;
  }
  return null;
}

function noKey(what: string): Refused {
  const message = `the ${what} has an empty key; name one of at least one byte.`;
  return { kind: 'refused', code: 'invalid', message };
}

/** What the operations of one list write: `owner` is the place in the list. */
interface Writes {
  readonly puts: { readonly key: ByteString; readonly owner: number }[];
  readonly deletes: { readonly range: KeyRange; readonly owner: number }[];
}

/**
 * A transaction may put a key once, and not delete it as well, so that a key changes once a revision.
 * Two deletes may overlap; so may what only one of `success` and `failure` will do. Stricter than etcd,
 * which lets a transaction delete what a transaction before it in the same list has put.
 */
function clashOf(operation: Operation): Refused | null {
  if (operation.kind !== 'txn') return null;
  const writes: Writes = { puts: [], deletes: [] };
  const key = gather(operation, writes, 0);
  if (key === null) return null;
  const message =
    `key ${shownKey(key)} is put twice, or put and deleted, in one transaction; ` +
    'keep one change for each key.';
  return { kind: 'refused', code: 'duplicate-key', message };
}

/** Adds what either branch writes, as `owner`'s; returns a key on which the branch clashes with itself. */
function gather(txn: Txn, writes: Writes, owner: number): ByteString | null {
  const puts = new Set<ByteString>();
  for (const branch of [txn.success, txn.failure]) {
    const own: Writes = { puts: [], deletes: [] };
    for (const [place, operation] of branch.entries()) {
      if (operation.kind === 'put') own.puts.push({ key: operation.key, owner: place });
      else if (operation.kind === 'delete') own.deletes.push({ range: operation, owner: place });
      else if (operation.kind === 'txn') {
        const clash = gather(operation, own, place);
        if (clash !== null) return clash;
      }
    }
    const clash = clashIn(own);
    if (clash !== null) return clash;
    for (const { key } of own.puts) puts.add(key);
    for (const { range } of own.deletes) writes.deletes.push({ range, owner });
  }
  for (const key of puts) writes.puts.push({ key, owner });
  return null;
}

/** A key that two different operations of one list write, one of them by a put. */
function clashIn({ puts, deletes }: Writes): ByteString | null {
  const owners = new Map<ByteString, number>();
  for (const { key, owner } of puts) {
    if (owners.has(key)) return key;
    owners.set(key, owner);
  }
  for (const { range, owner } of deletes) {
    for (const put of puts) {
      if (put.owner !== owner && inRange(put.key, range)) return put.key;
    }
  }
  return null;
}
