/**
 * Operations and results as protobuf: the node's half is production's codec, the client's half the
 * generated one. Not pure: entry points hand it in, with the rest of the wire.
 */
import { protobufPayloads } from '#node';
import type { Compare, Operation, OperationResult, Pair } from '#kv';
import {
  CompareResult,
  CompareTarget,
  Operation as WireOperation,
  OperationResult as WireResult,
  type Compare as WireCompare,
  type KeyValue,
} from '#rpc/generated/relevo/v1/kv';
import type { WireCodec } from './payload.js';

export const wirePayloads: WireCodec = {
  ...protobufPayloads,
  encodeOperation: (operation) => WireOperation.encode(wireOf(operation)).finish(),
  decodeResult: (payload) => resultOf(WireResult.decode(payload)),
};

const NOTHING = new Uint8Array(0);

function wireOf(operation: Operation): WireOperation {
  switch (operation.kind) {
    case 'put': {
      const { key, value, lease, returnPrevious } = operation;
      const put = { key: bytes(key), value: bytes(value), lease, returnPrevious };
      return { kind: { $case: 'put', value: put } };
    }
    case 'range': {
      const { limit, revision, keysOnly, countOnly } = operation;
      const range = { ...keysOf(operation), limit, revision, keysOnly, countOnly, stale: false };
      return { kind: { $case: 'range', value: range } };
    }
    case 'delete': {
      const { returnPrevious } = operation;
      return { kind: { $case: 'delete', value: { ...keysOf(operation), returnPrevious } } };
    }
    case 'txn': {
      const { compares, success, failure } = operation;
      const txn = {
        compares: compares.map(compareOf),
        success: success.map(wireOf),
        failure: failure.map(wireOf),
      };
      return { kind: { $case: 'txn', value: txn } };
    }
  }
}

function keysOf({ key, end }: { readonly key: string; readonly end: string | null }) {
  return { key: bytes(key), rangeEnd: end === null ? NOTHING : bytes(end) };
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

function compareOf(compare: Compare): WireCompare {
  return {
    ...keysOf(compare),
    target: TARGETS[compare.target],
    result: RESULTS[compare.result],
    number: compare.target === 'value' ? 0 : compare.number,
    value: compare.target === 'value' ? bytes(compare.value) : NOTHING,
  };
}

function resultOf({ kind }: WireResult): OperationResult {
  switch (kind?.$case) {
    case 'put': {
      const { revision, previous } = kind.value;
      const pair = previous === undefined ? null : pairOf(previous);
      return { kind: 'put', revision, previous: pair, ...goneOf(kind.value) };
    }
    case 'range': {
      const { revision, more, count, pairs } = kind.value;
      return {
        kind: 'range',
        revision,
        more,
        count,
        pairs: pairs.map(pairOf),
        ...goneOf(kind.value),
      };
    }
    case 'delete': {
      const { revision, deleted, previous } = kind.value;
      const pairs = previous.map(pairOf);
      return { kind: 'delete', revision, deleted, previous: pairs, ...goneOf(kind.value) };
    }
    case 'txn': {
      const { revision, succeeded, results } = kind.value;
      const all = results.map(resultOf);
      return { kind: 'txn', revision, succeeded, results: all, ...goneOf(kind.value) };
    }
    case undefined:
      throw new TypeError('the OperationResult is empty: it needs one of put, range, delete, txn');
  }
}

/** What was read when the write was done is compacted since. */
function goneOf(wire: { readGone?: boolean | undefined }): { readGone?: true } {
  return wire.readGone === true ? { readGone: true } : {};
}

function pairOf({ key, value, createRevision, modRevision, version, lease }: KeyValue): Pair {
  return { key: text(key), value: text(value), createRevision, modRevision, version, lease };
}

function bytes(of: string): Uint8Array {
  return Buffer.from(of, 'latin1');
}

function text(of: Uint8Array): string {
  return Buffer.from(of.buffer, of.byteOffset, of.length).toString('latin1');
}
