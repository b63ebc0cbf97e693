import fc from 'fast-check';
import {
  type Greeting,
  PeerKind,
  SessionReplies,
  SessionRequests,
} from '#rpc/generated/relevo/v1/session';
import { BATCH_BYTES_MAX } from '../transport/channel.js';
import { MalformedMessage } from '../transport/wire.js';
import {
  decodeReplies,
  decodeRequests,
  encodeGreeting,
  encodeReplies,
  encodeRequests,
  requestBytes,
} from './codec.js';
import { emptyReply, Outcome, type Reply, type Request, RequestKind } from './frames.js';

const wide = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat(),
  fc.constantFrom(0, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 35, Number.MAX_SAFE_INTEGER),
);
const narrow = fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1));
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.oneof(fc.constant(''), fc.string({ unit: 'binary' }));

const request: fc.Arbitrary<Request> = fc.record({
  id: wide,
  kind: fc.nat(9),
  session: wide,
  sequence: wide,
  lowestAwaited: wide,
  timeoutMs: narrow,
  minRevision: wide,
  payload: bytes,
  partsMax: narrow,
});

const reply: fc.Arbitrary<Reply> = fc.record({
  id: wide,
  outcome: fc.nat(6),
  payload: bytes,
  code: text,
  message: text,
  session: wide,
  servedBy: narrow,
  linearizable: fc.boolean(),
  more: fc.boolean(),
  leader: narrow,
  part: narrow,
});

// By the frames' types, in which kinds and outcomes are plain numbers.
interface Encoder<Message> {
  encode(message: Message): { finish(): Uint8Array };
}
const REQUESTS_CODEC: Encoder<{ requests: Request[] }> = SessionRequests;
const REPLIES_CODEC: Encoder<{ replies: Reply[] }> = SessionReplies;

function encoded<Item>(
  encode: (items: readonly Item[], emit: (message: Buffer) => void) => void,
  items: readonly Item[],
): Buffer[] {
  const messages: Buffer[] = [];
  encode(items, (message) => messages.push(message));
  return messages;
}

const aRequest = (id: number, payload: Uint8Array): Request => ({
  id,
  kind: RequestKind.write,
  session: 7,
  sequence: id,
  lowestAwaited: 1,
  timeoutMs: 0,
  minRevision: 0,
  payload,
  partsMax: 0,
});

describe('against the generated codec', () => {
  test('requests become the same bytes, and come back', () => {
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 20 }), (requests) => {
        const [message, ...others] = encoded(encodeRequests, requests);
        const expected = REQUESTS_CODEC.encode({ requests }).finish();
        expect(others).toHaveLength(0);
        expect(Buffer.compare(message as Buffer, expected)).toBe(0);
        const decoded = decodeRequests(message as Buffer);
        expect(decoded).toEqual({ greeting: null, requests });
        expect(SessionRequests.decode(message as Buffer).requests).toHaveLength(requests.length);
      }),
    );
  });

  test('replies become the same bytes, and come back', () => {
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1, maxLength: 20 }), (replies) => {
        const [message, ...others] = encoded(encodeReplies, replies);
        const expected = REPLIES_CODEC.encode({ replies }).finish();
        expect(others).toHaveLength(0);
        expect(Buffer.compare(message as Buffer, expected)).toBe(0);
        expect(decodeReplies(message as Buffer)).toEqual({
          welcome: null,
          replies: SessionReplies.decode(expected).replies.map((each) => ({
            ...each,
            payload: new Uint8Array(each.payload),
          })),
          state: null,
        });
      }),
    );
  });

  test('any bytes decode, or are malformed, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        for (const decode of [decodeRequests, decodeReplies]) {
          try {
            decode(Buffer.from(noise));
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessage);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('a message that is cut short anywhere never yields another request than was sent', () => {
    const requests = [1, 2, 3].map((id) => aRequest(id, new Uint8Array([1, 2, 3, 4])));
    const [whole] = encoded(encodeRequests, requests);
    for (let length = 0; length < (whole as Buffer).length; length += 1) {
      let got: Request[] = [];
      try {
        got = decodeRequests((whole as Buffer).subarray(0, length)).requests;
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessage);
      }
      expect(got).toEqual(requests.slice(0, got.length));
    }
  });

  test('unknown fields are passed over', () => {
    const message = Buffer.concat([
      Buffer.from([
        0x78, 0x05, 0x7a, 0x02, 0x01, 0x02, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8,
      ]),
      ...encoded(encodeRequests, [aRequest(5, new Uint8Array([9]))]),
    ]);
    expect(decodeRequests(message).requests).toEqual([aRequest(5, new Uint8Array([9]))]);
  });
});

