/** Streams without number or without end: bodies that stall, answers that nobody reads, sessions left behind. */
import { status } from '@grpc/grpc-js';
import { setTimeout as pause } from 'node:timers/promises';
import { endOfPrefix } from '#client';
import { Operation, RangeRequest } from '#rpc/generated/relevo/v1/kv';
import { RequestKind, type Request } from '#rpc/session/frames';
import { encodeRequests } from '../../../rpc/session/codec.js';
import { headers, message } from '../wire/frames.js';
import { endsOf, GREETING, GrpcConnection, type GrpcCall } from '../wire/grpc-connection.js';
import { RawConnection } from '../wire/raw-connection.js';
import { finding, GRPC_FACES, streamPath, type Attack, type Face } from './attack.js';
import { ReplyCount } from './reply-count.js';

// As plain numbers, which is what arrives.
const DEADLINE_EXCEEDED: number = status.DEADLINE_EXCEEDED;
const UNAVAILABLE: number = status.UNAVAILABLE;

/** Keys of a range that is large: written before the attacks begin. */
export const LARGE_PREFIX = 'large/';
/** The server's own 5 s for a greeting and, in this course, for a request's body. */
const STALLED_MS_MAX = 9_000;
/** The server ends a reader that takes nothing for 15 s, from when the last of its answers is there. */
const UNREAD_MS_MAX = 28_000;
/** Unread bytes that fill a window, nearly: more waits in the server. */
const FILLED_BYTES = 60_000;
const STREAMS = 1_000;
/** What one connection may have open. */
const STREAMS_MAX: Readonly<Record<Face, number>> = { proxy: 128, node: 128, peer: 4, http: 0 };
const REFUSED_STREAM = 7;
const BODIES = 20;
const READERS = 4;
const RANGES = 8;
const UNARY_RANGES = 4;
const SESSIONS = 3_000;
const SESSIONS_AT_A_TIME = 50;

const EMPTY_REQUEST: Request = {
  id: 0,
  kind: RequestKind.read,
  session: 0,
  sequence: 0,
  lowestAwaited: 0,
  timeoutMs: 0,
  minRevision: 0,
  payload: new Uint8Array(0),
  partsMax: 0,
};

const endless: Attack = {
  name: 'endless-streams',
  against: GRPC_FACES,
  async play(target, face) {
    const path = streamPath(face);
    // Frames by hand: a library would keep to the server's limit.
    const raw = new RawConnection(target).greet();
    for (let at = 0; at < STREAMS; at += 1) raw.send(headers(1 + 2 * at, path));
    const polite = new GrpcConnection(target);
    const [end] = await endsOf([polite.call(path)], STALLED_MS_MAX);
    // An answered stream has a second to be closed.
    await pause(2_000);
    const { frames } = raw;
    const refused = frames.filter(
      ({ payload }) => payload.readUInt32BE(0) === REFUSED_STREAM,
    ).length;
    raw.reset();
    polite.destroy();
    return finding(`${STREAMS} streams, ${STREAMS - refused} let in`, end?.details, {
      [`${STREAMS - refused} streams were let in, over ${STREAMS_MAX[face]}`]:
        STREAMS - refused > STREAMS_MAX[face],
      [`${STREAMS - frames.length} streams stay`]: frames.length < STREAMS,
      'no stream was told why': end?.code !== DEADLINE_EXCEEDED,
    });
  },
};

const stalledBodies: Attack = {
  name: 'stalled-bodies',
  against: ['proxy', 'node'],
  async play(target, face) {
    const connection = new GrpcConnection(target);
    const path = face === 'proxy' ? '/relevo.v1.Kv/Put' : '/relevo.v1.Admin/Cluster';
    const calls = Array.from({ length: BODIES }, () => connection.call(path));
    for (const { stream } of calls) stream.write(message(Buffer.alloc(100), 1_000));
    const slow = connection.call(path);
    const dribble = setInterval(() => slow.stream.write(Buffer.alloc(1)), 100);
    slow.stream.write(message(Buffer.alloc(0), 1_000));
    const ends = await endsOf([...calls, slow], STALLED_MS_MAX);
    clearInterval(dribble);
    connection.destroy();
    const wrong = ends.find(({ code }) => code !== UNAVAILABLE);
    return finding(`${BODIES} half bodies, one a byte at a time`, ends[0]?.details, {
      [`a body that stalls ended with ${wrong?.code} ${wrong?.details}`]: wrong !== undefined,
    });
  },
};

