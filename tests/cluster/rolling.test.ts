/** Every node is brought from one release to the next under load, one after the other, and no request fails. */
import { Cluster } from '#cluster';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Program } from '#rpc/versions';
import { becomes, NEW, OLD, STRANGE } from '../releases/programs.js';

const run = promisify(execFile);
const COMMAND = join(import.meta.dirname, '../../bin/relevo.js');
const CALLERS = 20;

let directory = '';
let cluster: Cluster;
let order: string[] = [];
let running = true;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-rolling-'));
  cluster = await Cluster.create({ dataDirectory: join(directory, 'data'), ports: 'random' });
  for (const { process } of cluster.nodes) becomes(process, OLD);
  await cluster.startAll();
  await cluster.waitUntilReady();
}, 60_000);

afterAll(async () => {
  running = false;
  await cluster.stopAll();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

/** What a host's own service manager would do: stops and starts whoever is asked for. */
async function serve(broken: string | null, release: Program): Promise<void> {
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
        becomes(cluster.process(name), release);
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

const OLDS = { release: '', protocolMax: 0, formatLevel: 1 };

/** What the nodes say of themselves, in order. */
async function said(): Promise<object[]> {
  const { nodes } = await cluster.status();
  return nodes.map(({ state }) => ({
    release: state?.release,
    protocolMax: state?.protocolMax,
    formatLevel: state?.formatLevel,
  }));
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within 20 s: ${String(holds)}`);
    await sleep(20);
  }
}

function logOf(dataDirectory: string): string {
  const folder = join(dataDirectory, 'log');
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('');
}

/** The lines of a process's log with such a text. */
function told(name: string, text: RegExp): string[] {
  const log = readFileSync(join(cluster.logDirectory, `${name}.log`), 'utf8');
  return log.split('\n').filter((line) => text.test(line));
}

test('it stops at the first node whose command fails, and says what to do', async () => {
  order = [];
  const leader = await cluster.leader();
  const [first = ''] = cluster.nodes.map(({ name }) => name).filter((name) => name !== leader);
  const service = serve(first, OLD);
  await expect(rolling()).rejects.toThrow(
    new RegExp(`${first}: the command ended with 3; no other node was touched`),
  );
  running = false;
  await service;
  expect(order).toEqual([first]);
}, 60_000);

test('from one release to the next: followers first, the leader last, and nothing fails meanwhile', async () => {
  order = [];
  const leader = await cluster.leader();
  expect(await said()).toEqual([OLDS, OLDS, OLDS]);
  const relevo = await cluster.connect();
  let acknowledged = 0;
  let loading = true;
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let n = 1; loading; n++) {
      const { revision } = await relevo.put(`key-${caller}`, String(n));
      expect(revision).toBeGreaterThan(0);
      acknowledged += 1;
      await sleep(20);
    }
    return Number((await relevo.get(`key-${caller}`))?.version);
  });
  const service = serve(null, NEW);
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
  // Once all of them read the next format level, it is written; not before.
  const [news] = [{ release: '0.9.0', protocolMax: 2, formatLevel: 2 }];
  await until(async () => JSON.stringify(await said()) === JSON.stringify([news, news, news]));
  const logs = cluster.nodes.map(({ dataDirectory }) => logOf(dataDirectory));
  for (const log of logs) expect(log.match(/"format":\{"level":2\}/g)).toHaveLength(1);
  await relevo.close();
}, 60_000);

test('a node that does not read what the cluster writes refuses to start, and rolling to it is refused', async () => {
  await cluster.stop('cy');
  becomes(cluster.process('cy'), OLD);
  await cluster.start('cy');
  const { process } = cluster.node('cy');
  await until(() => process.state === 'stopped');
  expect(process.exit?.code).toBe(2);
  const words = /reads formats up to level 1, and the cluster writes level 2, .*start a release/;
  expect(told('cy', words)).not.toEqual([]);
  becomes(process, NEW);
  await cluster.start('cy');
  await cluster.waitUntilReady();

  // The command is of this release, which reads level 1.
  order = [];
  await expect(rolling()).rejects.toThrow(
    /no node was touched.*what comes \(release 0.1.0\) reads formats up to level 1/,
  );
  expect(order).toEqual([]);
}, 60_000);

test('releases that share no version of the protocol refuse each other, and say so once', async () => {
  await cluster.stop('cy');
  becomes(cluster.process('cy'), STRANGE);
  await cluster.start('cy');
  const spoken =
    /release 5.0.0\) speaks versions 5 to 6 .*release 0.9.0\) versions 1 to 2: upgrade by way/;
  await until(() => told('cy', /refused by peer/).length === 2);
  // Each has tried again twice by then.
  await sleep(5_000);
  const proxy = cluster.proxies[0]?.name ?? '';
  const refused = told('cy', /refused by peer/);
  expect(refused).toHaveLength(2);
  for (const line of refused) expect(line).toMatch(spoken);
  for (const name of ['ada', 'bob']) expect(told(name, /versions 5 to 6/)).toHaveLength(2);
  expect(told('cy', /client refused/)).toHaveLength(1);
  expect(told(proxy, /cy \(release 5.0.0\) versions 5 to 6/)).toHaveLength(1);
  await cluster.stop('cy');
  becomes(cluster.process('cy'), NEW);
  await cluster.start('cy');
  await cluster.waitUntilReady();
}, 60_000);
