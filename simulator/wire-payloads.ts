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
      return { kind: 'put', revision, previous: previous === undefined ? null : pairOf(previous) };
    }
    case 'range': {
      const { revision, more, count, pairs } = kind.value;
      return { kind: 'range', revision, more, count, pairs: pairs.map(pairOf) };
    }
    case 'delete': {
      const { revision, deleted, previous } = kind.value;
      return { kind: 'delete', revision, deleted, previous: previous.map(pairOf) };
    }
    case 'txn': {
      const { revision, succeeded, results } = kind.value;
      return { kind: 'txn', revision, succeeded, results: results.map(resultOf) };
    }
    case undefined:
      throw new TypeError('the OperationResult is empty: it needs one of put, range, delete, txn');
  }
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
