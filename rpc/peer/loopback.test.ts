import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Client, credentials, status } from '@grpc/grpc-js';
import {
  FaceServer,
  PEER_FACE_LIMITS,
  type PeerGreeting,
  PeerLink,
  type PeerLinkOptions,
  type PeerLoss,
  type PeerMessage,
  PeerServer,
  PEER_SERVER_OPTIONS,
} from '#rpc/peer';
import { PROGRAM, spoken } from '#rpc/versions';
import { Journal } from '../transport/journal.js';

const NODE_LIST = '1=127.0.0.1:1,2=127.0.0.1:2';

const greetingOf = (nodeId: number, toNodeId: number, change: Partial<PeerGreeting> = {}) => ({
  ...spoken(PROGRAM),
  ...{ formatMax: 1, formatLevel: 1 },
  clusterId: 'c0ffee',
  nodeId,
  name: nodeId === 1 ? 'ada' : 'bob',
  storeId: `store-${nodeId}`,
  incarnation: `start-${nodeId}`,
  hasHistory: false,
  toNodeId,
  nodeList: NODE_LIST,
  ...change,
});

const heartbeat = (round: number): PeerMessage => ({
  term: 3,
  kind: { $case: 'heartbeatRequest', value: { commitIndex: 1, round } },
});

const append = (previousIndex: number, size: number): PeerMessage => ({
  term: 3,
  kind: {
    $case: 'appendRequest',
    value: {
      previousIndex,
      previousTerm: 1,
      previousChain: '00000000',
      commitIndex: 0,
      lines: new Uint8Array(size).fill(previousIndex),
    },
  },
});

type ServerEntry =
  | { type: 'opened'; greeting: PeerGreeting }
  | { type: 'messages'; from: number; messages: PeerMessage[] }
  | { type: 'closed'; from: number }
  | { type: 'refused'; message: string };

type LinkEntry =
  | { type: 'connected'; greeting: PeerGreeting }
  | { type: 'lost'; loss: PeerLoss }
  | { type: 'refused'; message: string };

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** Node 2, listening. */
async function listen(
  change: Partial<PeerGreeting> = {},
  port = 0,
  refusal: (greeting: PeerGreeting) => string | null = () => null,
) {
  const server = new FaceServer(PEER_SERVER_OPTIONS, { limits: PEER_FACE_LIMITS });
  const journal = new Journal<ServerEntry>();
  const peers = new PeerServer(
    server,
    {
      greeting: () => greetingOf(2, 0, change),
      refusal,
      opened: (greeting) => journal.add({ type: 'opened', greeting }),
      messages: (from, messages) => journal.add({ type: 'messages', from, messages }),
      closed: (from) => journal.add({ type: 'closed', from }),
      refused: (_address, message) => journal.add({ type: 'refused', message }),
    },
    { greetingTimeoutMs: 200 },
  );
  const bound = await server.listen('127.0.0.1', port);

  cleanups.push(() => server.forceShutdown());
  return { server, peers, journal, port: bound, address: `127.0.0.1:${bound}` };
}

/** Node 1's link to node 2. */
function linkTo(address: string, change: Partial<PeerGreeting> = {}, options?: PeerLinkOptions) {
  const journal = new Journal<LinkEntry>();
  const link = new PeerLink(
    address,
    () => greetingOf(1, 2, change),
    {
      connected: (greeting) => journal.add({ type: 'connected', greeting }),
      lost: (loss) => journal.add({ type: 'lost', loss }),
      refused: (message) => journal.add({ type: 'refused', message }),
    },
    options,
  );
  cleanups.push(() => link.close());
  const first = async <Type extends LinkEntry['type']>(type: Type) => {
    const all = await journal.until((entries) => entries.some((entry) => entry.type === type));
    return all.find((entry) => entry.type === type) as Extract<LinkEntry, { type: Type }>;
  };
  return { link, journal, first };
}

const messagesIn = (entries: ServerEntry[]): PeerMessage[] =>
  entries.flatMap((entry) => (entry.type === 'messages' ? entry.messages : []));

