/**
 * Operations and results as protobuf: the node's half and the client's encoders are production's, results are
 * decoded by the generated codec. Not pure: entry points hand it in, with the rest of the wire.
 */
import {
  encodeDelete,
  encodeGet,
  encodePut,
  encodeRange,
  encodeTxn,
  type Compare as CallersCompare,
  type KeySelector,
  type Txn as CallersTxn,
  type TxnOperation,
} from '#client';
import type { Compare, KeyRange, Operation, OperationResult, Pair, Txn } from '#kv';
import { protobufPayloads } from '#node';
import { OperationResult as WireResult, type KeyValue } from '#rpc/generated/relevo/v1/kv';
import type { WireCodec } from './payload.js';

export const wirePayloads: WireCodec = {
  ...protobufPayloads,
  encodeOperation,
  decodeResult: (payload) => resultOf(WireResult.decode(payload)),
};

/** By the client's own encoders, those of the plain put and get among them. */
function encodeOperation(operation: Operation): Uint8Array {
  switch (operation.kind) {
    case 'put': {
      const { key, value, lease, returnPrevious } = operation;
      return encodePut(bytes(key), bytes(value), lease, returnPrevious);
    }
    case 'range': {
      const { key, end, limit, revision, keysOnly, countOnly } = operation;
      const isPlain = end === null && limit === 0 && revision === 0 && !keysOnly && !countOnly;
      if (isPlain) return encodeGet(bytes(key));
      return encodeRange(keysOf(operation), { limit, keysOnly, countOnly }, revision);
    }
    case 'delete':
      return encodeDelete(keysOf(operation), operation.returnPrevious);
    case 'txn':
      return encodeTxn(txnOf(operation));
  }
}

function keysOf({ key, end }: KeyRange): KeySelector {
  return end === null ? { key: bytes(key) } : { key: bytes(key), end: bytes(end) };
}

function txnOf({ compares, success, failure }: Txn): CallersTxn {
  return {
    compares: compares.map(compareOf),
    success: success.map(partOf),
    failure: failure.map(partOf),
  };
}

/** As a caller would write it. */
function partOf(operation: Operation): TxnOperation {
  switch (operation.kind) {
    case 'put':
      return { ...operation, key: bytes(operation.key), value: bytes(operation.value) };
    case 'range': {
      const { kind, limit, revision, keysOnly, countOnly } = operation;
      return { kind, ...keysOf(operation), limit, revision, keysOnly, countOnly };
    }
    case 'delete': {
      const { kind, returnPrevious } = operation;
      return { kind, ...keysOf(operation), returnPrevious };
    }
    case 'txn':
      return { kind: 'txn', ...txnOf(operation) };
  }
}

function compareOf(compare: Compare): CallersCompare {
  const { result, target } = compare;
  const keys = keysOf(compare);
  if (target === 'value') return { ...keys, result, target, value: bytes(compare.value) };
  return { ...keys, result, target, number: compare.number };
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