test('a batch is cut at its limit, in order, and what is larger goes alone', () => {
  const sizes = [10, BATCH_BYTES_MAX + 5, 400_000, 400_000, 400_000, 3];
  const requests = sizes.map((size, at) => aRequest(at + 1, new Uint8Array(size)));
  const messages = encoded(encodeRequests, requests);
  const ids = messages.map((message) => decodeRequests(message).requests.map(({ id }) => id));
  expect(ids).toEqual([[1], [2], [3, 4], [5, 6]]);
});

test('the size of a request is that of its message', () => {
  const each = aRequest(300, new Uint8Array(130));
  const [message] = encoded(encodeRequests, [each]);
  expect((message as Buffer).length).toBe(1 + 2 + requestBytes(each));
});

test('numbers above 2^53 - 1 are refused, on the way out and in', () => {
  const tooLarge = { ...aRequest(1, new Uint8Array(0)), session: 2 ** 53 };
  expect(() => encoded(encodeRequests, [tooLarge])).toThrow(RangeError);
  expect(() => encoded(encodeRequests, [{ ...tooLarge, session: -1 }])).toThrow(RangeError);
  const wire = Buffer.from('120a08ffffffffffffffffff01'.replace('120a', '120b') + '00', 'hex');
  expect(() => decodeRequests(wire)).toThrow(MalformedMessage);
});

test.each([
  ['a kind', 0x10, 2 ** 31],
  ['a time-out', 0x30, 2 ** 32],
])('%s that its type has no room for is refused: nobody could send it on', (_what, tag, value) => {
  const number = Buffer.alloc(5);
  for (let at = 0, rest = value; at < 5; at += 1, rest = Math.floor(rest / 128)) {
    number[at] = (rest % 128) | (at < 4 ? 128 : 0);
  }
  const message = Buffer.concat([Buffer.from([0x12, 6, tag]), number]);
  expect(() => decodeRequests(message)).toThrow(MalformedMessage);
  number[4] = 0x03;
  expect(
    decodeRequests(Buffer.concat([Buffer.from([0x12, 6, tag]), number])).requests,
  ).toHaveLength(1);
});

test('what is decoded is no Buffer: a slice of it is a copy', () => {
  const [message] = encoded(encodeRequests, [aRequest(1, new Uint8Array([1, 2, 3]))]);
  const payload = decodeRequests(message as Buffer).requests[0]?.payload as Uint8Array;
  const copy = payload.slice();
  (message as Buffer).fill(0);
  expect(copy).toEqual(new Uint8Array([1, 2, 3]));
  expect(Buffer.isBuffer(payload)).toBe(false);
});

test('a greeting of defaults alone is still a greeting, an unreadable one malformed', () => {
  const kind = PeerKind.PEER_KIND_UNSPECIFIED;
  const empty: Greeting = {
    ...{ protocolMin: 0, protocolMax: 0, release: '' },
    ...{ kind, clusterId: '', name: '' },
  };
  expect(decodeRequests(encodeGreeting(empty)).greeting).toEqual(empty);
  expect(() => decodeRequests(Buffer.from([0x0a, 1, 0x0f]))).toThrow(MalformedMessage);
});

test('an empty reply costs what its id and outcome cost', () => {
  const [message] = encoded(encodeReplies, [emptyReply(1, Outcome.ok)]);
  expect(message).toEqual(Buffer.from([0x12, 4, 0x08, 1, 0x10, 1]));
});