/** A TCP relay whose connections can be cut. */
async function relayTo(port: number) {
  const near = new Set<Socket>();
  const server = createServer((socket) => {
    const far = connect(port, '127.0.0.1');
    near.add(socket);
    socket.pipe(far).pipe(socket);
    socket.on('error', () => undefined);
    far.on('error', () => undefined);
    socket.on('close', () => far.destroy());
    far.on('close', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of near) socket.resetAndDestroy();
    near.clear();
  };
  cleanups.push(() => {
    server.close();
    cut();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}

test('both sides introduce themselves; messages arrive in order, a turn as one batch', async () => {
  const { journal, address } = await listen({ hasHistory: true });
  const { link, first } = linkTo(address);
  const { greeting } = await first('connected');
  expect(greeting).toEqual(greetingOf(2, 1, { hasHistory: true }));
  for (const round of [1, 2, 3]) link.send(heartbeat(round));
  const seen = await journal.until((all) => messagesIn(all).length === 3);
  expect(seen).toEqual([
    { type: 'opened', greeting: greetingOf(1, 2) },
    { type: 'messages', from: 1, messages: [heartbeat(1), heartbeat(2), heartbeat(3)] },
  ]);
});

test('large messages are cut into several, in order, and arrive whole', async () => {
  const { journal, address } = await listen();
  const { link, first } = linkTo(address);
  await first('connected');
  const sent = [600_000, 600_000, 10, 13_000_000, 3].map((size, at) => append(at + 1, size));
  for (const message of sent) link.send(message);
  const seen = await journal.until((all) => messagesIn(all).length === sent.length);
  const linesOf = (messages: PeerMessage[]) =>
    messages.map(({ kind }) => (kind?.$case === 'appendRequest' ? kind.value.lines : null));
  const [got, expected] = [linesOf(messagesIn(seen)), linesOf(sent)];
  got.forEach((lines, at) => {
    expect(Buffer.compare(lines as Uint8Array, expected[at] as Uint8Array)).toBe(0);
  });
  expect(seen.filter(({ type }) => type === 'messages').length).toBeGreaterThanOrEqual(3);
});

describe('a lost stream', () => {
  test('whose redial is refused: the process is gone; the link comes back with the peer', async () => {
    const { server, address, port } = await listen();
    const { link, first, journal } = linkTo(address);
    await first('connected');
    const before = performance.now();
    server.forceShutdown();
    const { loss } = await first('lost');
    expect(performance.now() - before).toBeLessThan(500);
    expect(loss).toMatchObject({ redialRefused: true, newIncarnation: false });
    expect(link.connected).toBe(false);

    await listen({ incarnation: 'second' }, port);
    const all = await journal.until((entries) => entries.length === 3);
    expect(all.map(({ type }) => type)).toEqual(['connected', 'lost', 'connected']);
  });

  test('whose redial meets the same process is a broken link, not a dead peer', async () => {
    const { port, journal: served } = await listen();
    const relay = await relayTo(port);
    const { first, journal } = linkTo(relay.address);
    await first('connected');
    relay.cut();
    const all = await journal.until((entries) => entries.length === 3);
    expect(all.map(({ type }) => type)).toEqual(['connected', 'lost', 'connected']);
    expect(all[1]).toMatchObject({ loss: { redialRefused: false, newIncarnation: false } });
    await served.until((entries) => entries.filter(({ type }) => type === 'opened').length === 2);
  });

  test('whose redial meets a new process: the one we knew is gone', async () => {
    let incarnation = 'first';
    const server = new FaceServer(PEER_SERVER_OPTIONS, { limits: PEER_FACE_LIMITS });
    new PeerServer(server, {
      greeting: () => greetingOf(2, 0, { incarnation }),
      refusal: () => null,
      opened: () => undefined,
      messages: () => undefined,
      closed: () => undefined,
      refused: () => undefined,
    });
    const port = await server.listen('127.0.0.1', 0);
    cleanups.push(() => server.forceShutdown());
    const relay = await relayTo(port);
    const { first, journal } = linkTo(relay.address);
    await first('connected');
    incarnation = 'second';
    relay.cut();
    const all = await journal.until((entries) => entries.length === 3);
    expect(all[1]).toMatchObject({ loss: { redialRefused: false, newIncarnation: true } });
    expect(all[2]).toMatchObject({ type: 'connected', greeting: { incarnation: 'second' } });
  });

  test('is reported by the receiver too, unless a newer stream took its place', async () => {
    const { journal, address } = await listen();
    const older = linkTo(address);
    await older.first('connected');
    older.link.send(heartbeat(1));
    await journal.until((all) => messagesIn(all).length === 1);
    const newer = linkTo(address, { incarnation: 'again' });
    await newer.first('connected');
    older.link.close();
    newer.link.send(heartbeat(2));
    await journal.until((all) => messagesIn(all).length === 2);
    newer.link.close();
    const seen = await journal.until((all) => all.some(({ type }) => type === 'closed'));
    expect(seen.map(({ type }) => type)).toEqual([
      'opened',
      'messages',
      'opened',
      'messages',
      'closed',
    ]);
  });
});

describe('bounded', () => {
  test('what is sent without a connection is dropped and counted', async () => {
    const { address, server } = await listen();
    server.forceShutdown();
    const { link } = linkTo(address);
    link.send(heartbeat(1));
    link.send(heartbeat(2));
    expect(link.dropped).toBe(2);
    expect(link.pendingBytes).toBeLessThan(1_000);
  });

  test('a peer that does not take its messages costs a limit, not all memory', async () => {
    const { address } = await listen();
    const limit = 8 * 1024 * 1024;
    const { link, first } = linkTo(address, {}, { pendingBytesMax: limit });
    await first('connected');
    for (let at = 0; at < 40; at += 1) link.send(append(at, 1024 * 1024));
    expect(link.pendingBytes).toBeLessThanOrEqual(limit);
    expect(link.dropped).toBe(33);
  });

  test('close() is final', async () => {
    const { address, journal: served } = await listen();
    const { link, first, journal } = linkTo(address);
    await first('connected');
    link.close();
    await served.until((all) => all.some(({ type }) => type === 'closed'));
    link.send(heartbeat(1));
    link.hurry();
    expect(journal.entries.map(({ type }) => type)).toEqual(['connected']);
  });
});

describe('greetings that do not match are refused on both sides, with both values', () => {
  const cases: [string, Partial<PeerGreeting>, RegExp][] = [
    [
      'protocol',
      { protocolMin: 2, protocolMax: 3, release: '0.9.0' },
      /ada\) \(release 0.9.0\) speaks versions 2 to 3 .*bob \(release 0.1.0\) version 1: upgrade by way of/,
    ],
    ['R9 node list', { nodeList: '1=h:1' }, /NODES 1=h:1, bob has NODES 1=127.*same list/],
    ['cluster', { clusterId: 'beef' }, /cluster beef, bob of cluster c0ffee; check CLUSTER_NAME/],
    ['receiver', { toNodeId: 3 }, /looks for node 3 where node 2 \(bob\) answers; check/],
    ['own id', { nodeId: 2 }, /same NODE_ID as bob.*id of its own/],
    ['unknown node', { nodeId: 9 }, /node 9 \(ada\) is not in NODES .*add it to the list/],
  ];
  test.each(cases)('%s', async (_, change, text) => {
    const { journal, address } = await listen();
    const { first } = linkTo(address, change);
    const { message } = await first('refused');
    expect(message).toMatch(text);
    const [entry, ...others] = journal.entries;
    expect(others).toEqual([]);
    expect(entry?.type === 'refused' && entry.message).toMatch(text);
  });

  test("by the node's own judgement, say of the store id", async () => {
    const { address } = await listen({}, 0, (greeting) => `store ${greeting.storeId} is unknown`);
    const { message } = await linkTo(address).first('refused');
    expect(message).toBe(`${address}: store store-1 is unknown`);
  });

  test('a refusal is said once, tried again slowly, and over when it is mended', async () => {
    let refusal: string | null = 'not yet';
    const { address, journal: served } = await listen({}, 0, () => refusal);
    const { journal } = linkTo(address, {}, { refusedWaitMs: 10 });
    await served.until((all) => all.length === 3);
    refusal = null;
    const all = await journal.until((entries) => entries.length === 2);
    expect(all.map(({ type }) => type)).toEqual(['refused', 'connected']);
  });
});

describe('bad input', () => {
  const call = async (address: string, messages: Buffer[]) => {
    const client = new Client(address, credentials.createInsecure());
    cleanups.push(() => client.close());
    const same = (message: Buffer): Buffer => message;
    const stream = client.makeBidiStreamRequest('/relevo.v1.Peer/Connect', same, same);
    return new Promise<{ code: number; details: string }>((resolve) => {
      stream.on('data', () => undefined);
      stream.on('error', () => undefined);
      stream.on('status', resolve);
      for (const message of messages) stream.write(message);
    });
  };

  test('no greeting, a malformed one, none in time', async () => {
    const { address } = await listen();
    const [none, malformed, late] = await Promise.all([
      call(address, [Buffer.alloc(0)]),
      call(address, [Buffer.from([0x0a, 0xff])]),
      call(address, []),
    ]);
    expect(none).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(none.details).toMatch(/first message has to carry a greeting/);
    expect(malformed).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(malformed.details).toMatch(/malformed .*peer\.proto/);
    expect(late).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  test('a malformed message ends its own stream alone', async () => {
    const { journal, address } = await listen();
    const { link, first } = linkTo(address);
    await first('connected');
    await call(address, [Buffer.from([0x0a, 0xff])]);
    link.send(heartbeat(1));
    await journal.until((all) => messagesIn(all).length === 1);
    expect(link.connected).toBe(true);
  });
});
