import {
  connect,
  createServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { status } from '@grpc/grpc-js';
import { PeerKind } from '#rpc/session';
import { Outcome } from './frames.js';
import {
  closeAll,
  closeLater,
  dial,
  GREETING,
  okOf,
  repliesIn,
  requestOf,
  serve,
  STATE,
  WELCOME,
} from './loopback.js';

afterEach(closeAll);

test('greetings, requests and replies go both ways; a turn is one message', async () => {
  const { journal, address, opened } = await serve();
  const client = dial(address);
  client.session.send([requestOf(1), requestOf(2)]);
  client.session.send([requestOf(3)]);
  const connection = await opened();
  const seen = await journal.until((all) => all.some(({ type }) => type === 'requests'));
  const batches = seen.flatMap((entry) => (entry.type === 'requests' ? [entry.requests] : []));
  expect(batches).toEqual([[requestOf(1), requestOf(2), requestOf(3)]]);

  connection.reply([okOf(2)]);
  connection.reply([okOf(1), okOf(3)]);
  const got = await client.journal.until((all) => repliesIn(all).length === 3);
  expect(got).toEqual([
    { type: 'connected', welcome: WELCOME },
    { type: 'replies', replies: [okOf(2), okOf(1), okOf(3)] },
  ]);
  expect(connection).toMatchObject({ kind: 'client', name: 'test' });
  expect(connection.address).toMatch(/^127\.0\.0\.1:\d+$/);
});

test('a proxy is told the newest state of a turn, before its replies', async () => {
  const { address, opened } = await serve();
  const client = dial(address, { ...GREETING, kind: PeerKind.PEER_KIND_PROXY });
  const connection = await opened();
  connection.state({ ...STATE, term: 2 });
  connection.reply([okOf(1)]);
  connection.state(STATE);
  const got = await client.journal.until((all) => repliesIn(all).length === 1);
  expect(got.slice(1)).toEqual([
    { type: 'state', state: STATE },
    { type: 'replies', replies: [okOf(1)] },
  ]);
  expect(connection.kind).toBe('proxy');
});

test.each([
  ['another cluster', { clusterId: 'beef' }, /cluster beef.*cluster c0ffee.*CLUSTER_NAME/],
  [
    'another protocol',
    { protocolMin: 8, protocolMax: 9, release: '9.0' },
    /who calls \(release 9.0\) speaks versions 8 to 9 .*ada \(release 0.1.0\) version 1: upgrade by way/,
  ],
])('a greeting of %s is rejected with both values and the remedy', async (_, change, text) => {
  const { journal, address } = await serve();
  const client = dial(address, { ...GREETING, ...change });
  const end = await client.lost();
  expect(end).toMatchObject({
    code: status.FAILED_PRECONDITION,
    rejected: true,
    refused: false,
  });
  expect(end.message).toMatch(text);
  expect(journal.entries).toEqual([]);
});

test('the same cluster is let in by name', async () => {
  const { address, opened } = await serve();
  dial(address, { ...GREETING, clusterId: 'c0ffee' });
  await expect(opened()).resolves.toMatchObject({ name: 'test' });
});

test('nobody listening is told apart: refused, not rejected', async () => {
  const { server, address } = await serve();
  server.forceShutdown();
  const end = await dial(address).lost();
  expect(end).toMatchObject({ refused: true, rejected: false, code: status.UNAVAILABLE });
  expect(end.message).toBe(`nobody listens at ${address} (connection refused)`);
});

test('a listener that never greets is given up, and is not refused', async () => {
  const silent = await tcp(() => undefined);
  const client = dial(silent, GREETING, { greetingTimeoutMs: 50 });
  const end = await client.lost();
  expect(end).toMatchObject({ refused: false, rejected: false, code: status.DEADLINE_EXCEEDED });
  expect(end.message).toMatch(/no greeting came within 50 ms/);
});

test('a server that dies is noticed at once, on both sides once', async () => {
  const { server, journal, address, opened } = await serve();
  const client = dial(address);
  await opened();
  await client.journal.until((all) => all.length === 1);
  const before = performance.now();
  server.forceShutdown();
  const end = await client.lost();
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(end.rejected).toBe(false);
  const seen = await journal.until((all) => all.some(({ type }) => type === 'closed'));
  expect(seen.map(({ type }) => type)).toEqual(['opened', 'closed']);
  expect(client.journal.entries.map(({ type }) => type)).toEqual(['connected', 'lost']);
});

test('a reset connection is lost at once', async () => {
  const sockets: Socket[] = [];
  const { address, opened } = await serve();
  const relay = await relayTo(address, sockets);
  const client = dial(relay);
  await opened();
  await client.journal.until((all) => all.length === 1);
  for (const socket of sockets) socket.resetAndDestroy();
  const end = await client.lost();
  expect(end).toMatchObject({ code: status.UNAVAILABLE, refused: false, rejected: false });
});

test('after close() nothing is reported here, and the other side hears of it', async () => {
  const { journal, address, opened } = await serve();
  const client = dial(address);
  const connection = await opened();
  await client.journal.until((all) => all.length === 1);
  client.session.close();
  client.session.close();
  await journal.until((all) => all.some(({ type }) => type === 'closed'));
  connection.reply([okOf(1)]);
  connection.end();
  expect(client.journal.entries.map(({ type }) => type)).toEqual(['connected']);
  expect(journal.entries.map(({ type }) => type)).toEqual(['opened', 'closed']);
});

test('end() sends what is pending, then the status', async () => {
  const { address, opened, journal } = await serve();
  const client = dial(address);
  const connection = await opened();
  connection.reply([okOf(1)]);
  connection.end({ code: status.UNAVAILABLE, details: 'ada is stopping; dial another node' });
  const end = await client.lost();
  expect(end.message).toMatch(/ada is stopping; dial another node/);
  expect(repliesIn(client.journal.entries)).toEqual([okOf(1)]);
  expect(journal.entries.map(({ type }) => type)).toEqual(['opened', 'closed']);
});

test('large answers go in several messages and arrive whole, in order', async () => {
  const { address, opened } = await serve();
  const client = dial(address);
  const connection = await opened();
  const large = Array.from({ length: 12 }, (_, at) => okOf(at, new Uint8Array(400_000).fill(at)));
  connection.reply(large);
  const got = await client.journal.until((all) => repliesIn(all).length === large.length);
  const replies = repliesIn(got);
  expect(replies.map(({ id }) => id)).toEqual(large.map(({ id }) => id));
  expect(replies.every((reply, at) => reply.payload.every((byte) => byte === at))).toBe(true);
  expect(got.filter(({ type }) => type === 'replies').length).toBeGreaterThanOrEqual(6);
});

test('a request over the limit is refused here, and the stream goes on', async () => {
  const { address, journal } = await serve();
  const client = dial(address, GREETING, { requestBytesMax: 1_000 });
  client.session.send([requestOf(1, new Uint8Array(1_001)), requestOf(2)]);
  await journal.until((all) => all.some(({ type }) => type === 'requests'));
  const got = await client.journal.until((all) => repliesIn(all).length === 1);
  expect(repliesIn(got)[0]).toMatchObject({ id: 1, outcome: Outcome.refused, code: 'too-large' });
  const requests = journal.entries.flatMap((each) =>
    each.type === 'requests' ? each.requests : [],
  );
  expect(requests.map(({ id }) => id)).toEqual([2]);
});

test('who leaves too much unread is ended, and others are served', async () => {
  const { address, opened, journal } = await serve({ pendingBytesMax: 8 * 1024 * 1024 });
  const slow = dial(address);
  const connection = await opened();
  slow.session.pause();
  const chunk = new Uint8Array(1024 * 1024);
  for (let sent = 0; sent < 40; sent += 1) {
    connection.reply([okOf(sent, chunk)]);
    connection.flush();
  }
  await journal.until((all) => all.some(({ type }) => type === 'closed'));
  expect(connection.pendingBytes).toBeLessThan(8 * 1024 * 1024);

  const other = dial(address);
  const all = await journal.until((entries) => entries.length === 3);
  all.at(-1)?.connection.reply([okOf(77)]);
  await other.journal.until((entries) => repliesIn(entries).length === 1);

  slow.session.resume();
  const end = await slow.lost();
  expect(end.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(end.message).toMatch(/left unread, over the limit of 8388608; read replies/);
});

test('pause() holds requests back in the sender, resume() lets them come', async () => {
  const { address, opened, journal } = await serve();
  const client = dial(address);
  const connection = await opened();
  connection.pause();
  const chunk = new Uint8Array(1024 * 1024);
  for (let id = 1; id <= 40; id += 1) client.session.send([requestOf(id, chunk)]);
  client.session.flush();
  await new Promise((resolve) => setImmediate(resolve));
  expect(client.session.pendingBytes).toBeGreaterThan(20 * 1024 * 1024);
  connection.resume();
  const seen = await journal.until(
    (all) => all.flatMap((each) => (each.type === 'requests' ? each.requests : [])).length === 40,
  );
  expect(seen.every((each) => each.type !== 'closed')).toBe(true);
});

async function tcp(accept: (socket: Socket) => void): Promise<string> {
  const server: TcpServer = createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  closeLater(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function relayTo(address: string, sockets: Socket[]): Promise<string> {
  const [host, port] = address.split(':');
  return tcp((near) => {
    const far = connect(Number(port), host);
    far.on('error', () => undefined);
    near.pipe(far);
    far.pipe(near);
    sockets.push(near);
    near.on('close', () => far.destroy());
  });
}
