/** Certificates change under load, and then their authorities, process by process: nobody notices but the log. */
import { Cluster } from '#cluster';
import { Relevo } from '#client';
import { CertificateFolder } from '#tls/authority';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { DAY_MS, issuedIn, read, TERMS } from '../../tls/testing/certificates.js';

const RENEWED_MS_MAX = 20_000;
/** Certificates of ada, bob, cy and the proxy. */
const EXPECTED = [3, 3, 3, 2];

const NAMES = ['ada', 'bob', 'cy', 'proxy'];
const COMMAND = join(import.meta.dirname, '../../bin/relevo.js');
const run = promisify(execFile);

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

/** How many certificates each process has taken up since its start. */
const renewed = (): number[] =>
  NAMES.map(
    (name) =>
      readFileSync(join(cluster.logDirectory, `${name}.log`), 'utf8').split('certificate renewed')
        .length - 1,
  );

async function untilRenewed(since: readonly number[]): Promise<void> {
  const end = Date.now() + RENEWED_MS_MAX;
  const wanted = since.map((count, at) => count + (EXPECTED[at] ?? 0));
  while (renewed().some((count, at) => count < (wanted[at] ?? 0)) && Date.now() < end) {
    await sleep(100);
  }
  expect(renewed()).toEqual(wanted);
}

/** Callers who put all the time; a request that fails fails `end`, which says how many were done. */
function load(relevo: Relevo): { end(): Promise<number> } {
  let puts = 0;
  let running = true;
  const callers = Array.from({ length: 20 }, async (_, caller) => {
    for (let n = 0; running; n++) {
      await relevo.put(`key-${caller}-${n % 50}`, String(n));
      puts += 1;
      await sleep(40);
    }
  });
  return {
    end: async () => {
      running = false;
      await Promise.all(callers);
      return puts;
    },
  };
}

test('all certificates are renewed under load: no request fails, new connections see the new ones', async () => {
  const relevo = await cluster.connect();
  const callers = load(relevo);

  const old = written('nodes/bob/server.pem');
  const terms = { ...TERMS, now: Date.now(), days: 88, renewDays: 100 };
  const folder = new CertificateFolder(join(directory, 'tls'), terms);
  const done = await folder.ensure(folder.known());
  expect(done.filter((each) => each.done === 'renewed')).toHaveLength(12);
  for (const each of done.slice(2)) expect(each.expiresAt).toBeLessThan(Date.now() + 89 * DAY_MS);
  expect(written('nodes/bob/server.pem')).not.toBe(old);

  await untilRenewed([0, 0, 0, 0]);

  const bob = cluster.node('bob');
  expect(await shownBy(bob.port)).toBe(written('nodes/bob/server.pem'));
  expect(await shownBy(cluster.proxies[0]?.port ?? 0)).toBe(written('proxies/proxy/server.pem'));

  // What dials after the change shows the new ones as well: a node that comes back, and a new client.
  await cluster.kill('bob');
  await cluster.start('bob');
  await cluster.waitUntilReady();
  const other = await cluster.connect();
  expect(await other.get('key-0-0')).not.toBeNull();
  expect(await callers.end()).toBeGreaterThan(500);
  await other.close();
  await relevo.close();
}, 60_000);

/** `relevo certs`, on the cluster's own folder. */
const rotate = (step: string): Promise<{ stdout: string }> =>
  run(process.execPath, [COMMAND, 'certs', join(directory, 'tls'), '--rotate-authority', step]);

test('both authorities are replaced under load in three steps: no request fails, the old ones count no more', async () => {
  const before = join(directory, 'before');
  cpSync(join(directory, 'tls/clients/prompt'), before, { recursive: true });
  const relevo = await cluster.connect();
  const callers = load(relevo);
  await expect(rotate('issue')).rejects.toThrow(/run "trust" first/);

  for (const step of ['trust', 'issue', 'drop']) {
    const since = renewed();
    if (step === 'trust') await expect(rotate('drop')).resolves.toBeDefined();
    if (step === 'issue') await expect(rotate('drop')).rejects.toThrow(/run "issue" first/);
    const { stdout } = await rotate(step);
    expect(stdout).toMatch(/copy every folder to its host/);
    await untilRenewed(since);
    // Whoever comes now is let in, and finds the others: a node that starts anew, and a new client.
    await cluster.stop('bob');
    await cluster.start('bob');
    await cluster.waitUntilReady();
    const other = await cluster.connect();
    expect(await other.get('key-0-0')).not.toBeNull();
    await other.close();
    // Until the last step, a client whose files were not exchanged is let in as well.
    if (step === 'drop') continue;
    const late = await Relevo.connect(cluster.endpoints, { tls: { directory: before } });
    expect(await late.get('key-0-0')).not.toBeNull();
    await late.close();
    if (step === 'trust')
      cpSync(join(directory, 'tls/clients/prompt/client-ca.pem'), join(before, 'client-ca.pem'));
  }

  const late = Relevo.connect(cluster.endpoints, { tls: { directory: before }, timeoutMs: 2_000 });
  await expect(late.then((client) => client.get('key-0-0'))).rejects.toThrow(
    /lets in nobody without TLS and a certificate that it knows/,
  );
  const log = readFileSync(join(cluster.logDirectory, 'proxy.log'), 'utf8');
  expect(log).toMatch(/its certificate is of another authority than this port asks for/);
  expect(await callers.end()).toBeGreaterThan(500);
  await relevo.close();
}, 120_000);
