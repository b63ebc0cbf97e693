/** What nodes and proxies write into their logs: whose line it is, the term, and the request it is about. */
import { readFileSync } from 'node:fs';
import type { Cluster } from '#cluster';
import { followersOf, leaderOf, until, withCluster } from './temporary.js';

interface Line {
  readonly node: string;
  readonly event: string;
  readonly term?: number;
  readonly request?: string;
  readonly peer?: number;
  readonly level: string;
  readonly code?: string;
}

/** Said before a directory was read, or of the process alone. */
const WITHOUT_TERM = new Set(['starts as follower', 'stopping']);

describe('log lines', () => {
  test('R10 every line of a node has its name and its term, also those of connections and recovery', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('a', '1');
      const victim = await leaderOf(cluster);
      // A node that had not reached it yet has nothing to lose.
      await until('every node has reached the others', () =>
        cluster.nodes.every(({ name }) => peersReached(cluster, name).size === 2),
      );
      await cluster.kill(victim);
      await client.put('a', '2');
      await cluster.start(victim);
      await cluster.waitUntilReady();
      for (const { name } of cluster.nodes) {
        const lines = linesOf(cluster, name);
        expect(lines.every(({ node }) => node === name)).toBe(true);
        const bare = lines.filter(({ term }) => typeof term !== 'number');
        expect(bare.filter(({ event }) => !WITHOUT_TERM.has(event))).toEqual([]);
        const events = new Set(lines.map(({ event }) => event));
        const expected = ['role', 'recovered', 'connected to peer', 'listening'];
        if (name !== victim) expected.push('lost peer');
        expect([...events]).toEqual(expect.arrayContaining(expected));
      }
    });
  }, 60_000);

  test('a refused write stands by its id in the logs of proxy and leader, without key or value', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('a', '1');
      const leader = await leaderOf(cluster);
      const refused = client.put('k'.repeat(5_000), 'secret-value');
      await expect(refused).rejects.toMatchObject({ code: 'too-large' });
      for (const name of [leader, 'proxy']) {
        await until(`${name} has told of it`, () => remarksOf(cluster, name).length > 0);
        const [line] = remarksOf(cluster, name);
        expect(line).toMatchObject({ event: 'request refused', code: 'too-large' });
        expect(line?.request).toMatch(/^\d+:\d+$/);
        expect(line?.term).toBeGreaterThan(0);
        expect(JSON.stringify(linesOf(cluster, name))).not.toMatch(/secret|kkkk/);
      }
    });
  }, 60_000);

  test('a slow write stands by its id in the proxy’s log', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('a', '1');
      const followers = await followersOf(cluster);
      for (const name of followers) cluster.pause(name);
      const began = performance.now();
      const write = client.put('slow', '1');
      await until('the leader gave up', async () => (await cluster.leader()) === null);
      await until('it has taken over a second', () => performance.now() - began > 1_100);
      for (const name of followers) cluster.resume(name);
      const { requestId } = await write;
      await until('it is told of', () =>
        remarksOf(cluster, 'proxy').some(
          ({ event, request }) => event === 'request slow' && request === requestId,
        ),
      );
      expect(remarksOf(cluster, 'proxy').every(({ level }) => level === 'warn')).toBe(true);
    });
  }, 60_000);
});

function remarksOf(cluster: Cluster, name: string): Line[] {
  return linesOf(cluster, name).filter(({ event }) => event.startsWith('request '));
}

/** Their ids. */
function peersReached(cluster: Cluster, name: string): Set<number | undefined> {
  const reached = linesOf(cluster, name).filter(({ event }) => event === 'connected to peer');
  return new Set(reached.map(({ peer }) => peer));
}

function linesOf(cluster: Cluster, name: string): Line[] {
  const process = [...cluster.nodes, ...cluster.proxies].find((one) => one.name === name)?.process;
  if (process === undefined) throw new Error(`there is no process named ${name}`);
  const text = readFileSync(process.settings.logFile, 'utf8');
  // What follows the last line feed is still being written.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
