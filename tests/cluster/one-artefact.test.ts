/** The same build everywhere, told apart by nothing but a `.env` in each service's folder. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseNodePorts, choosePort, type NodePorts } from '../../cluster/ports.js';
import { runRelevo, startService, writeDotEnv, type Answered, type Running } from './service.js';
import { portsOfCluster, until } from './temporary.js';

const NAMES = ['Michel', 'Chloé'];

let root: string;
let ports: readonly NodePorts[];
const services: Running[] = [];

const folder = (name: string): string => join(root, name);
const relevo = (...words: string[]): Promise<Answered> =>
  runRelevo(words, folder('client')).answered;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'relevo-artefact-'));
  const range = portsOfCluster();
  ports = await chooseNodePorts(2, range);
  const taken = new Set(
    ports.flatMap(({ port, peerPort, httpPort }) => [port, peerPort, httpPort]),
  );
  const proxyPort = await choosePort(2379, range, taken);
  const proxyHttpPort = await choosePort(8080, range, new Set([...taken, proxyPort]));
  for (const name of [...NAMES, 'proxy', 'client']) mkdirSync(folder(name));
  const NODES = ports.map(({ port }, at) => `${at + 1}=127.0.0.1:${port}`).join(',');
  NAMES.forEach((name, at) => {
    const own = { NODES, NODE_ID: String(at + 1), NODE_NAME: name, DATA_DIR: './kept' };
    services.push(startService('follower', folder(name), own));
  });
  services.push(
    startService('proxy', folder('proxy'), {
      NODES,
      PROXY_PORT: String(proxyPort),
      PROXY_HTTP_PORT: String(proxyHttpPort),
    }),
  );
  writeDotEnv(folder('client'), { RELEVO_ENDPOINTS: `127.0.0.1:${proxyPort}` });
  await until('somebody leads', async () => (await relevo('cluster')).status === 0);
}, 60_000);

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  rmSync(root, { recursive: true, force: true });
});

test('R4 two nodes, a proxy and a client of one build differ by their .env alone', async () => {
  expect(await relevo('set', '1', '1')).toMatchObject({ status: 0, err: '' });
  for (const { port } of ports) {
    const read = await relevo('--node', String(port), 'get', '1');
    expect(read).toEqual({ status: 0, out: '1\n', err: '' });
  }
});

describe('R10 NODE_NAME is shown', () => {
  test('in every line of its log, and in no other', async () => {
    await until('each has said something', () => services.every(({ output }) => output() !== ''));
    NAMES.forEach((name, at) => {
      const lines = (services[at]?.output() ?? '').trim().split('\n');
      const names = lines.map((line) => (JSON.parse(line) as { node: string }).node);
      expect(new Set(names)).toEqual(new Set([name]));
    });
  });

  test('by cluster, and understood by files', async () => {
    const { out } = await relevo('cluster');
    const shown = out.split('\n').map((line) => line.split('\t')[0]);
    expect(shown).toEqual([...NAMES, '']);
    const files = await relevo('files', 'Michel');
    expect(files).toMatchObject({ status: 0, err: '' });
    expect(files.out).toContain('identity.json');
  });

  test('by its metrics, beside its health on the same port', async () => {
    for (const [at, name] of NAMES.entries()) {
      const base = `http://127.0.0.1:${ports[at]?.httpPort ?? 0}`;
      expect((await fetch(`${base}/readyz`)).status).toBe(200);
      const answer = await fetch(`${base}/metrics`);
      const samples = (await answer.text()).split('\n').filter((line) => line.includes('node="'));
      expect(samples.length).toBeGreaterThan(0);
      expect(samples.filter((line) => !line.includes(`node="${name}"`))).toEqual([]);
    }
  });

  test('by inspect, from the directory alone', async () => {
    const { status, out } = await relevo('inspect', join(folder('Michel'), 'kept'));
    expect(status).toBe(0);
    expect(out).toContain('Michel, node 1 of cluster');
  });
});
