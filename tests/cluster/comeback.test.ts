import { rmSync } from 'node:fs';
import { followersOf, leaderOf, withCluster } from './temporary.js';
import { comeBack, describeComeback } from '../../cluster/comeback.js';

const NEVER = new AbortController().signal;
/** Far below the 20 s after which it would give up. */
const AT_ONCE_MS = 10_000;

describe('a node that is started again', () => {
  test('is back when it follows, and says how far it has come', async () => {
    await withCluster({}, async ({ cluster }) => {
      const [name = ''] = await followersOf(cluster);
      await cluster.kill(name);
      const comeback = await comeBack(cluster, name, () => cluster.start(name), NEVER);
      expect(comeback).toMatchObject({ type: 'back', role: 'follower' });
      expect(describeComeback(name, cluster, comeback)).toMatch(
        /is back after \d+ ms .*: follower/,
      );
    });
  });

  test('and was wiped is known to be kept out at once, by the words of the others', async () => {
    await withCluster({}, async ({ cluster }) => {
      const [name = ''] = await followersOf(cluster);
      await cluster.stop(name);
      rmSync(cluster.node(name).dataDirectory, { recursive: true });
      const begunMs = performance.now();
      const comeback = await comeBack(cluster, name, () => cluster.start(name), NEVER);
      expect(performance.now() - begunMs).toBeLessThan(AT_ONCE_MS);
      expect(comeback.type).toBe('refused');
      const text = describeComeback(name, cluster, comeback);
      expect(text).toMatch(/kept out by the others: .*disk was wiped/);
      expect(text).toContain(`stop ${name}, put back ${cluster.node(name).dataDirectory}`);
    });
  });

  test('without a majority is told which others to start', async () => {
    await withCluster({}, async ({ cluster }) => {
      for (const { name } of cluster.nodes) await cluster.kill(name);
      const comeback = await comeBack(cluster, 'bob', () => cluster.start('bob'), NEVER);
      expect(comeback).toEqual({ type: 'no-majority', running: 1 });
      expect(describeComeback('bob', cluster, comeback)).toContain('start ada, or start cy');
    });
  });

  test('and ends by itself says why', async () => {
    await withCluster({}, async ({ cluster }) => {
      const [name = '', other = ''] = await followersOf(cluster);
      await cluster.stop(name);
      const { process } = cluster.node(name);
      const { settings } = process;
      const { dataDirectory } = cluster.node(other);
      const environment = { ...settings.environment, DATA_DIR: dataDirectory };
      process.settings = { ...settings, environment };
      const comeback = await comeBack(cluster, name, () => cluster.start(name), NEVER);
      expect(comeback.type).toBe('ended');
      expect(describeComeback(name, cluster, comeback)).toContain(dataDirectory);
    });
  });

  test('goes on by itself when nobody waits any more', async () => {
    await withCluster({}, async ({ cluster }) => {
      const leader = await leaderOf(cluster);
      await cluster.kill(leader);
      const interrupt = new AbortController();
      const start = async (): Promise<void> => {
        await cluster.start(leader);
        interrupt.abort();
      };
      const comeback = await comeBack(cluster, leader, start, interrupt.signal);
      expect(comeback.type).toBe('unwatched');
      expect(describeComeback(leader, cluster, comeback)).toContain(`${leader} runs on`);
      expect(cluster.node(leader).process.state).toBe('running');
    });
  });
});
