/** Certificates change under load, process by process, and nobody notices but the log. */
import { Cluster } from '#cluster';
import { CertificateFolder } from '#tls/authority';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { DAY_MS, issuedIn, read, TERMS } from '../../tls/testing/certificates.js';

const RENEWED_MS_MAX = 20_000;
/** Certificates of ada, bob, cy and the proxy. */
const EXPECTED = [3, 3, 3, 2];

let directory = '';
let cluster: Cluster;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-rotation-'));
  cluster = await Cluster.start({ dataDirectory: directory, ports: 'random', tls: true });
}, 60_000);

afterAll(async () => {
  await cluster.stopAll();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

/** The serial number of what a process shows to who connects now. */
function shownBy(port: number): Promise<string> {
  const { certificate: cert, key } = issuedIn(join(directory, 'tls/clients/prompt/client'));
  const ca = read(join(directory, 'tls/authorities/client-ca.pem'));
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', ca, cert, key, ALPNProtocols: ['h2'] };
    const socket = connect(options, () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

const written = (path: string): string =>
  new X509Certificate(read(join(directory, 'tls', path))).serialNumber;

test('all certificates are renewed under load: no request fails, new connections see the new ones', async () => {
  const relevo = await cluster.connect();
  let puts = 0;
  let running = true;
  const callers = Array.from({ length: 20 }, async (_, caller) => {
    for (let n = 0; running; n++) {
      await relevo.put(`key-${caller}-${n % 50}`, String(n));
      puts += 1;
      await sleep(5);
    }
  });

  const old = written('nodes/bob/server.pem');
  const terms = { ...TERMS, now: Date.now(), days: 88, renewDays: 100 };
  const folder = new CertificateFolder(join(directory, 'tls'), terms);
  const done = await folder.ensure(folder.known());
  expect(done.filter((each) => each.done === 'renewed')).toHaveLength(12);
  for (const each of done.slice(2)) expect(each.expiresAt).toBeLessThan(Date.now() + 89 * DAY_MS);
  expect(written('nodes/bob/server.pem')).not.toBe(old);

  const end = Date.now() + RENEWED_MS_MAX;
  const names = ['ada', 'bob', 'cy', 'proxy'];
  const renewedIn = (name: string): number =>
    readFileSync(join(cluster.logDirectory, `${name}.log`), 'utf8').split('certificate renewed')
      .length - 1;
  const isRenewed = (name: string, at: number): boolean => renewedIn(name) === EXPECTED[at];
  while (!names.every(isRenewed) && Date.now() < end) await sleep(100);
  expect(names.map(renewedIn)).toEqual(EXPECTED);

  const bob = cluster.node('bob');
  expect(await shownBy(bob.port)).toBe(written('nodes/bob/server.pem'));
  expect(await shownBy(cluster.proxies[0]?.port ?? 0)).toBe(written('proxies/proxy/server.pem'));

  // What dials after the change shows the new ones as well: a node that comes back, and a new client.
  await cluster.kill('bob');
  await cluster.start('bob');
  await cluster.waitUntilReady();
  const other = await cluster.connect();
  expect(await other.get('key-0-0')).not.toBeNull();
  running = false;
  await Promise.all(callers);
  expect(puts).toBeGreaterThan(500);
  await other.close();
  await relevo.close();
}, 60_000);
