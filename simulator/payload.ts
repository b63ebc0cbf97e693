/** Operations and results as JSON: a payload codec for worlds in which protobuf is not the point. */
import type { Operation, OperationResult } from '#kv';
import type { PayloadCodec } from './machines.js';

/** Both ends: what a node needs of a codec, and what its client does. */
export interface WireCodec extends PayloadCodec {
  encodeOperation(operation: Operation): Uint8Array;
  decodeResult(payload: Uint8Array): OperationResult;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// Byte-strings are text with codes up to 255, which JSON carries unchanged.
export const jsonPayloads: WireCodec = {
  encodeOperation: (operation) => encoder.encode(JSON.stringify(operation)),
  decodeOperation: (payload) => JSON.parse(decoder.decode(payload)) as Operation,
  encodeResult: (result) => encoder.encode(JSON.stringify(result)),
  decodeResult: (payload) => JSON.parse(decoder.decode(payload)) as OperationResult,
};
