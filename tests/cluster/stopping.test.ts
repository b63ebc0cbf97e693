/** SIGTERM is an order to finish, not to fall over. */
import { followersOf, leaderOf, withCluster } from './temporary.js';

const STOP_MS_MAX = 5_000;

describe('stopping', () => {
  test('SIGTERM ends each service with status 0 in less than 5 s, the leader under load too', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      const [follower = ''] = await followersOf(cluster);
      const leader = await leaderOf(cluster);
      for (const name of [follower, leader]) {
        const calls = Array.from({ length: 100 }, (_, turn) => client.put(`${name} ${turn}`, '1'));
        const begun = performance.now();
        const exit = await cluster.process(name).stop();
        expect({ name, code: exit.code }).toEqual({ name, code: 0 });
        expect(exit.atMs - begun).toBeLessThan(STOP_MS_MAX);
        await Promise.all(calls);
        await cluster.start(name);
        await cluster.waitUntilReady();
      }
      const begun = performance.now();
      const exit = await cluster.process('proxy').stop();
      expect(exit.code).toBe(0);
      expect(exit.atMs - begun).toBeLessThan(STOP_MS_MAX);
    });
  });

  test('a node that leads hands its leadership over before it stops', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const before = await leaderOf(cluster);
      const client = await connect();
      await client.put('1', '1');
      await cluster.stop(before);
      await client.put('2', '2');
      expect(await leaderOf(cluster)).not.toBe(before);
      expect((await client.get('2'))?.version).toBe(1);
    });
  });

  test('the whole cluster stops in order, and no process is left', async () => {
    await withCluster({}, async ({ cluster }) => {
      const processes = [...cluster.nodes, ...cluster.proxies].map((one) => one.process);
      const pids = processes.map(({ pid }) => pid ?? 0);
      expect(pids.every(isRunning)).toBe(true);
      await cluster.stopAll();
      expect(processes.map(({ exit }) => exit?.code)).toEqual([0, 0, 0, 0]);
      expect(pids.some(isRunning)).toBe(false);
    });
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
