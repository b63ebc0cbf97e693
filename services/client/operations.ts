/** Calls as encoded Operations (relevo/v1/kv.proto). */
import {
  CompareResult,
  CompareTarget,
  Operation,
  type Compare as WireCompare,
  type RangeRequest,
} from '#rpc/generated/relevo/v1/kv';
import { encodeFields } from './wire-fields.js';
import type { Compare, Data, KeySelector, RangeView, Txn, TxnOperation } from './types.js';

const NO_BYTES = new Uint8Array(0);
/** As a range's end: every key from its beginning on. As a key: the first there can be. */
const ZERO_BYTE = new Uint8Array(1);

/** Throws a TypeError for anything else than text or bytes. */
export function bytesOf(data: Data, what: string): Uint8Array {
  const checked = textOrBytes(data, what);
  return typeof checked === 'string' ? Buffer.from(checked, 'utf8') : checked;
}

/** Callers without types pass other things, too. */
function textOrBytes(data: unknown, what: string): Data {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  const given = data === null ? 'null' : typeof data;
  throw new TypeError(`${what} has to be text or bytes, not ${given}`);
}

/** Operation's field numbers. */
const PUT = 1;
const RANGE = 2;

interface WireRange {
  readonly key: Uint8Array;
  /** Empty: the one key. */
  readonly rangeEnd: Uint8Array;
}

export function wireRange(selector: KeySelector): WireRange {
  if ('all' in selector) return { key: ZERO_BYTE, rangeEnd: ZERO_BYTE };
  if ('prefix' in selector) {
    const prefix = bytesOf(selector.prefix, 'a prefix');
    if (prefix.length === 0) return { key: ZERO_BYTE, rangeEnd: ZERO_BYTE };
    return { key: prefix, rangeEnd: endOfPrefix(prefix) };
  }
  const key = bytesOf(selector.key, 'a key');
  if (selector.end === undefined) return { key, rangeEnd: NO_BYTES };
  const rangeEnd = bytesOf(selector.end, "a range's end");
  if (rangeEnd.length === 0) {
    throw new TypeError("a range's end is empty; leave it out for the one key, or use a prefix");
  }
  return { key, rangeEnd };
}

/** The first key behind all that begin with the prefix. */
export function endOfPrefix(prefix: Uint8Array): Uint8Array {
  for (let at = prefix.length - 1; at >= 0; at -= 1) {
    const byte = prefix[at] ?? 0xff;
    if (byte === 0xff) continue;
    // Not `slice`: a Buffer's would be a view of the prefix itself.
    const end = new Uint8Array(prefix.subarray(0, at + 1));
    end[at] = byte + 1;
    return end;
  }
  return ZERO_BYTE;
}

/** A read of one key as it is now. */
export function encodeGet(key: Data): Uint8Array {
  return encodeFields(RANGE, textOrBytes(key, 'a key'), NO_BYTES);
}

export function encodePut(key: Data, value: Data, lease = 0, returnPrevious = false): Uint8Array {
  if (lease === 0 && !returnPrevious) {
    return encodeFields(PUT, textOrBytes(key, 'a key'), textOrBytes(value, 'a value'));
  }
  return encode({
    $case: 'put',
    value: { key: bytesOf(key, 'a key'), value: bytesOf(value, 'a value'), lease, returnPrevious },
  });
}

export function encodeRange(selector: KeySelector, view: RangeView, revision = 0): Uint8Array {
  return encode({ $case: 'range', value: rangeRequest(selector, view, revision) });
}

export function encodeDelete(selector: KeySelector, returnPrevious = false): Uint8Array {
  return encode({ $case: 'delete', value: { ...wireRange(selector), returnPrevious } });
}

export function encodeTxn(txn: Txn): Uint8Array {
  return encode(wireTxn(txn));
}

/** Nothing in either branch changes anything: it takes the way of a read. */
export function isReadOnly(txn: Txn): boolean {
  return [...(txn.success ?? []), ...(txn.failure ?? [])].every((operation) =>
    operation.kind === 'txn' ? isReadOnly(operation) : operation.kind === 'range',
  );
}

type WireKind = NonNullable<Operation['kind']>;

function encode(kind: WireKind): Uint8Array {
  return Operation.encode({ kind }).finish();
}

function rangeRequest(selector: KeySelector, view: RangeView, revision: number): RangeRequest {
  return {
    ...wireRange(selector),
    limit: view.limit ?? 0,
    revision,
    keysOnly: view.keysOnly ?? false,
    countOnly: view.countOnly ?? false,
    // Says the frame, not the operation.
    stale: false,
  };
}

function wireTxn(txn: Txn): WireKind {
  return {
    $case: 'txn',
    value: {
      compares: (txn.compares ?? []).map(wireCompare),
      success: (txn.success ?? []).map(wireOperation),
      failure: (txn.failure ?? []).map(wireOperation),
    },
  };
}

function wireOperation(operation: TxnOperation): Operation {
  switch (operation.kind) {
    case 'put': {
      const { lease = 0, returnPrevious = false } = operation;
      const key = bytesOf(operation.key, 'a key');
      const value = bytesOf(operation.value, 'a value');
      return { kind: { $case: 'put', value: { key, value, lease, returnPrevious } } };
    }
    case 'range':
      return {
        kind: {
          $case: 'range',
          value: rangeRequest(operation, operation, operation.revision ?? 0),
        },
      };
    case 'delete': {
      const { returnPrevious = false } = operation;
      return { kind: { $case: 'delete', value: { ...wireRange(operation), returnPrevious } } };
    }
    case 'txn':
      return { kind: wireTxn(operation) };
  }
}

const TARGETS = {
  version: CompareTarget.COMPARE_TARGET_VERSION,
  create: CompareTarget.COMPARE_TARGET_CREATE,
  mod: CompareTarget.COMPARE_TARGET_MOD,
  lease: CompareTarget.COMPARE_TARGET_LEASE,
  value: CompareTarget.COMPARE_TARGET_VALUE,
} as const;

const RESULTS = {
  equal: CompareResult.COMPARE_RESULT_EQUAL,
  'not-equal': CompareResult.COMPARE_RESULT_NOT_EQUAL,
  greater: CompareResult.COMPARE_RESULT_GREATER,
  less: CompareResult.COMPARE_RESULT_LESS,
} as const;

function wireCompare(compare: Compare): WireCompare {
  return {
    ...wireRange(compare),
    target: TARGETS[compare.target],
    result: RESULTS[compare.result],
    number: compare.target === 'value' ? 0 : compare.number,
    value: compare.target === 'value' ? bytesOf(compare.value, 'a value') : NO_BYTES,
  };
}
