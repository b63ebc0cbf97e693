/** The door and the guard of a gRPC port, over real sockets, with times short enough for a test. */
import { setTimeout as pause } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { AdminService, type AdminServer } from '#rpc/generated/relevo/v1/admin';
import {
  bodyDeadline,
  dialSession,
  FaceServer,
  PeerKind,
  SERVER_OPTIONS,
  serveSession,
  SESSION_LIMITS,
  type FaceLimits,
  type SessionConnection,
} from '#rpc/session';
import { emptyReply, Outcome } from '#rpc/session/frames';
import { PROGRAM, spoken } from '#rpc/versions';
import {
  field,
  FLAG,
  frame,
  headerBlock,
  headers,
  message,
  ping,
  PREFACE,
  reset,
  TYPE,
} from './wire/frames.js';
import { endsOf, GREETING, GrpcConnection } from './wire/grpc-connection.js';
import { RawConnection } from './wire/raw-connection.js';

const SESSION = '/relevo.v1.Session/Connect';
const BODY_MS = 200;
const LIMITS: FaceLimits = {
  ...SESSION_LIMITS,
  prefaceTimeoutMs: 200,
  settingsTimeoutMs: 200,
  firstCallTimeoutMs: 400,
  stalledReaderMs: 400,
  connectionsMax: 8,
  connectionsPerAddressMax: 4,
};
const WELCOME = {
  clusterId: 'c0ffee',
  name: 'ada',
  nodeId: 1,
  requestsMax: 100,
  bytesMax: 1_000,
  sessionTimeoutMs: 60_000,
};

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function serve() {
  const opened: SessionConnection[] = [];
  const server = new FaceServer(
    { ...SERVER_OPTIONS, interceptors: [bodyDeadline(BODY_MS)] },
    { limits: LIMITS },
  );
  serveSession(server, {
    welcome: () => WELCOME,
    opened: (connection) => opened.push(connection),
    requests: () => undefined,
    closed: () => undefined,
  });
  const admin: AdminServer = {
    cluster: (_call, callback) => {
      callback(null, { clusterId: 'c0ffee', nodes: [], queued: 0, servedBy: 'ada' });
    },
    transferLeadership: (_call, callback) => {
      callback({ code: status.UNIMPLEMENTED });
    },
  };
  server.addService(AdminService, admin);
  const port = await server.listen('127.0.0.1', 0);
  cleanups.push(() => server.forceShutdown());
  return { server, opened, target: { host: '127.0.0.1', port } };
}

type Served = Awaited<ReturnType<typeof serve>>;

function raw({ target }: Served, acknowledges = true): RawConnection {
  const connection = new RawConnection(target, { acknowledges });
  cleanups.push(() => connection.reset());
  return connection;
}

function polite({ target }: Served): GrpcConnection {
  const connection = new GrpcConnection(target);
  cleanups.push(() => connection.destroy());
  return connection;
}

/** A client that does nothing wrong gets its welcome. */
async function expectServed({ target }: Served): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const greeting = {
      ...spoken(PROGRAM),
      kind: PeerKind.PEER_KIND_CLIENT,
      clusterId: '',
      name: 'test',
    };
    const session = dialSession(`${target.host}:${target.port}`, greeting, {
      connected: () => resolve(),
      lost: (end) => reject(new Error(end.message)),
      replies: () => undefined,
      state: () => undefined,
    });
    cleanups.push(() => session.close());
  });
}

test.each([
  ['nothing', [], /it sent 0 of the 24 bytes/],
  ['a preface alone', [PREFACE], /no SETTINGS came within 200 ms/],
])('a connection that sends %s is told so, and cut', async (_, sent, why) => {
  const served = await serve();
  const connection = raw(served, false);
  for (const bytes of sent) connection.send(bytes);
  await connection.closed;
  expect(connection.farewell?.text).toMatch(why);
  await expectServed(served);
});

test('a connection without a call is cut, one with a call stays', async () => {
  const served = await serve();
  const idle = raw(served).greet();
  const calling = polite(served);
  const call = calling.call(SESSION);
  call.stream.write(GREETING);
  await idle.closed;
  expect(idle.farewell?.code).toBe(0);
  expect(idle.farewell?.text).toMatch(/no call came/);
  expect(calling.session.closed).toBe(false);
});

