/** Operations and results between their protobuf form and the state's byte-strings. */
import type {
  ByteString,
  Compare,
  Delete,
  Operation,
  OperationResult,
  Pair,
  Put,
  Range,
  Txn,
} from '#kv';
import {
  CompareResult as WireCompareResult,
  CompareTarget as WireCompareTarget,
  Operation as WireOperation,
  OperationResult as WireResult,
  type Compare as WireCompare,
  type DeleteRequest,
  type KeyValue,
  type PutRequest,
  type RangeRequest,
  type TxnRequest,
} from '#rpc/generated/relevo/v1/kv';
import { MalformedPayload } from '../payload.js';
import type { PayloadCodec } from '../ports.js';
import { decodePlain, encodePlain } from './plain-payloads.js';

export const protobufPayloads: PayloadCodec = {
  decodeOperation(payload) {
    return decodePlain(payload) ?? decodeAny(payload);
  },
  encodeResult(result) {
    return encodePlain(result) ?? encodeAny(result);
  },
};

/** By the generated codec alone. */
export function encodeAny(result: OperationResult): Uint8Array {
  return WireResult.encode(wireResult(result)).finish();
}

/** By the generated codec alone. */
export function decodeAny(payload: Uint8Array): Operation {
  let wire: WireOperation;
  try {
    wire = WireOperation.decode(payload);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MalformedPayload(`the payload is not an Operation (kv.proto): ${reason}.`);
  }
  return operationOf(wire);
}

function operationOf(wire: WireOperation): Operation {
  switch (wire.kind?.$case) {
    case 'put':
      return putOf(wire.kind.value);
    case 'range':
      return rangeOf(wire.kind.value);
    case 'delete':
      return deleteOf(wire.kind.value);
    case 'txn':
      return txnOf(wire.kind.value);
    case undefined:
      throw new MalformedPayload(
        'the Operation is empty: it needs one of put, range, delete and txn (kv.proto).',
      );
  }
}

function putOf(put: PutRequest): Put {
  const { lease, returnPrevious } = put;
  return {
    kind: 'put',
    key: byteString(put.key),
    value: byteString(put.value),
    lease,
    returnPrevious,
  };
}

function rangeOf(range: RangeRequest): Range {
  const { limit, revision, keysOnly, countOnly } = range;
  const end = rangeEnd(range.rangeEnd);
  return { kind: 'range', key: byteString(range.key), end, limit, revision, keysOnly, countOnly };
}

function deleteOf(wire: DeleteRequest): Delete {
  const end = rangeEnd(wire.rangeEnd);
  return { kind: 'delete', key: byteString(wire.key), end, returnPrevious: wire.returnPrevious };
}

function txnOf(txn: TxnRequest): Txn {
  return {
    kind: 'txn',
    compares: txn.compares.map(compareOf),
    success: txn.success.map(operationOf),
    failure: txn.failure.map(operationOf),
  };
}

function compareOf(compare: WireCompare): Compare {
  const common = {
    key: byteString(compare.key),
    end: rangeEnd(compare.rangeEnd),
    result: compareResultOf(compare.result),
  };
  const { number } = compare;
  switch (compare.target) {
    case WireCompareTarget.COMPARE_TARGET_VALUE:
      return { ...common, target: 'value', value: byteString(compare.value) };
    case WireCompareTarget.COMPARE_TARGET_VERSION:
      return { ...common, target: 'version', number };
    case WireCompareTarget.COMPARE_TARGET_CREATE:
      return { ...common, target: 'create', number };
    case WireCompareTarget.COMPARE_TARGET_MOD:
      return { ...common, target: 'mod', number };
    case WireCompareTarget.COMPARE_TARGET_LEASE:
      return { ...common, target: 'lease', number };
    default:
      throw new MalformedPayload(
        `compare target ${compare.target} is not one of CompareTarget (kv.proto).`,
      );
  }
}

function compareResultOf(result: WireCompareResult): Compare['result'] {
  switch (result) {
    case WireCompareResult.COMPARE_RESULT_EQUAL:
      return 'equal';
    case WireCompareResult.COMPARE_RESULT_GREATER:
      return 'greater';
    case WireCompareResult.COMPARE_RESULT_LESS:
      return 'less';
    case WireCompareResult.COMPARE_RESULT_NOT_EQUAL:
      return 'not-equal';
    default:
      throw new MalformedPayload(
        `compare result ${result} is not one of CompareResult (kv.proto).`,
      );
  }
}

function wireResult(result: OperationResult): WireResult {
  switch (result.kind) {
    case 'put': {
      const { revision, previous } = result;
      const common = { revision, readGone: result.readGone };
      const value = previous === null ? common : { ...common, previous: wirePair(previous) };
      return { kind: { $case: 'put', value } };
    }
    case 'range': {
      const { revision, more, count } = result;
      const pairs = result.pairs.map(wirePair);
      const value = { revision, more, count, pairs, readGone: result.readGone };
      return { kind: { $case: 'range', value } };
    }
    case 'delete': {
      const { revision, deleted } = result;
      const previous = result.previous.map(wirePair);
      const value = { revision, deleted, previous, readGone: result.readGone };
      return { kind: { $case: 'delete', value } };
    }
    case 'txn': {
      const { revision, succeeded } = result;
      const results = result.results.map(wireResult);
      const value = { revision, succeeded, results, readGone: result.readGone };
      return { kind: { $case: 'txn', value } };
    }
  }
}

function wirePair(pair: Pair): KeyValue {
  const { createRevision, modRevision, version, lease } = pair;
  return {
    key: bytes(pair.key),
    value: bytes(pair.value),
    createRevision,
    modRevision,
    version,
    lease,
  };
}

function rangeEnd(end: Uint8Array): ByteString | null {
  return end.length === 0 ? null : byteString(end);
}

/** A copy: nothing kept refers to the message. */
function byteString(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function bytes(text: ByteString): Uint8Array {
  return Buffer.from(text, 'latin1');
}
