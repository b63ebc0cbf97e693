/** Well-formed frames with a content that no client of ours would send. */
import { status } from '@grpc/grpc-js';
import { encodeRequests } from '../../../rpc/session/codec.js';
import { RequestKind } from '#rpc/session/frames';
import { message } from '../wire/frames.js';
import { endsOf, GREETING, GrpcConnection, type CallEnd } from '../wire/grpc-connection.js';
import type { Target } from '../wire/raw-connection.js';
import { finding, GRPC_FACES, streamPath, type Attack, type Face, type Finding } from './attack.js';
import { ReplyCount } from './reply-count.js';

// As a plain number, which is what arrives.
const RESOURCE_EXHAUSTED: number = status.RESOURCE_EXHAUSTED;
const MIB = 1024 * 1024;
const TWO_GIB_LESS_ONE = 0x7fff_ffff;
/** Each on a connection of its own, one after the other. */
const TIMES = 2;
const ANSWER_MS_MAX = 5_000;
/** On one connection, where 8,192 are granted. */
const GREEDY_REQUESTS = 20_000;
const GREEDY_MESSAGES = 10_000;
const REQUESTS_A_MESSAGE = 500;
const UNKNOWN_KIND = 99;
const UNKNOWN_KINDS = 1_000;

/** Sends `bytes` as the first of a stream, `TIMES` times, and wants this status. */
function refusedWith(name: string, code: number, bytesFor: (face: Face) => Buffer): Attack {
  return {
    name,
    against: GRPC_FACES,
    async play(target, face) {
      const ends: CallEnd[] = [];
      for (let time = 0; time < TIMES; time += 1)
        ends.push(await endOf(target, face, bytesFor(face)));
      const wrong = ends.find((end) => end.code !== code);
      return finding(`${TIMES} messages`, `status ${ends[0]?.code}: ${ends[0]?.details}`, {
        [`the answer was ${wrong?.code} (${wrong?.details}), not ${code}`]: wrong !== undefined,
      });
    },
  };
}

async function endOf(target: Target, face: Face, bytes: Buffer): Promise<CallEnd> {
  const connection = new GrpcConnection(target);
  const call = connection.call(streamPath(face));
  call.stream.write(bytes);
  const [end] = await endsOf([call], ANSWER_MS_MAX);
  connection.destroy();
  return end ?? { code: -2, details: 'nothing' };
}

const CREDIT_FACES: readonly Face[] = ['proxy', 'node'];

const credit: Attack = {
  name: 'beyond-credit',
  against: CREDIT_FACES,
  // Some 10,000 requests that were granted are worked off in one go: 207 to 240 ms were seen.
  p99MsFloor: 500,
  async play(target, face) {
    const oneMessage = Buffer.concat([
      GREETING,
      ...requestMessages(GREEDY_REQUESTS, RequestKind.read),
    ]);
    const end = await endOf(target, face, oneMessage);
    // In several messages each of which is within what is granted, but not all of them together.
    const answered = await ask(
      target,
      GREEDY_MESSAGES,
      RequestKind.read,
      'requests in small messages',
    );
    const flaw = end.code === RESOURCE_EXHAUSTED ? answered.flaw : `told ${end.details}`;
    const told = `${end.details} | ${answered.told}`;
    return { what: `${GREEDY_REQUESTS} requests in one message; ${answered.what}`, told, flaw };
  },
};

const unknownKinds: Attack = {
  name: 'unknown-kinds',
  against: CREDIT_FACES,
  async play(target) {
    const found = await ask(target, UNKNOWN_KINDS, UNKNOWN_KIND, 'requests of an unknown kind');
    return found.told.includes('unknown-kind') ? found : { ...found, flaw: `told ${found.told}` };
  },
};

/** All at once; each has to be answered, well or badly. */
async function ask(target: Target, count: number, kind: number, what: string): Promise<Finding> {
  const connection = new GrpcConnection(target);
  const { stream, ended } = connection.call('/relevo.v1.Session/Connect', { reads: false });
  const replies = new ReplyCount(stream);
  stream.write(GREETING);
  for (let sent = 0; sent < count; sent += REQUESTS_A_MESSAGE) {
    for (const bytes of requestMessages(REQUESTS_A_MESSAGE, kind)) stream.write(bytes);
  }
  const answered = await replies.until(count, ANSWER_MS_MAX * 2);
  connection.destroy();
  await ended;
  return finding(`${count} ${what}, ${answered} answered`, replies.summary(), {
    [`${count - answered} requests were not answered`]: answered < count,
  });
}

export const MESSAGES: readonly Attack[] = [
  refusedWith('huge-message', status.RESOURCE_EXHAUSTED, (face) =>
    message(Buffer.alloc((face === 'peer' ? 16 : 4) * MIB + 1)),
  ),
  refusedWith('claimed-length', status.RESOURCE_EXHAUSTED, () =>
    message(Buffer.alloc(100), TWO_GIB_LESS_ONE),
  ),
  refusedWith('malformed-protobuf', status.INVALID_ARGUMENT, () =>
    // A field of 255 bytes begins; none come.
    message(Buffer.from([0x0a, 0xff, 0x01])),
  ),
  credit,
  unknownKinds,
];

function requestMessages(count: number, kind: number): readonly Buffer[] {
  const template = { session: 0, sequence: 0, lowestAwaited: 0, timeoutMs: 2_000, minRevision: 0 };
  const requests = Array.from({ length: count }, (_, id) => ({
    ...template,
    id: id + 1,
    kind,
    payload: new Uint8Array(0),
    partsMax: 0,
  }));
  const messages: Buffer[] = [];
  encodeRequests(requests, (bytes) => messages.push(message(bytes)));
  return messages;
}
