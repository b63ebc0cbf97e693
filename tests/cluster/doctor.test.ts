/** The doctor looks at a real cluster, well and unwell. */
import { Cluster } from '#cluster';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMMAND = join(import.meta.dirname, '../../bin/relevo.js');

interface Found {
  readonly grade: string;
  readonly what: string;
  readonly seen: string;
  readonly remedy: string;
}

let directory = '';
let cluster: Cluster;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-doctor-'));
  const dataDirectory = join(directory, 'data');
  cluster = await Cluster.start({ dataDirectory, ports: 'random', tls: true });
}, 60_000);

afterAll(async () => {
  await cluster.stopAll();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

/** As on ada's host, whose settings are changed so. */
function doctor(changed: Record<string, string>): Promise<{ exit: number; found: Found[] }> {
  const [ada] = cluster.nodes;
  const nodes = cluster.nodes.map(
    ({ id, port, peerPort }) => `${id}=127.0.0.1:${port}/${peerPort}`,
  );
  const settings = {
    ...{ NODE_ID: '6787', NODES: nodes.join(','), DATA_DIR: ada?.dataDirectory ?? '' },
    ...{
      TLS_DIR: join(directory, 'data/tls/nodes/ada'),
      RELEVO_ENDPOINTS: cluster.endpoints[0] ?? '',
    },
    ...changed,
  };
  const env = { PATH: process.env['PATH'], ...settings };
  const words = [COMMAND, 'doctor', '--as', 'node', '-o', 'json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { env, cwd: directory }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : Number(error.code);
      if (stdout === '') reject(new Error(stderr));
      else resolve({ exit, found: JSON.parse(stdout) as Found[] });
    });
  });
}

const named = (found: readonly Found[], what: string): Found | undefined =>
  found.find((each) => each.what === what);

test('a cluster that is well has nothing to be put right', async () => {
  const { exit, found } = await doctor({});
  expect(found.filter(({ grade }) => grade === 'bad')).toEqual([]);
  expect(exit).toBe(0);
  const looked = found.map(({ what }) => what);
  for (const what of [
    'Node.js',
    'peer certificate',
    'disk space',
    'disk latency',
    'leader',
    'releases',
  ]) {
    expect(looked).toContain(what);
  }
  expect(named(found, 'port for peers of node 6788')?.seen).toMatch(/answers in/);
});

test('what is wrong is named, with what to do', async () => {
  await cluster.kill('cy');
  writeFileSync(join(directory, 'no-directory'), '');
  const [ada, bob] = cluster.nodes;
  const NODES = [
    `6787=127.0.0.1:${ada?.port}/${ada?.peerPort}`,
    `6788=127.0.0.1:${bob?.port}/${bob?.peerPort}`,
    '6789=no-such-host.invalid:1',
  ].join(',');
  const { exit, found } = await doctor({ NODES, TLS_DIR: directory, CLUSTER_NAME: 'other' });
  expect(exit).toBe(1);
  expect(named(found, 'name of node 6789')).toMatchObject({
    grade: 'bad',
    remedy: expect.stringMatching(/NODES/) as string,
  });
  expect(named(found, 'server certificate')?.grade).toBe('bad');
  for (const { grade, remedy } of found) if (grade !== 'ok') expect(remedy).not.toBe('');
  await cluster.start('cy');
  await cluster.waitUntilReady();
});

test('the wrong cluster, a list of other nodes and a node that is gone are told apart', async () => {
  await cluster.kill('cy');
  const { exit, found } = await doctor({ CLUSTER_NAME: 'other' });
  expect(exit).toBe(1);
  expect(named(found, 'cluster')).toMatchObject({ grade: 'bad' });
  expect(named(found, 'port for clients of node 6789')?.seen).toMatch(/ECONNREFUSED/);
  expect(named(found, 'nodes')?.grade).toBe('warn');
  await cluster.start('cy');
  await cluster.waitUntilReady();
});
