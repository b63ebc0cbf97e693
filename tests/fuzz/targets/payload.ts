/** Operations as clients send them, through admission to the log's text, the state and the answer. */
import { decodeCommand, encodeCommand, Store, validate, type Applied } from '#kv';
import { protobufPayloads } from '#node';
import { OperationResult } from '#rpc/generated/relevo/v1/kv';
import { admit } from '../../../node/admission.js';
import { MalformedPayload } from '../../../node/payload.js';
import { decodeAny } from '../../../node/wire/payload-codec.js';
import { valueBytesOf } from '../../../services/proxy/router/put-size.js';
import { splice } from '../mutations/bytes.js';
import { mutateWire } from '../mutations/wire.js';
import { someOperationBytes } from '../sources/operations.js';
import { checkSame, checkWords, holds, unlessRefused, type Target } from '../target.js';

const LIMITS = {
  ...{ keyBytesMax: 64, valueBytesMax: 256, requestBytesMax: 2_000, txnOperationsMax: 8 },
};

export const payload: Target = {
  name: 'payload',
  about: 'operations of requests: MalformedPayload, or one text in the log, applied and answered',
  weight: 10,
  shows: 'hex',
  make(random) {
    if (random.chance(0.1)) {
      return [splice(random, someOperationBytes(random), someOperationBytes(random))];
    }
    return [
      random.chance(0.1)
        ? someOperationBytes(random)
        : mutateWire(random, someOperationBytes(random)),
    ];
  },
  take([bytes = new Uint8Array(0)]) {
    const operation = unlessRefused(
      () => protobufPayloads.decodeOperation(bytes),
      MalformedPayload,
    );
    const slow = unlessRefused(() => decodeAny(bytes), MalformedPayload);
    checkSame(operation, slow, 'the two decoders differ');
    const size = valueBytesOf(bytes);
    holds(
      size === null || size <= bytes.length,
      () => `a value of ${size} bytes in ${bytes.length}`,
    );
    const admitted = admit(bytes, protobufPayloads, LIMITS);
    if (admitted.kind === 'inadmissible') {
      checkWords(admitted.message);
      return 'refused';
    }
    holds(validate(admitted) === null, () => 'admitted, and not valid');
    const write = { kind: 'write', session: 0, sequence: 0, lowestAwaited: 0 } as const;
    const text = encodeCommand({ ...write, operation: admitted });
    checkSame(decodeCommand(text), { ...write, operation: admitted }, 'the log would hold another');
    checkAnswered(new Store().apply(1, text));
    return 'accepted';
  },
};

function checkAnswered(applied: Applied): void {
  if (applied.kind === 'refused') checkWords(applied.message);
  else if (applied.kind !== 'done' && applied.kind !== 'session-opened') {
    const { kind } = OperationResult.decode(protobufPayloads.encodeResult(applied));
    holds(
      kind?.$case === applied.kind,
      () => `the answer to a ${applied.kind} is a ${kind?.$case}`,
    );
  }
}
