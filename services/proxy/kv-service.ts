/** The plain unary face (relevo.v1.Kv), through the proxy's own session: for grpcurl and other languages. */
import { status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { PLAIN_CALL, RelevoError, type CallSettings, type Calls, type Done } from '#client';
import { unaryError, type UnaryError } from '#rpc/errors';
import {
  Operation,
  OperationResult,
  type GetResponse,
  type KvServer,
  type RangeResult,
  type TxnRequest,
} from '#rpc/generated/relevo/v1/kv';
import { MESSAGE_BYTES_MAX } from '#rpc/session';
import { RequestKind } from '#rpc/session/frames';

/** What a gRPC client takes in one message, unless it is told otherwise; and what we send in one. */
const ANSWER_BYTES_MAX = MESSAGE_BYTES_MAX;
const NO_BYTES = new Uint8Array(0);

type WireOperation = NonNullable<Operation['kind']>;
type WireResult = NonNullable<OperationResult['kind']>;
type ResultOf<Case extends WireResult['$case']> = Extract<WireResult, { $case: Case }>['value'];

/** `nameOf` gives a node's name by its id. */
export function kvService(calls: Calls, nameOf: (node: number) => string): KvServer {
  return {
    put: unary((value, ask) => ask(write({ $case: 'put', value }), 'put')),
    delete: unary((value, ask) => ask(write({ $case: 'delete', value }), 'delete')),
    range: unary((value, ask) =>
      ask(read({ $case: 'range', value: { ...value, stale: false } }, value.stale), 'range'),
    ),
    txn: unary((value, ask) => {
      const operation: WireOperation = { $case: 'txn', value };
      return ask(isReadOnly(value) ? read(operation, false) : write(operation), 'txn');
    }),
    get: unary(async ({ key, revision, stale }, ask): Promise<GetResponse> => {
      const value = { key, rangeEnd: NO_BYTES, limit: 0, revision, stale: false };
      const range = { ...value, keysOnly: false, countOnly: false };
      let servedBy = 0;
      const found = await ask(read({ $case: 'range', value: range }, stale), 'range', (done) => {
        servedBy = done.servedBy;
      });
      const [pair] = found.pairs;
      const answer = { found: pair !== undefined, revision: found.revision };
      return { ...answer, pair, servedBy: nameOf(servedBy) };
    }),
  };

  function unary<Request, Response>(answer: (request: Request, ask: Ask) => Promise<Response>) {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      const ask = asker(calls, call);
      answer(call.request, ask).then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(failureOf(error));
        },
      );
    };
  }
}

interface Question {
  readonly kind: number;
  readonly operation: WireOperation;
}

function write(operation: WireOperation): Question {
  return { kind: RequestKind.write, operation };
}

function read(operation: WireOperation, stale: boolean): Question {
  return { kind: stale ? RequestKind.staleRead : RequestKind.read, operation };
}

type Ask = <Case extends WireResult['$case']>(
  question: Question,
  wanted: Case,
  look?: (done: Done) => void,
) => Promise<ResultOf<Case>>;

function asker(calls: Calls, call: ServerUnaryCall<unknown, unknown>): Ask {
  return ({ kind, operation }, wanted, look) => {
    const payload = Operation.encode({ kind: operation }).finish();
    return calls.call(kind, payload, settingsOf(call), (done) => {
      look?.(done);
      return resultOf(done, wanted);
    });
  };
}

/** The caller's deadline and its cancelling hold for the call through the session as well. */
function settingsOf(call: ServerUnaryCall<unknown, unknown>): CallSettings {
  const cancelled = new AbortController();
  call.once('cancelled', () => {
    cancelled.abort();
  });
  const deadline = Number(call.getDeadline());
  const timeoutMs = Number.isFinite(deadline) ? Math.max(1, deadline - Date.now()) : 0;
  return { ...PLAIN_CALL, timeoutMs, signal: cancelled.signal };
}

function resultOf<Case extends WireResult['$case']>(done: Done, wanted: Case): ResultOf<Case> {
  const { kind } = OperationResult.decode(done.payload);
  if (kind?.$case !== wanted) {
    const text = `a node answered with ${kind?.$case ?? 'nothing'} instead of ${wanted}`;
    throw new RelevoError('malformed', 'unknown', `${text}; run one release on all hosts`);
  }
  if (kind.$case === 'range' && done.parts.length > 0) refuseIfTooLarge(done);
  if (kind.$case === 'range') addParts(kind.value, done.parts);
  return kind.value as ResultOf<Case>;
}

function refuseIfTooLarge({ payload, parts }: Done): void {
  const bytes = parts.reduce((sum, part) => sum + part.length, payload.length);
  if (bytes <= ANSWER_BYTES_MAX) return;
  const text = `the answer has ${bytes} bytes, more than the ${ANSWER_BYTES_MAX} of one gRPC message`;
  throw new RelevoError('too-large', 'refused', `${text}; set a limit, or use the session stream`);
}

function addParts(last: RangeResult, parts: readonly Uint8Array[]): void {
  const before = parts.flatMap((part) => {
    const { kind } = OperationResult.decode(part);
    return kind?.$case === 'range' ? kind.value.pairs : [];
  });
  last.pairs = [...before, ...last.pairs];
}

/** Nothing in either branch changes anything: it takes the way of a read. */
function isReadOnly({ success, failure }: TxnRequest): boolean {
  return [...success, ...failure].every(({ kind }) =>
    kind?.$case === 'txn' ? isReadOnly(kind.value) : kind?.$case === 'range',
  );
}

function failureOf(error: unknown): UnaryError | { code: status; details: string } {
  if (error instanceof RelevoError) return unaryError(error);
  return { code: status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}
