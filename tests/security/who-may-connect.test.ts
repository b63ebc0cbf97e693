/** The table of tls/README.md, row by row: who is let in, and what whoever is not gets to see. */
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerGreeting } from '#rpc/generated/relevo/v1/peer';
import { PeerMessages } from '#rpc/generated/relevo/v1/peer';
import {
  FaceServer as PeerFace,
  PEER_FACE_LIMITS,
  PEER_SERVER_OPTIONS,
  PeerServer,
} from '#rpc/peer';
import { FaceServer, PeerKind, SERVER_OPTIONS, serveSession, SESSION_LIMITS } from '#rpc/session';
import { SessionRequests } from '#rpc/generated/relevo/v1/session';
import type { Issued } from '#tls/authority';
import { PROGRAM, spoken } from '#rpc/versions';
import {
  cluster,
  DAY_MS,
  forged,
  HOSTS,
  identityIn,
  issuedIn,
  read,
} from '../../tls/testing/certificates.js';

const SECRET = 'the-name-of-this-cluster';
const SESSION_PATH = '/relevo.v1.Session/Connect';
const PEER_PATH = '/relevo.v1.Peer/Connect';

let directory = '';
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-who-'));
  await cluster(join(directory, 'ours'));
  await cluster(join(directory, 'theirs'));
});

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const ours = (path: string): string => join(directory, 'ours', path);
const theirs = (path: string): string => join(directory, 'theirs', path);

interface Port {
  readonly address: string;
  readonly path: string;
  readonly greeting: Buffer;
  /** Whoever was let in, and why others were not. */
  readonly opened: string[];
  readonly refused: string[];
}

async function clientPort(): Promise<Port> {
  const identity = identityIn(ours('nodes/bob'), 'server');
  const [opened, refused]: [string[], string[]] = [[], []];
  const limits = { ...SESSION_LIMITS, connectionsMax: 100, connectionsPerAddressMax: 100 };
  const server = new FaceServer(SERVER_OPTIONS, {
    ...{ limits, identity },
    turnedAway: ({ why }) => refused.push(why),
  });
  serveSession(server, {
    welcome: () => ({
      ...{ clusterId: 'c', name: SECRET, nodeId: 2, requestsMax: 9, bytesMax: 9_000 },
      sessionTimeoutMs: 60_000,
    }),
    opened: (connection) => opened.push(connection.name),
    requests: () => undefined,
    closed: () => undefined,
  });
  const port = await server.listen('127.0.0.1', 0);
  cleanups.push(() => identity.close());
  cleanups.push(() => server.forceShutdown());
  const kind = PeerKind.PEER_KIND_CLIENT;
  const greeting = { ...spoken(PROGRAM), kind, clusterId: '', name: 'somebody' };
  const bytes = SessionRequests.encode({ greeting, requests: [] }).finish();
  const address = `127.0.0.1:${port}`;
  return { address, path: SESSION_PATH, greeting: Buffer.from(bytes), opened, refused };
}

async function peerPort(): Promise<Port> {
  const identity = identityIn(ours('nodes/bob'), 'peer');
  const [opened, refused]: [string[], string[]] = [[], []];
  const server = new PeerFace(PEER_SERVER_OPTIONS, {
    ...{ limits: PEER_FACE_LIMITS, identity },
    turnedAway: ({ why }) => refused.push(why),
  });
  new PeerServer(
    server,
    {
      greeting: () => greetingOf(2, 1),
      refusal: () => null,
      opened: ({ nodeId }) => opened.push(String(nodeId)),
      messages: () => undefined,
      closed: () => undefined,
      refused: (_address, message) => refused.push(message),
    },
    { certifiedNode: (peer) => server.certifiedNode(peer) },
  );
  const port = await server.listen('127.0.0.1', 0);
  cleanups.push(() => identity.close());
  cleanups.push(() => server.forceShutdown());
  const bytes = PeerMessages.encode({ greeting: greetingOf(1, 2), messages: [] }).finish();
  const address = `127.0.0.1:${port}`;
  return { address, path: PEER_PATH, greeting: Buffer.from(bytes), opened, refused };
}

function greetingOf(nodeId: number, toNodeId: number): PeerGreeting {
  return {
    ...{ ...PROGRAM, formatLevel: 1, clusterId: 'c', nodeId, name: SECRET, storeId: `s${nodeId}` },
    ...{ incarnation: 'i', hasHistory: false, toNodeId, nodeList: '1=127.0.0.1:1,2=127.0.0.1:2' },
  };
}

interface Outcome {
  /** What the other side sent. */
  readonly bytes: Buffer;
  readonly error: string;
}

