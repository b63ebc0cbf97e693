/** Encoded OperationResults (relevo/v1/kv.proto) as what calls give. */
import {
  OperationResult,
  type KeyValue,
  type RangeResult as WireRangeResult,
} from '#rpc/generated/relevo/v1/kv';
import { RelevoError } from './error.js';
import type { RequestId, Settlement } from './session-types.js';
import type {
  DeleteResult,
  GetResult,
  Pair,
  PutResult,
  RangeResult,
  TxnOperationResult,
  TxnResult,
} from './types.js';

export type Done = Extract<Settlement, { outcome: 'ok' }>;

export function requestIdText(id: RequestId | null): string {
  return id === null ? '' : `${String(id.session)}:${String(id.sequence)}`;
}

/** Throws a TypeError unless it is `session:sequence`. */
export function parseRequestId(text: string): RequestId {
  const [, session = '', sequence = ''] = /^(\d{1,16}):(\d{1,16})$/.exec(text) ?? [];
  const id = { session: Number(session), sequence: Number(sequence) };
  if (id.session > 0 && id.sequence > 0 && Number.isSafeInteger(id.session)) return id;
  throw new TypeError(`the request id '${text}' is not session:sequence, such as 42:7`);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** Its bytes are its own: nothing of the message that brought them stays alive. */
class PairOfBytes implements Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease: number;

  constructor(wire: KeyValue) {
    this.key = new Uint8Array(wire.key);
    this.value = new Uint8Array(wire.value);
    this.createRevision = wire.createRevision;
    this.modRevision = wire.modRevision;
    this.version = wire.version;
    this.lease = wire.lease;
  }

  get keyText(): string | null {
    return textOf(this.key);
  }

  get text(): string | null {
    return textOf(this.value);
  }
}

export function putResult(done: Done): PutResult {
  const put = decoded(done.payload, 'put');
  const written = { ...served(done, put.revision), requestId: requestIdText(done.requestId) };
  return put.previous === undefined
    ? written
    : { ...written, previous: new PairOfBytes(put.previous) };
}

export function getResult(done: Done): GetResult {
  const range = decoded(done.payload, 'range');
  const [pair] = range.pairs;
  return {
    ...served(done, range.revision),
    pair: pair === undefined ? null : new PairOfBytes(pair),
  };
}

export function rangeResult(done: Done): RangeResult {
  const last = decoded(done.payload, 'range');
  const pairs: Pair[] = [];
  for (const part of done.parts) addPairs(pairs, decoded(part, 'range'));
  addPairs(pairs, last);
  return { ...served(done, last.revision), pairs, more: last.more, count: last.count };
}

export function deleteResult(done: Done): DeleteResult {
  const { revision, deleted, previous } = decoded(done.payload, 'delete');
  return {
    ...served(done, revision),
    requestId: requestIdText(done.requestId),
    deleted,
    previous: previous.map((pair) => new PairOfBytes(pair)),
  };
}

export function txnResult(done: Done): TxnResult {
  const { revision, succeeded, results } = decoded(done.payload, 'txn');
  return {
    ...served(done, revision),
    requestId: requestIdText(done.requestId),
    succeeded,
    results: results.map(txnOperationResult),
  };
}

function served(done: Done, revision: number) {
  return { revision, servedBy: done.servedBy, linearizable: done.linearizable };
}

function addPairs(pairs: Pair[], range: WireRangeResult): void {
  for (const pair of range.pairs) pairs.push(new PairOfBytes(pair));
}

function txnOperationResult({ kind }: OperationResult): TxnOperationResult {
  switch (kind?.$case) {
    case 'put': {
      const { previous } = kind.value;
      return previous === undefined
        ? { kind: 'put' }
        : { kind: 'put', previous: new PairOfBytes(previous) };
    }
    case 'range': {
      const { more, count } = kind.value;
      const pairs: Pair[] = [];
      addPairs(pairs, kind.value);
      return { kind: 'range', pairs, more, count };
    }
    case 'delete': {
      const previous = kind.value.previous.map((pair) => new PairOfBytes(pair));
      return { kind: 'delete', deleted: kind.value.deleted, previous };
    }
    case 'txn': {
      const { succeeded, results } = kind.value;
      return { kind: 'txn', succeeded, results: results.map(txnOperationResult) };
    }
    case undefined:
      throw unreadable('an empty result within a transaction');
  }
}

type WireResult = NonNullable<OperationResult['kind']>;
type ResultOf<Case extends WireResult['$case']> = Extract<WireResult, { $case: Case }>['value'];

function decoded<Case extends WireResult['$case']>(
  bytes: Uint8Array,
  wanted: Case,
): ResultOf<Case> {
  let kind: WireResult | undefined;
  try {
    ({ kind } = OperationResult.decode(bytes));
  } catch (error) {
    throw unreadable(`bytes that can't be decoded (${String(error)})`);
  }
  if (kind?.$case === wanted) return kind.value as ResultOf<Case>;
  throw unreadable(`${kind?.$case ?? 'no'} result instead of a ${wanted} result`);
}

/** The other side says that it is done; only what came of it can't be read. */
function unreadable(what: string): RelevoError {
  const text = `the answer holds ${what}; run the same release on both sides`;
  return new RelevoError('malformed', 'unknown', text);
}
