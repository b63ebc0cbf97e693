/** Encoded OperationResults (relevo/v1/kv.proto) as what calls give. */
import { OperationResult, type KeyValue } from '#rpc/generated/relevo/v1/kv';
import { NO_BYTES } from '#rpc/session/frames';
import { RelevoError } from './error.js';
import type { RequestId, Settlement } from './session-types.js';
import { FieldReader, MalformedAnswer } from './wire-fields.js';
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
  constructor(
    readonly key: Uint8Array,
    readonly value: Uint8Array,
    readonly createRevision: number,
    readonly modRevision: number,
    readonly version: number,
    readonly lease: number,
  ) {}

  get keyText(): string | null {
    return textOf(this.key);
  }

  get text(): string | null {
    return textOf(this.value);
  }
}

export function putResult(done: Done): PutResult {
  const { revision, previous, readGone } = decodePut(done.payload);
  const written = {
    revision,
    servedBy: done.servedBy,
    linearizable: done.linearizable,
    requestId: requestIdText(done.requestId),
  };
  if (readGone) return { ...written, readGone };
  return previous === null ? written : { ...written, previous };
}

export function getResult(done: Done): GetResult {
  const { revision, pairs } = decodeRange(done.payload);
  const { servedBy, linearizable } = done;
  return { revision, servedBy, linearizable, pair: pairs[0] ?? null };
}

export function getPair(done: Done): Pair | null {
  return decodeRange(done.payload).pairs[0] ?? null;
}

export function rangeResult(done: Done): RangeResult {
  const { revision, pairs, more, count } = decodeRange(done.payload);
  const before = done.parts.flatMap((part) => decodeRange(part).pairs);
  const all = before.length === 0 ? pairs : before.concat(pairs);
  return { ...served(done, revision), pairs: all, more, count };
}

export function deleteResult(done: Done): DeleteResult {
  const { revision, deleted, previous, readGone } = decoded(done.payload, 'delete');
  return {
    ...served(done, revision),
    ...(readGone === true && { readGone }),
    requestId: requestIdText(done.requestId),
    deleted,
    previous: previous.map(pairOf),
  };
}

export function txnResult(done: Done): TxnResult {
  const { revision, succeeded, results, readGone } = decoded(done.payload, 'txn');
  return {
    ...served(done, revision),
    ...(readGone === true && { readGone }),
    requestId: requestIdText(done.requestId),
    succeeded,
    results: results.map(txnOperationResult),
  };
}

function served(done: Done, revision: number) {
  return { revision, servedBy: done.servedBy, linearizable: done.linearizable };
}

function txnOperationResult({ kind }: OperationResult): TxnOperationResult {
  switch (kind?.$case) {
    case 'put': {
      const { previous } = kind.value;
      return previous === undefined ? { kind: 'put' } : { kind: 'put', previous: pairOf(previous) };
    }
    case 'range': {
      const { more, count } = kind.value;
      return { kind: 'range', pairs: kind.value.pairs.map(pairOf), more, count };
    }
    case 'delete': {
      const previous = kind.value.previous.map(pairOf);
      return { kind: 'delete', deleted: kind.value.deleted, previous };
    }
    case 'txn': {
      const { succeeded, results } = kind.value;
      return { kind: 'txn', succeeded, results: results.map(txnOperationResult) };
    }
    case undefined:
      throw unreadable('a result within the transaction is empty');
  }
}

interface Put {
  revision: number;
  previous: Pair | null;
  readGone: boolean;
}

/** OperationResult { PutResult put = 1; } */
function decodePut(payload: Uint8Array): Put {
  const put: Put = { revision: 0, previous: null, readGone: false };
  readResult(payload, 1, 'put', (reader) => {
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === 1) put.revision = reader.number();
      else if (field === 2) put.previous = readPair(reader);
      else if (field === 3) put.readGone = reader.number() !== 0;
      else reader.skip();
    }
  });
  return put;
}

interface Range {
  revision: number;
  readonly pairs: Pair[];
  more: boolean;
  count: number;
}

/** OperationResult { RangeResult range = 2; } */
function decodeRange(payload: Uint8Array): Range {
  const range: Range = { revision: 0, pairs: [], more: false, count: 0 };
  readResult(payload, 2, 'range', (reader) => {
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === 1) range.revision = reader.number();
      else if (field === 2) range.pairs.push(readPair(reader));
      else if (field === 3) range.more = reader.number() !== 0;
      else if (field === 4) range.count = reader.number();
      else reader.skip();
    }
  });
  return range;
}

function readResult(
  payload: Uint8Array,
  wanted: number,
  name: string,
  read: (reader: FieldReader) => void,
): void {
  const reader = new FieldReader(payload);
  try {
    const found = reader.next();
    if (found !== wanted) throw new MalformedAnswer(`it is field ${found}, not a ${name} result`);
    const outer = reader.enter();
    read(reader);
    reader.leave(outer);
  } catch (error) {
    if (error instanceof MalformedAnswer) throw unreadable(error.message);
    throw error;
  }
}

function readPair(reader: FieldReader): Pair {
  const outer = reader.enter();
  let key: Uint8Array = NO_BYTES;
  let value: Uint8Array = NO_BYTES;
  let createRevision = 0;
  let modRevision = 0;
  let version = 0;
  let lease = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) key = reader.bytes();
    else if (field === 2) value = reader.bytes();
    else if (field === 3) createRevision = reader.number();
    else if (field === 4) modRevision = reader.number();
    else if (field === 5) version = reader.number();
    else if (field === 6) lease = reader.number();
    else reader.skip();
  }
  reader.leave(outer);
  return new PairOfBytes(key, value, createRevision, modRevision, version, lease);
}

function pairOf({ key, value, ...numbers }: KeyValue): Pair {
  const { createRevision, modRevision, version, lease } = numbers;
  const [ownKey, ownValue] = [new Uint8Array(key), new Uint8Array(value)];
  return new PairOfBytes(ownKey, ownValue, createRevision, modRevision, version, lease);
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
    throw unreadable(String(error));
  }
  if (kind?.$case === wanted) return kind.value as ResultOf<Case>;
  throw unreadable(`it is a ${kind?.$case ?? 'result of no kind'}, not a ${wanted}`);
}

/** The other side says that it is done; only what came of it can't be read. */
function unreadable(what: string): RelevoError {
  const text = `the answer can't be read: ${what}; run the same release on both sides`;
  return new RelevoError('malformed', 'unknown', text);
}
