/** Relevo's client library: `const relevo = await Relevo.connect('127.0.0.1:2379')`. */
export { Relevo } from './relevo.js';
export { Calls, PLAIN_CALL, type CallSettings } from './calls.js';
export { RelevoError, type FailureOutcome, type RelevoErrorCode } from './error.js';
export type { Done } from './results.js';
export { parseEndpoints } from './endpoints.js';
export {
  encodeDelete,
  encodeGet,
  encodePut,
  encodeRange,
  encodeTxn,
  endOfPrefix,
} from './operations.js';
export type { Link, LinkEvents, Transport } from './transport.js';
export type {
  CallOptions,
  Compare,
  ConnectOptions,
  Consistency,
  Data,
  DeleteOptions,
  DeleteResult,
  GetResult,
  KeySelector,
  Pair,
  Peer,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  RangeView,
  ReadOptions,
  RelevoClient,
  Served,
  TlsFiles,
  Txn,
  TxnOperation,
  TxnOperationResult,
  TxnOptions,
  TxnResult,
  WriteOptions,
  Written,
} from './types.js';
