/** Every node is restarted under load, one after the other, and no request fails. */
import { Cluster } from '#cluster';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMMAND = join(import.meta.dirname, '../../bin/relevo.js');
const CALLERS = 20;

let directory = '';
let cluster: Cluster;
let order: string[] = [];
let running = true;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-rolling-'));
  cluster = await Cluster.start({ dataDirectory: join(directory, 'data'), ports: 'random' });
}, 60_000);

afterAll(async () => {
  running = false;
  await cluster.stopAll();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

/** What a host's own service manager would do: stops and starts whoever is asked for. */
async function serve(broken: string | null): Promise<void> {
  running = true;
  const isRunning = (): boolean => running;
  while (isRunning()) {
    for (const { name } of cluster.nodes) {
      const asked = join(directory, `ask-${name}`);
      if (!existsSync(asked)) continue;
      rmSync(asked);
      order.push(name);
      if (name !== broken) {
        await cluster.stop(name);
        await cluster.start(name);
      }
      writeFileSync(join(directory, `done-${name}`), name === broken ? '3' : '0');
    }
    await sleep(10);
  }
}

/** Asks for it, and waits until it is done. */
const ASK = `touch $D/ask-{name}; while [ ! -s $D/done-{name} ]; do sleep 0.02; done; s=$(cat $D/done-{name}); rm $D/done-{name}; exit $s`;

function rolling(): Promise<{ stdout: string }> {
  const endpoints = cluster.endpoints.join(',');
  return run(process.execPath, [COMMAND, '--endpoints', endpoints, 'rolling', '--run', ASK], {
    env: { ...process.env, D: directory },
  });
}

test('followers first, the leader last, and nothing fails meanwhile', async () => {
  const leader = await cluster.leader();
  const relevo = await cluster.connect();
  let acknowledged = 0;
  let loading = true;
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let n = 1; loading; n++) {
      const { revision } = await relevo.put(`key-${caller}`, String(n));
      expect(revision).toBeGreaterThan(0);
      acknowledged += 1;
      await sleep(2);
    }
    return Number((await relevo.get(`key-${caller}`))?.version);
  });
  const service = serve(null);
  const { stdout } = await rolling();
  loading = false;
  running = false;
  const versions = await Promise.all(callers);
  await service;

  expect(order).toHaveLength(3);
  expect(order.at(-1)).toBe(leader);
  expect(new Set(order).size).toBe(3);
  expect(stdout).toMatch(/hands the leadership to/);
  expect(stdout).toMatch(/3 nodes, one after the other; all are well/);
  expect(stdout).not.toMatch(/was not restarted/);
  expect(acknowledged).toBeGreaterThan(200);
  // Each write that was acknowledged was done, and done once.
  expect(versions.reduce((sum, version) => sum + version, 0)).toBe(acknowledged);
  await relevo.close();
}, 60_000);

test('it stops at the first node whose command fails, and says what to do', async () => {
  order = [];
  const leader = await cluster.leader();
  const [first = ''] = cluster.nodes.map(({ name }) => name).filter((name) => name !== leader);
  const service = serve(first);
  await expect(rolling()).rejects.toThrow(
    new RegExp(`${first}: the command ended with 3; no other node was touched`),
  );
  running = false;
  await service;
  expect(order).toEqual([first]);
}, 60_000);