const unread: Attack = {
  name: 'never-reads',
  against: ['proxy', 'node'],
  async play(target, face) {
    const connections = Array.from({ length: READERS }, () => new GrpcConnection(target));
    const calls = connections.map((connection) => {
      const call = connection.call(streamPath(face), { reads: false });
      call.stream.write(GREETING);
      encodeRequests(largeRanges(RANGES), (bytes) => call.stream.write(message(bytes)));
      return call;
    });
    const unary = face === 'proxy' ? connections.flatMap((one) => unaryRanges(one)) : [];
    const all = [...calls, ...unary];
    const end = performance.now() + UNREAD_MS_MAX;
    // The others were answered in few words, which is no reader's stalling.
    const stays = (): number =>
      all.filter(({ stream }) => !stream.destroyed && stream.readableLength > FILLED_BYTES).length;
    while (stays() === 0 && performance.now() < end) await pause(100);
    while (stays() > 0 && performance.now() < end) await pause(100);
    const open = stays();
    const codes = [...new Set(all.map(({ stream }) => stream.rstCode))].join(', ');
    for (const connection of connections) connection.destroy();
    return finding(
      `${READERS} sessions of ${RANGES} ranges of 1 MiB, ${unary.length} unary ranges`,
      `RST_STREAM ${codes}`,
      {
        [`${open} streams that nobody reads stay`]: open > 0,
        'no stream was ended for it': !codes.includes('11'),
      },
    );
  },
};

function largeRange(): RangeRequest {
  const key = Buffer.from(LARGE_PREFIX);
  return {
    key,
    rangeEnd: endOfPrefix(key),
    limit: 0,
    revision: 0,
    keysOnly: false,
    countOnly: false,
    stale: false,
  };
}

function largeRanges(count: number): readonly Request[] {
  const payload = Operation.encode({ kind: { $case: 'range', value: largeRange() } }).finish();
  return Array.from({ length: count }, (_, id) => ({ ...EMPTY_REQUEST, id: id + 1, payload }));
}

function unaryRanges(connection: GrpcConnection): readonly GrpcCall[] {
  const body = message(Buffer.from(RangeRequest.encode(largeRange()).finish()));
  return Array.from({ length: UNARY_RANGES }, () => {
    const call = connection.call('/relevo.v1.Kv/Range', { reads: false });
    call.stream.end(body);
    return call;
  });
}

const abandoned: Attack = {
  name: 'abandoned-sessions',
  against: ['proxy', 'node'],
  async play(target) {
    let opened = 0;
    for (let at = 0; at < SESSIONS; at += SESSIONS_AT_A_TIME) {
      const connection = new GrpcConnection(target);
      const { stream } = connection.call('/relevo.v1.Session/Connect', { reads: false });
      const replies = new ReplyCount(stream);
      stream.write(GREETING);
      const requests = Array.from({ length: SESSIONS_AT_A_TIME }, (_, id) => ({
        ...EMPTY_REQUEST,
        id: id + 1,
        kind: RequestKind.openSession,
      }));
      encodeRequests(requests, (bytes) => stream.write(message(bytes)));
      await replies.until(SESSIONS_AT_A_TIME, STALLED_MS_MAX);
      opened += replies.byCode.get('ok') ?? 0;
      connection.destroy();
      await pause(5);
    }
    return finding(`${opened} sessions opened and left behind`, '', {
      'no session was opened': opened === 0,
    });
  },
};

export const STREAM_ATTACKS: readonly Attack[] = [endless, stalledBodies, unread, abandoned];
