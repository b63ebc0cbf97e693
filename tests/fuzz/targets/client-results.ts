/** What a server answers with, read by the client library. */
import { RelevoError } from '../../../services/client/error.js';
import * as results from '../../../services/client/results.js';
import type { Done } from '../../../services/client/results.js';
import { splice } from '../mutations/bytes.js';
import { mutateWire } from '../mutations/wire.js';
import { someResultBytes } from '../sources/operations.js';
import { checkCounts, checkSame, textOf, bytesOf, unlessRefused, type Target } from '../target.js';

const READERS: readonly ((done: Done) => unknown)[] = [
  results.putResult,
  results.getResult,
  results.rangeResult,
  results.deleteResult,
  results.txnResult,
];

export const clientResults: Target = {
  name: 'client-results',
  about: 'answers to the library: RelevoError `malformed`, or a result whose numbers are numbers',
  weight: 8,
  shows: 'hex',
  make(random) {
    const bytes = someResultBytes(random);
    if (random.chance(0.1)) return [splice(random, bytes, someResultBytes(random))];
    return [random.chance(0.05) ? bytes : mutateWire(random, bytes)];
  },
  take([payload = new Uint8Array(0)]) {
    const done: Done = {
      outcome: 'ok',
      payload,
      parts: [],
      servedBy: 1,
      linearizable: true,
      requestId: null,
    };
    let accepted = 0;
    for (const read of READERS) {
      const result = unlessRefused(() => read(done), RelevoError);
      if (result === null) continue;
      accepted += 1;
      checkCounts(result, 'a result');
    }
    return accepted > 0 ? 'accepted' : 'refused';
  },
};

export const requestIds: Target = {
  name: 'request-ids',
  about:
    'request ids as people paste them: a TypeError in words, or the id, which reads the same again',
  weight: 2,
  shows: 'text',
  make(random) {
    const text = `${random.below(1 << 30)}:${random.below(1 << 20)}`;
    return [
      random.chance(0.3)
        ? bytesOf(text)
        : splice(random, bytesOf(text), bytesOf('9007199254740993:0x')),
    ];
  },
  take([bytes]) {
    const text = textOf(bytes);
    const id = unlessRefused(() => results.parseRequestId(text), TypeError);
    if (id === null) return 'refused';
    checkCounts(id, 'a request id');
    checkSame(results.parseRequestId(results.requestIdText(id)), id, 'read again it is another');
    return 'accepted';
  },
};
