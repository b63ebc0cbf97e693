import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY_MS, issuedIn, TERMS } from './testing/certificates.js';
import { CertificateFolder, type Process } from '#tls/authority';

let directory = '';
const now = Date.now();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-certs-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const ADA: Process = {
  kind: 'node',
  name: 'ada',
  nodeId: 6787,
  hosts: ['10.0.0.1', 'ada.internal'],
};
const P1: Process = { kind: 'proxy', name: 'p1', hosts: ['proxy.internal'] };
const ME: Process = { kind: 'client', name: 'me', hosts: [] };

async function ensure(processes: readonly Process[], at = now): Promise<Record<string, string>> {
  const done = await new CertificateFolder(directory, { ...TERMS, now: at }).ensure(processes);
  return Object.fromEntries(done.map((each) => [each.path, each.done]));
}

const own = (path: string): X509Certificate =>
  new X509Certificate(issuedIn(join(directory, path)).certificate);

test('each process gets exactly the files that it needs, and keys are for their owner alone', async () => {
  await ensure([ADA, P1, ME]);
  expect(readdirSync(join(directory, 'nodes/ada')).sort()).toEqual([
    ...['client-ca.pem', 'client.key', 'client.pem', 'peer-ca.pem', 'peer.key', 'peer.pem'],
    ...['server.key', 'server.pem'],
  ]);
  expect(readdirSync(join(directory, 'proxies/p1')).sort()).toEqual([
    ...['client-ca.pem', 'client.key', 'client.pem', 'server.key', 'server.pem'],
  ]);
  expect(readdirSync(join(directory, 'clients/me')).sort()).toEqual([
    ...['client-ca.pem', 'client.key', 'client.pem'],
  ]);
  expect(statSync(join(directory, 'clients/me/client.key')).mode & 0o077).toBe(0);
});

test('certificates are for the names that are dialled, and a node’s among nodes for its id', async () => {
  await ensure([ADA]);
  const server = own('nodes/ada/server');
  expect(server.checkIP('10.0.0.1')).toBe('10.0.0.1');
  expect(server.checkHost('ada.internal')).toBe('ada.internal');
  expect(server.checkHost('bob.internal')).toBeUndefined();
  expect(own('nodes/ada/peer').subjectAltName).toBe('URI:relevo:node:6787');
  expect(own('authorities/peer-ca').ca).toBe(true);
  expect(server.ca).toBe(false);
});

test('a second time everything is kept, byte for byte', async () => {
  await ensure([ADA, P1, ME]);
  const before = issuedIn(join(directory, 'nodes/ada/server'));
  const done = await ensure(new CertificateFolder(directory, TERMS).known());
  expect(new Set(Object.values(done))).toEqual(new Set(['kept']));
  expect(Object.keys(done)).toHaveLength(8);
  expect(issuedIn(join(directory, 'nodes/ada/server'))).toEqual(before);
});

test('what expires soon is renewed, for the same names, by the same authority', async () => {
  await ensure([ADA, ME]);
  const later = now + 61 * DAY_MS;
  const folder = new CertificateFolder(directory, { ...TERMS, now: later });
  const done = await folder.ensure(folder.known());
  expect(done.map((each) => each.done)).toEqual([
    'kept',
    'kept',
    'renewed',
    'renewed',
    'renewed',
    'renewed',
  ]);
  for (const { path, expiresAt } of done) expect([path, expiresAt > later]).toEqual([path, true]);
  expect(own('nodes/ada/server').checkHost('ada.internal')).toBe('ada.internal');
  expect(own('nodes/ada/peer').subjectAltName).toBe('URI:relevo:node:6787');
});

test('other names make another certificate, and the others stay', async () => {
  await ensure([ADA, P1]);
  const moved = { ...P1, hosts: ['other.internal'] };
  expect(await ensure([ADA, moved])).toMatchObject({
    'nodes/ada/server.pem': 'kept',
    'proxies/p1/server.pem': 'renewed',
    'proxies/p1/client.pem': 'kept',
  });
  expect(own('proxies/p1/server').checkHost('other.internal')).toBe('other.internal');
});

test('a folder whose files are no certificates is told of, not overwritten', async () => {
  await ensure([ADA]);
  writeFileSync(join(directory, 'nodes/ada/peer.pem'), 'noise');
  expect(() => new CertificateFolder(directory, TERMS).known()).toThrow();
});
