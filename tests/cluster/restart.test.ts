/** What was acknowledged is there after every kind of end. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Load } from '../../cluster/load.js';
import { judge, readReplica } from '../../cluster/verdict.js';
import type { Cluster } from '#cluster';
import { leaderOf, until, withCluster, type Temporary } from './temporary.js';

const NOTHING_WRONG = { lost: [], doubled: [], unasked: [] };
const PREFIX = 'load/';

describe('restart', () => {
  test('R41 R42 R45 a node that was stopped, and one that was killed, come back with everything', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      const termBefore = await termOf(cluster);
      await client.put('1', 'one');
      await cluster.stop('bob');
      await client.put('2', 'two');
      await cluster.start('bob');
      await cluster.waitUntilReady();
      await cluster.kill('cy');
      await client.put('3', 'three');
      await cluster.start('cy');
      await cluster.waitUntilReady();
      for (const { name } of cluster.nodes) {
        const node = await connect(name);
        const texts = (await node.range({ all: true })).pairs.map(({ text }) => text);
        expect(texts).toEqual(['one', 'two', 'three']);
      }
      expect(await termOf(cluster)).toBeGreaterThanOrEqual(termBefore);
    });
  });

  test('R50 the leader is killed under load: nothing fails, nothing is lost, nothing happens twice', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      const load = startLoad([client]);
      await until('the load runs', () => load.record.puts.size > 500);
      const victim = await leaderOf(cluster);
      await cluster.kill(victim);
      const half = load.record.puts.size;
      await until('writes go on', () => load.record.puts.size > half + 500);
      const record = await load.stop();
      expect(record.failures).toEqual([]);
      await cluster.start(victim);
      await cluster.waitUntilReady();
      expect(judge(record, await replicasOf(cluster, connect))).toEqual(NOTHING_WRONG);
    });
  });

  test('R32 R41 all nodes are killed at once under load: every acknowledged write is there afterwards', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      const load = startLoad([client]);
      await until('the load runs', () => load.record.puts.size > 500);
      const names = cluster.nodes.map(({ name }) => name);
      await Promise.all(names.map((name) => cluster.kill(name)));
      await Promise.all(names.map((name) => cluster.start(name)));
      await cluster.waitUntilReady();
      const half = load.record.puts.size;
      await until('writes go on', () => load.record.puts.size > half + 100);
      const record = await load.stop();
      expect(judge(record, await replicasOf(cluster, connect))).toEqual(NOTHING_WRONG);
    });
  });

  test('R38 when writes fall quiet, the data files of all nodes are the same text', async () => {
    await withCluster(
      { environment: { QUIET_CHECKPOINT: '200ms' } },
      async ({ cluster, connect }) => {
        const client = await connect();
        for (let turn = 0; turn < 50; turn += 1) await client.put(`key ${turn}`, `Grüße ${turn}`);
        await until('every node has the same data file', () => {
          const files = cluster.nodes.map(({ dataDirectory }) => newestDataFile(dataDirectory));
          const written = files.every((file) => file?.text.includes('Grüße 49'));
          return written && new Set(files.map((file) => file?.hash)).size === 1;
        });
        const text = newestDataFile(cluster.nodes[0]?.dataDirectory ?? '')?.text ?? '';
        expect(text).toContain('"value":"Grüße 0"');
        for (const line of text.trimEnd().split('\n'))
          expect(JSON.parse(line)).toBeInstanceOf(Object);
      },
    );
  });
});

function startLoad(clients: ConstructorParameters<typeof Load>[0]['clients']): Load {
  const load = new Load({ clients, callers: 20, writesPerSecond: 1_000, prefix: PREFIX });
  load.start();
  return load;
}

async function replicasOf(
  cluster: Cluster,
  connect: Temporary['connect'],
): Promise<Awaited<ReturnType<typeof readReplica>>[]> {
  const replicas = [];
  for (const { name } of cluster.nodes) {
    const client = await connect(name);
    replicas.push(await readReplica(client, name, PREFIX));
  }
  return replicas;
}

async function termOf(cluster: Cluster): Promise<number> {
  const { nodes } = await cluster.status();
  return Math.max(...nodes.map(({ state }) => state?.term ?? 0));
}

/** The newest complete file of the data folder, as text; null if there is none yet. */
function newestDataFile(directory: string): { hash: string; text: string } | null {
  const folder = join(directory, 'data');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const newest = names
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .at(-1);
  if (newest === undefined) return null;
  const bytes = readFileSync(join(folder, newest));
  const hash = createHash('sha256').update(newest).update(bytes).digest('hex');
  return { hash, text: bytes.toString('utf8') };
}
