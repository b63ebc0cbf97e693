/** Who answers what: through the proxy, and at the nodes themselves. */
import { followersOf, leaderOf, until, withCluster } from './temporary.js';
import type { Cluster } from '#cluster';

describe('routing', () => {
  test('R47 R48 300 reads over two followers are 150 and 150, the leader none', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      // The proxy's address is all that the client is given.
      const client = await connect();
      await client.put('1', '1');
      const leader = await leaderOf(cluster);
      const before = await readsByNode(cluster);
      const answers = await Promise.all(Array.from({ length: 300 }, () => client.getWithMeta('1')));
      const after = await readsByNode(cluster);

      const read = cluster.nodes.map(({ name }) => ({
        name,
        reads: (after.get(name) ?? 0) - (before.get(name) ?? 0),
      }));
      expect(read).toEqual(
        cluster.nodes.map(({ name }) => ({ name, reads: name === leader ? 0 : 150 })),
      );
      expect(answers.every(({ pair, linearizable }) => pair?.text === '1' && linearizable)).toBe(
        true,
      );
      const servers = new Set(answers.map(({ servedBy }) => servedBy));
      expect(servers).toEqual(
        new Set((await followersOf(cluster)).map((name) => cluster.node(name).id)),
      );
    });
  });

  test('R33 R46 R55 each node can be asked directly; a follower has a write carried out all the same', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      for (const { name, id } of cluster.nodes) {
        const client = await connect(name);
        await client.put(`by way of ${name}`, name);
        for (const other of cluster.nodes) {
          const there = await connect(other.name);
          expect((await there.get(`by way of ${name}`))?.text).toBe(name);
        }
        expect(client.peer?.nodeId).toBe(id);
      }
    });
  });

  test('R35 R51 R49 a follower is killed under reads and writes: no request fails, and it is sent nothing more', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('key', '0');
      const [victim = ''] = await followersOf(cluster);
      const calls = Array.from({ length: 200 }, async (_, turn) => {
        if (turn === 100) await cluster.kill(victim);
        return turn % 2 === 0 ? client.get('key') : client.put(`key ${turn}`, '1');
      });
      const settled = await Promise.allSettled(calls);
      expect(settled.filter(({ status }) => status === 'rejected')).toEqual([]);

      await until(`${victim} is out of the rotation`, async () => {
        const { nodes } = await cluster.status();
        return nodes.some(
          (view) => view.address === cluster.node(victim).address && !view.connected,
        );
      });
      const before = await readsByNode(cluster);
      for (let turn = 0; turn < 20; turn += 1) expect((await client.get('key'))?.text).toBe('0');
      expect((await readsByNode(cluster)).get(victim)).toBe(before.get(victim));

      // It comes back by itself once it has caught up.
      await cluster.start(victim);
      await until(`${victim} answers reads again`, async () => {
        await client.get('key');
        return ((await readsByNode(cluster)).get(victim) ?? 0) > (before.get(victim) ?? 0);
      });
    });
  });

  test('R53 two proxies: one is killed, the client goes on through the other; it may start again', async () => {
    await withCluster({ proxies: 2 }, async ({ cluster, connect }) => {
      const client = await connect();
      const written: string[] = [];
      const calls = Array.from({ length: 100 }, async (_, turn) => {
        if (turn === 50) await cluster.kill('proxy');
        const { revision } = await client.put(`key ${turn}`, '1');
        written.push(`${revision}`);
      });
      await Promise.all(calls);
      const { pairs } = await client.range({ prefix: 'key ' });
      expect(pairs.map(({ version }) => version)).toEqual(Array(100).fill(1));
      expect(new Set(written).size).toBe(100);
      await cluster.start('proxy');
      await cluster.waitUntilReady();
      await client.put('after', '1');
    });
  });
});

/** As the proxy counts them. */
async function readsByNode(cluster: Cluster): Promise<Map<string, number>> {
  const { nodes } = await cluster.status();
  const names = new Map(cluster.nodes.map(({ address, name }) => [address, name]));
  return new Map(nodes.map(({ address, reads }) => [names.get(address) ?? address, reads]));
}
