/** A backup under load, everything wiped, and a new cluster that has it all. */
import { Cluster, type ClusterOptions } from '#cluster';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMMAND = join(import.meta.dirname, '../../bin/relevo.js');
const CALLERS = 20;

let directory = '';
const clusters: Cluster[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-backup-'));
});

afterAll(async () => {
  for (const cluster of clusters) await cluster.stopAll();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

async function started(options: Partial<ClusterOptions>): Promise<Cluster> {
  const cluster = await Cluster.create({
    ...{ dataDirectory: join(directory, 'unnamed'), ports: 'random' },
    ...options,
  });
  clusters.push(cluster);
  return cluster;
}

async function relevo(...words: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [COMMAND, ...words, '-o', 'json']);
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('what a backup taken under load holds is there again, under a higher revision, in a new cluster', async () => {
  const old = await started({ dataDirectory: join(directory, 'old'), clusterName: 'old' });
  await old.startAll();
  await old.waitUntilReady();
  const client = await old.connect();
  for (let n = 0; n < 300; n++) await client.put(`before-${n}`, `value ${n}`);
  let running = true;
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let n = 0; running; n++) {
      await client.put(`under-load-${caller}`, String(n));
      await pause(2);
    }
  });
  const file = join(directory, 'backup');
  const taken = await relevo('backup', file, '--endpoints', old.endpoints.join(','));
  running = false;
  await Promise.all(callers);
  const revision = Number(taken['revision']);
  expect(taken['keys']).toBeGreaterThanOrEqual(300);
  expect(taken['servedBy']).not.toBe(await old.leader());
  await client.put('after', 'the backup does not have it');
  const before = await client.range({ all: true }, { revision });
  await client.close();
  await old.stopAll();

  const fresh = await started({ dataDirectory: join(directory, 'new'), clusterName: 'new' });
  const nodes = fresh.nodes.map(({ id, port }) => `${id}=127.0.0.1:${port}`).join(',');
  const made = fresh.nodes.map(({ id, dataDirectory }) =>
    relevo(
      ...['restore', file, '--nodes', nodes, '--cluster-name', 'new', '--node-id', String(id)],
      // As an argument, or as an option.
      ...(id % 2 === 0 ? [dataDirectory] : ['--data-dir', dataDirectory]),
      ...['--raise', '5000'],
    ),
  );
  for (const told of await Promise.all(made)) expect(told['revision']).toBe(revision + 5_000);
  await fresh.startAll();
  await fresh.waitUntilReady();
  const again = await fresh.connect();
  const after = await again.range({ all: true });
  expect(
    after.pairs.map((pair) => [pair.keyText, pair.text, pair.modRevision, pair.version]),
  ).toEqual(before.pairs.map((pair) => [pair.keyText, pair.text, pair.modRevision, pair.version]));
  expect(after.revision).toBe(revision + 5_000);
  expect((await again.put('before-1', 'new')).revision).toBe(revision + 5_001);
  await again.close();
}, 60_000);

test('a backup is not restored over a directory, nor into the cluster that it was taken from', async () => {
  const file = join(directory, 'backup');
  const into = (...words: string[]): Promise<unknown> =>
    relevo('restore', file, '--node-id', '6787', ...words);
  const taken = join(directory, 'new', 'ada');
  await expect(into('--cluster-name', 'other', '--data-dir', taken)).rejects.toThrow(
    /is not empty/,
  );
  const old = clusters[0];
  const nodes = (old?.nodes ?? []).map(({ id, port }) => `${id}=127.0.0.1:${port}`).join(',');
  const same = ['--nodes', nodes, '--cluster-name', 'old', '--data-dir', join(directory, 'x')];
  await expect(into(...same)).rejects.toThrow(/give the new cluster another CLUSTER_NAME/);
});
