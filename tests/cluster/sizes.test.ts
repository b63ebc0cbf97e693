/** One, three and five nodes: each works, and goes on as long as a majority is there. */
import type { RelevoError } from '#client';
import type { Cluster } from '#cluster';
import { followersOf, leaderOf, withCluster } from './temporary.js';

/** How many nodes may be lost: N - (floor(N/2) + 1). */
const SIZES = [
  { nodes: 1, spare: 0 },
  { nodes: 3, spare: 1 },
  { nodes: 5, spare: 2 },
];

describe('cluster sizes', () => {
  test.each(SIZES)(
    'R1 R8 $nodes node(s), of which $spare may be lost',
    async ({ nodes, spare }) => {
      await withCluster({ nodes }, async ({ cluster, connect }) => {
        const client = await connect();
        await client.put('before', '1');
        const { nodes: views } = await cluster.status();
        expect(views.map(({ state }) => state?.voters)).toEqual(Array(nodes).fill(nodes));

        const followers = await followersOf(cluster);
        for (const name of followers.slice(0, spare)) await cluster.kill(name);
        await client.put('with a majority', '2');
        expect((await client.get('before'))?.text).toBe('1');

        // One more, and no majority is left: nothing is accepted, and the answer says so.
        await cluster.kill(followers[spare] ?? (await leaderOf(cluster)));
        const refused = outcomeOf(client.put('without a majority', '3', { timeoutMs: 1_500 }));
        expect(['not-done', 'unknown']).toContain(await refused);
      });
    },
    60_000,
  );

  test('R18 R31 no majority: no acknowledgement, no linearizable read; one node returns, and there is', async () => {
    await withCluster({ nodes: 3 }, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('kept', 'yes');
      const [first = '', second = ''] = await followersOf(cluster);
      await Promise.all([cluster.kill(first), cluster.kill(second)]);
      const writing = outcomeOf(client.put('lost?', 'x', { timeoutMs: 1_500 }));
      expect(['not-done', 'unknown']).toContain(await writing);
      expect(await outcomeOf(client.get('kept', { timeoutMs: 1_500 }))).toBe('not-done');
      expect((await client.get('kept', { consistency: 'stale' }))?.text).toBe('yes');

      await cluster.start(first);
      await client.put('again', 'yes');
      expect((await client.get('kept'))?.text).toBe('yes');
    });
  }, 60_000);

  test('R68 a single node: off, the service is down; on again, what was written is there', async () => {
    await withCluster({ nodes: 1 }, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('kept', 'yes');
      await killOnly(cluster);
      expect(await outcomeOf(client.get('kept', { timeoutMs: 500 }))).toBe('not-done');
      await cluster.start('ada');
      expect((await client.get('kept'))?.text).toBe('yes');
    });
  }, 60_000);
});

async function killOnly(cluster: Cluster): Promise<void> {
  for (const node of cluster.nodes) await cluster.kill(node.name);
}

/** How the call failed; `done` if it did not. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    (error: unknown) => (error as RelevoError).outcome,
  );
}