test('one address is shut out at its limit, and told why; others are served', async () => {
  const served = await serve();
  const crowd = Array.from({ length: 6 }, () => raw(served).greet());
  await Promise.all(crowd.slice(4).map(({ closed }) => closed));
  const told = crowd.flatMap(({ farewell }) => (farewell === null ? [] : [farewell]));
  expect(told).toHaveLength(2);
  expect(told[0]?.code).toBe(11);
  expect(told[0]?.text).toMatch(/has 4 connections here/);
  expect(served.server.connections).toBe(4);
  await expectServed(served);
  for (const connection of crowd) connection.reset();
  await Promise.all(crowd.map(({ closed }) => closed));
  while (served.server.connections > 1) await pause(5);
  await expectServed(served);
});

test('a flood of PINGs is ended in the words that gRPC clients know', async () => {
  const served = await serve();
  const connection = raw(served).greet();
  connection.send(headers(1, SESSION), ...Array.from({ length: 2_000 }, ping));
  await connection.closed;
  expect(connection.farewell).toEqual({ code: 11, text: 'too_many_pings' });
  await expectServed(served);
});

test('CVE-2023-44487: calls that are reset as soon as they are made end their connection', async () => {
  const served = await serve();
  const connection = raw(served).greet();
  const calls = Array.from({ length: 300 }, (_, at) =>
    Buffer.concat([headers(1 + 2 * at, SESSION), reset(1 + 2 * at)]),
  );
  connection.send(...calls);
  await connection.closed;
  expect(connection.farewell?.text).toMatch(/too many calls were reset/);
  await expectServed(served);
});

test('CONTINUATION frames without end are ended by Node itself', async () => {
  const served = await serve();
  const connection = raw(served).greet();
  connection.send(frame(TYPE.headers, FLAG.none, 1, headerBlock(SESSION)));
  for (let at = 0; at < 50; at += 1) {
    connection.send(frame(TYPE.continuation, FLAG.none, 1, field(`x-${at}`, 'y'.repeat(1_000))));
  }
  await connection.closed;
  expect(connection.farewell?.code).toBe(2);
  await expectServed(served);
});

test('headers over the limit are refused, and the connection goes on', async () => {
  const served = await serve();
  const connection = polite(served);
  await new Promise((resolve) => connection.session.once('remoteSettings', resolve));
  // The second SETTINGS carries the limit; an answered call shows that it was agreed on.
  const call = connection.call('/relevo.v1.Admin/Cluster');
  call.stream.end(message(Buffer.alloc(0)));
  expect((await call.ended).code).toBe(status.OK);
  expect(connection.session.remoteSettings.maxHeaderListSize).toBe(LIMITS.headerListBytesMax);
});

test('a body that stalls, or comes a byte at a time, ends in time and as not done', async () => {
  const served = await serve();
  const connection = polite(served);
  const stalled = connection.call('/relevo.v1.Admin/Cluster');
  stalled.stream.write(message(Buffer.alloc(10), 100));
  const slow = connection.call('/relevo.v1.Admin/Cluster');
  const dribble = setInterval(() => slow.stream.write(Buffer.alloc(1)), 20);
  cleanups.push(() => clearInterval(dribble));
  slow.stream.write(message(Buffer.alloc(0), 1_000));
  const ends = await endsOf([stalled, slow], 5_000);
  expect(ends.map(({ code }) => code)).toEqual([status.UNAVAILABLE, status.UNAVAILABLE]);
  expect(ends[0]?.details).toMatch(/not complete after 200 ms; nothing was done/);
});

test('a reader that takes nothing of what waits for it is ended', async () => {
  const served = await serve();
  const connection = polite(served);
  const call = connection.call(SESSION, { reads: false });
  call.stream.write(GREETING);
  while (served.opened.length === 0) await pause(5);
  const payload = new Uint8Array(512 * 1024);
  served.opened[0]?.reply([{ ...emptyReply(1, Outcome.ok), payload }]);
  while (!call.stream.rstCode) await pause(5);
  expect(call.stream.rstCode).toBe(11);
});

test('more requests in a message than are granted end the stream, with both numbers', async () => {
  const served = await serve();
  const connection = polite(served);
  const call = connection.call(SESSION);
  call.stream.write(GREETING);
  // Field 2, a request of no bytes, 101 times.
  call.stream.write(
    message(Buffer.concat(Array.from({ length: 101 }, () => Buffer.from([0x12, 0])))),
  );
  const end = await call.ended;
  expect(end.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(end.details).toMatch(/has 101 requests.*may have 100 in flight/);
});

test('once shut down, nobody is let in, and those outside are gone', async () => {
  const served = await serve();
  const waiting = raw(served, false);
  while (served.server.connections === 0) await pause(5);
  served.server.forceShutdown();
  await waiting.closed;
  const late = raw(served, false);
  await late.closed;
  expect(late.error).toBe('ECONNREFUSED');
});