/** Greets, and waits for an answer or the end. `shown` null: without a certificate; undefined: without TLS. */
function call(port: Port, shown: Issued | null | undefined): Promise<Outcome> {
  const ca = [read(ours('authorities/client-ca.pem')), read(ours('authorities/peer-ca.pem'))];
  const trust = Buffer.from(ca.join(''));
  // Whom we call is not what is tested here.
  const verify = { checkServerIdentity: () => undefined };
  const channel =
    shown === undefined
      ? credentials.createInsecure()
      : shown === null
        ? credentials.createSsl(trust, null, null, verify)
        : credentials.createSsl(
            trust,
            Buffer.from(shown.key),
            Buffer.from(shown.certificate),
            verify,
          );
  const client = new Client(port.address, channel, {
    'grpc.ssl_target_name_override': 'relevo.invalid',
    'grpc.enable_retries': 0,
  });
  cleanups.push(() => client.close());
  const raw = (bytes: Buffer): Buffer => bytes;
  const stream = client.makeBidiStreamRequest(port.path, raw, raw, new Metadata());
  return new Promise((resolve) => {
    const bytes: Buffer[] = [];
    stream.on('data', (message: Buffer) => {
      bytes.push(message);
      resolve({ bytes: Buffer.concat(bytes), error: '' });
    });
    stream.on('error', ({ details }: ServiceError) => {
      resolve({ bytes: Buffer.concat(bytes), error: details });
    });
    stream.write(port.greeting);
  });
}

/** Until the port has said why; it may hear of an end later than the caller. */
async function saidBy({ refused }: Port): Promise<string> {
  for (let tries = 0; refused.length === 0 && tries < 200; tries++) await sleep(10);
  return refused.join('\n');
}

async function expectRefused(port: Port, shown: Issued | null | undefined, why: RegExp) {
  const { bytes, error } = await call(port, shown);
  expect(error).not.toBe('');
  expect(bytes.toString('latin1')).not.toContain(SECRET);
  expect(await saidBy(port)).toMatch(why);
  expect(port.opened).toEqual([]);
}

describe.each([
  ['the port for clients', clientPort, 'client'],
  ['the port for peers', peerPort, 'peer'],
] as const)('%s', (_name, open, authority) => {
  test('refuses plain HTTP/2', async () => {
    await expectRefused(await open(), undefined, /gRPC without TLS/);
  });

  test('refuses HTTP/1.1 and noise, each in words', async () => {
    const port = await open();
    const [host = '', number = ''] = port.address.split(':');
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(number), host, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket.on('data', (bytes: Buffer) => {
        resolve(bytes.toString());
        socket.destroy();
      });
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*over TLS/);
    expect(answer).not.toContain(SECRET);
    expect(await saidBy(port)).toMatch(/HTTP\/1\.1/);
  });

  test('refuses whoever shows no certificate', async () => {
    await expectRefused(await open(), null, /shows no certificate/);
  });

  test('refuses an expired certificate, and one that is not valid yet', async () => {
    const subject = { uris: ['relevo:node:1'] };
    const old = await forged(ours('.'), authority, subject, {
      days: 1,
      now: Date.now() - 9 * DAY_MS,
    });
    await expectRefused(await open(), old, /expired on/);
    const early = await forged(ours('.'), authority, subject, { now: Date.now() + 9 * DAY_MS });
    await expectRefused(await open(), early, /not valid before/);
  });

  test('refuses a certificate of another authority', async () => {
    const foreign = await forged(theirs('.'), authority, { uris: ['relevo:node:1'] });
    await expectRefused(await open(), foreign, /another authority/);
  });

  test('refuses a certificate that is for listening alone', async () => {
    const listening = await forged(ours('.'), authority, { purposes: ['server'], hosts: HOSTS });
    await expectRefused(await open(), listening, /not for who dials/);
  });
});

describe('who belongs to the one port is a stranger at the other', () => {
  test('a client at the port for peers', async () => {
    await expectRefused(await peerPort(), issuedIn(ours('clients/me/client')), /another authority/);
  });

  test('a node among nodes at the port for clients', async () => {
    await expectRefused(await clientPort(), issuedIn(ours('nodes/ada/peer')), /another authority/);
  });
});

describe('peers are pinned to their ids', () => {
  test('a node that says it is another is refused, and both ids are named', async () => {
    const port = await peerPort();
    const { bytes, error } = await call(port, issuedIn(ours('nodes/bob/peer')));
    expect(error).toMatch(/says that it is node 1, and its certificate is node 2's/);
    expect(bytes).toHaveLength(0);
    expect(port.opened).toEqual([]);
  });

  test('a certificate of the right authority that is no node’s is refused', async () => {
    const nobody = await forged(ours('.'), 'peer', {});
    const { error } = await call(await peerPort(), nobody);
    expect(error).toMatch(/says that it is node 1, and its certificate is of no node/);
  });
});

describe('who belongs is let in', () => {
  test('a client and a proxy at the port for clients', async () => {
    const port = await clientPort();
    for (const path of ['clients/me/client', 'proxies/p1/client']) {
      const { bytes, error } = await call(port, issuedIn(ours(path)));
      expect([error, bytes.toString('latin1').includes(SECRET)]).toEqual(['', true]);
    }
    expect(port.opened).toEqual(['somebody', 'somebody']);
  });

  test('a node under its own id at the port for peers', async () => {
    const port = await peerPort();
    const { error } = await call(port, issuedIn(ours('nodes/ada/peer')));
    expect([error, port.opened]).toEqual(['', ['1']]);
  });
});
