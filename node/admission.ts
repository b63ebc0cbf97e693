/** Looks at a request before anything is done with it: whatever is wrong is said here, once. */
import { validate, type Operation } from '#kv';
import { MalformedPayload } from './payload.js';
import type { PayloadCodec } from './ports.js';

/** In bytes, except for the last, which counts operations. */
export interface RequestLimits {
  readonly keyBytesMax: number;
  readonly valueBytesMax: number;
  readonly requestBytesMax: number;
  readonly txnOperationsMax: number;
}

export interface Inadmissible {
  readonly kind: 'inadmissible';
  readonly code: 'malformed' | 'too-large' | 'invalid';
  /** Names the thing, its size or value, and the limit. */
  readonly message: string;
}

/** The payload's operation, or why it can't be one. Never throws, whatever the bytes. */
export function admit(
  payload: Uint8Array,
  codec: PayloadCodec,
  limits: RequestLimits,
): Operation | Inadmissible {
  let operation: Operation;
  try {
    operation = codec.decodeOperation(payload);
  } catch (error) {
    if (error instanceof MalformedPayload) return inadmissible('malformed', error.message);
    throw error;
  }
  // What makes a request too large is named before the request is.
  const excess = excessOf(operation, limits, limits.txnOperationsMax);
  if (excess !== null) return excess;
  const { requestBytesMax } = limits;
  if (payload.length > requestBytesMax) {
    return tooLarge('request', payload.length, `MAX_REQUEST_BYTES ${requestBytesMax}`, 'Split it.');
  }
  const problem = validate(operation);
  return problem === null ? operation : inadmissible('invalid', problem);
}

function excessOf(
  operation: Operation,
  limits: RequestLimits,
  operationsLeft: number,
): Inadmissible | null {
  if (operation.kind === 'txn') return excessOfTxn(operation, limits, operationsLeft);
  if (operation.key.length > limits.keyBytesMax) {
    return keyTooLarge(operation.key.length, limits);
  }
  if (operation.kind === 'put' && operation.value.length > limits.valueBytesMax) {
    const advice = 'Store it in parts, under several keys.';
    const limit = `MAX_VALUE_BYTES ${limits.valueBytesMax}`;
    return tooLarge('value', operation.value.length, limit, advice);
  }
  return null;
}

function excessOfTxn(
  txn: Extract<Operation, { kind: 'txn' }>,
  limits: RequestLimits,
  operationsLeft: number,
): Inadmissible | null {
  const operations = Math.max(txn.compares.length, txn.success.length, txn.failure.length);
  if (operations > operationsLeft) {
    return inadmissible(
      'too-large',
      `the transaction has ${operations} operations, the limit is MAX_TXN_OPS ${limits.txnOperationsMax} ` +
        'with those of the transactions within it. Split it.',
    );
  }
  for (const compare of txn.compares) {
    if (compare.key.length > limits.keyBytesMax) {
      return keyTooLarge(compare.key.length, limits);
    }
  }
  for (const operation of [...txn.success, ...txn.failure]) {
    const excess = excessOf(operation, limits, operationsLeft - operations);
    if (excess !== null) return excess;
  }
  return null;
}

function keyTooLarge(size: number, { keyBytesMax }: RequestLimits): Inadmissible {
  return tooLarge('key', size, `MAX_KEY_BYTES ${keyBytesMax}`, 'Use a shorter one.');
}

function tooLarge(what: string, size: number, limit: string, advice: string): Inadmissible {
  return inadmissible(
    'too-large',
    `the ${what} has ${size} bytes, the limit is ${limit}. ${advice}`,
  );
}

function inadmissible(code: Inadmissible['code'], message: string): Inadmissible {
  return { kind: 'inadmissible', code, message };
}
