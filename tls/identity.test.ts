import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cluster, DAY_MS, forged, issuedIn, read, writeIssued } from './testing/certificates.js';
import { identityFiles, readMaterial, TlsProblem } from './files.js';
import { TlsIdentity } from './identity.js';
import { nodeOf, nodeUri } from './names.js';
import { isLoopback, plaintextProblem } from './plaintext.js';

let directory = '';
const own = (...path: string[]): string => join(directory, ...path);

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-identity-'));
  await cluster(directory);
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function problemsOf(role: 'peer' | 'server' | 'client', folder: string, now?: number): string {
  try {
    readMaterial(identityFiles(own(folder), role), now);
  } catch (error) {
    if (error instanceof TlsProblem) return error.message;
    throw error;
  }
  return '';
}

describe('the files of an identity', () => {
  test('as they are made they are right, for each role of each process', () => {
    expect(problemsOf('peer', 'nodes/ada')).toBe('');
    expect(problemsOf('server', 'nodes/ada')).toBe('');
    expect(problemsOf('server', 'proxies/p1')).toBe('');
    expect(problemsOf('client', 'proxies/p1')).toBe('');
    expect(problemsOf('client', 'clients/me')).toBe('');
  });

  test('all that are missing are named at once, with the remedy', () => {
    const said = problemsOf('peer', 'clients/me');
    for (const file of ['peer-ca.pem', 'peer.pem', 'peer.key']) expect(said).toContain(file);
    expect(said).toContain('relevo certs');
  });

  test('the key of another certificate is refused', () => {
    copyFileSync(own('nodes/bob/server.key'), own('nodes/ada/server.key'));
    expect(problemsOf('server', 'nodes/ada')).toMatch(
      /server\.key is not the key of .*server\.pem/,
    );
  });

  test('a certificate of another authority than the one beside it is refused', () => {
    copyFileSync(own('authorities/client-ca.pem'), own('nodes/ada/peer-ca.pem'));
    expect(problemsOf('peer', 'nodes/ada')).toMatch(/is not signed by the authority in/);
  });

  test('one that has expired, or is not valid yet, is refused with the date', () => {
    expect(problemsOf('client', 'clients/me', Date.now() + 91 * DAY_MS)).toMatch(/expired on/);
    expect(problemsOf('client', 'clients/me', Date.now() - DAY_MS)).toMatch(/not valid before/);
  });

  test.each(['', 'noise', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'what is no certificate is said to be none: %j',
    (text) => {
      writeFileSync(own('clients/me/client.pem'), text);
      expect(problemsOf('client', 'clients/me')).toMatch(/client\.pem .*certificate/s);
    },
  );

  test('what is no key is said to be none', () => {
    writeFileSync(own('clients/me/client.key'), 'noise');
    expect(problemsOf('client', 'clients/me')).toMatch(/client\.key holds no private key/);
  });

  test('several authorities may stand in one file, so that one can take the place of another', async () => {
    const next = mkdtempSync(join(tmpdir(), 'relevo-next-'));
    await cluster(next);
    const both = read(own('authorities/peer-ca.pem')) + read(join(next, 'authorities/peer-ca.pem'));
    writeFileSync(own('nodes/ada/peer-ca.pem'), both);
    expect(problemsOf('peer', 'nodes/ada')).toBe('');
    writeIssued(own('nodes/ada/peer'), issuedIn(join(next, 'nodes/ada/peer')));
    expect(problemsOf('peer', 'nodes/ada')).toBe('');
    rmSync(next, { recursive: true, force: true });
  });
});

describe('an identity', () => {
  const events: string[] = [];
  let identity: TlsIdentity;

  beforeEach(() => {
    events.length = 0;
    identity = new TlsIdentity(
      identityFiles(own('clients/me'), 'client'),
      {
        renewed: ({ expiresAt }) => events.push(`renewed ${new Date(expiresAt).toISOString()}`),
        failed: (message) => events.push(`failed ${message}`),
      },
      10,
    );
  });

  afterEach(() => {
    identity.close();
  });

  const until = async (wanted: () => boolean): Promise<void> => {
    for (let tries = 0; !wanted() && tries < 300; tries++) await sleep(10);
  };

  test('takes new files as soon as both are there, and tells whoever follows it', async () => {
    let followed = 0;
    identity.follow(() => {
      followed += 1;
    });
    const before = identity.material.expiresAt;
    const issued = await forged(directory, 'client', {}, { days: 5 });
    writeFileSync(own('clients/me/client.key'), issued.key);
    await sleep(50);
    expect(identity.material.expiresAt).toBe(before);
    writeFileSync(own('clients/me/client.pem'), issued.certificate);
    await until(() => identity.material.expiresAt !== before);
    expect(identity.material.certificate).toBe(issued.certificate);
    expect(followed).toBe(1);
    expect(events.at(-1)).toMatch(/^renewed/);
  });

  test('stays with what it has when the new files are wrong, and says so once', async () => {
    const before = identity.material.certificate;
    writeFileSync(own('clients/me/client.pem'), 'noise');
    await until(() => events.length > 0);
    await sleep(100);
    expect(identity.material.certificate).toBe(before);
    expect(events).toEqual([expect.stringMatching(/^failed .*client\.pem holds no certificate/)]);
  });
});

test('a node’s id is read from its certificate alone, and only if there is one of it', () => {
  expect(nodeOf(`URI:${nodeUri(6787)}`)).toBe(6787);
  expect(nodeOf(`DNS:ada, URI:${nodeUri(7)}, IP Address:127.0.0.1`)).toBe(7);
  expect(nodeOf(`URI:${nodeUri(7)}, URI:${nodeUri(8)}`)).toBeNull();
  expect(nodeOf('DNS:"URI:relevo:node:7"')).toBeNull();
  expect(nodeOf('URI:relevo:node:7x')).toBeNull();
  expect(nodeOf(undefined)).toBeNull();
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.example.org', false],
  ['ada.internal', false],
])('%s stays on this machine: %s', (host, stays) => {
  expect(isLoopback(host)).toBe(stays);
  const plain = { tlsDirectory: null, plaintext: 'loopback' } as const;
  expect(plaintextProblem([host], plain) === null).toBe(stays);
  expect(plaintextProblem([host], { ...plain, plaintext: 'http' }) === null).toBe(stays);
  expect(plaintextProblem([host], { ...plain, plaintext: 'all' })).toBeNull();
  expect(plaintextProblem([host], { ...plain, tlsDirectory: '/etc/relevo/tls' })).toBeNull();
});
