/** What must not start, and says why and what to do. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runService, type Environment } from './service.js';
import { until, withCluster } from './temporary.js';

/** Several election timeouts. */
const MISTAKEN_MS = 2_000;
const SERVICES = ['leader', 'follower', 'proxy'] as const;

describe('refusals', () => {
  test.each(SERVICES)(
    'R11 %s: all wrong settings are named at once, exit status 2',
    async (service) => {
      const wrong: Environment =
        service === 'proxy'
          ? { PROXY_PORT: 'many', NODE_SILENCE: 'soon', NODES: 'ada' }
          : { NODE_ID: 'ada', ELECTION_TIMEOUT: 'soon', HEARTBEAT: '-5ms', QUORUM: 'most' };
      const { status, output } = await runService(service, wrong);
      expect(status).toBe(2);
      for (const [name, value] of Object.entries(wrong)) {
        expect(output).toContain(name);
        expect(output).toContain(value);
      }
    },
  );

  test('R8 a quorum that contradicts the number of nodes refuses to start', async () => {
    const { status, output } = await runService('follower', { QUORUM: '3' });
    expect(status).toBe(2);
    expect(output).toContain('QUORUM');
  });

  test('a heartbeat of more than a third of the election timeout refuses to start', async () => {
    const { status, output } = await runService('follower', {
      HEARTBEAT: '400ms',
      ELECTION_TIMEOUT: '1s',
    });
    expect(status).toBe(2);
    expect(output).toContain('HEARTBEAT');
  });

  test('two processes on one data directory: the second is refused, the first goes on', async () => {
    await withCluster({ nodes: 1 }, async ({ cluster, connect }) => {
      const { status, output } = await runService(
        'leader',
        cluster.node('ada').process.settings.environment,
      );
      expect(status).not.toBe(0);
      expect(status).not.toBeNull();
      expect(output).toContain(cluster.node('ada').dataDirectory);
      const client = await connect();
      await client.put('still', 'here');
      expect((await client.get('still'))?.text).toBe('here');
    });
  });

  test("another node's data directory is refused, and left as it was", async () => {
    await withCluster({}, async ({ cluster }) => {
      await cluster.stop('bob');
      await cluster.stop('cy');
      const bob = cluster.node('bob').process.settings.environment;
      const borrowed = { ...bob, DATA_DIR: cluster.node('cy').dataDirectory };
      const { status, output } = await runService('follower', borrowed);
      expect(status).not.toBe(0);
      expect(status).not.toBeNull();
      expect(output).toContain(cluster.node('cy').dataDirectory);
      await cluster.start('bob');
      await cluster.start('cy');
      await cluster.waitUntilReady();
    });
  });

  test("another cluster's data directory is refused", async () => {
    await withCluster({ nodes: 1 }, async ({ cluster }) => {
      await cluster.stop('ada');
      const { environment } = cluster.node('ada').process.settings;
      const { status, output } = await runService('leader', {
        ...environment,
        CLUSTER_NAME: 'other',
      });
      expect(status).not.toBe(0);
      expect(status).not.toBeNull();
      expect(output).toMatch(/cluster/);
    });
  });

  test('a client that expects another cluster is refused', async () => {
    await withCluster({ nodes: 1 }, async ({ connect }) => {
      const connecting = connect(undefined, { clusterId: 'ffffffffffffffff', timeoutMs: 2_000 });
      await expect(connecting).rejects.toMatchObject({ code: 'wrong-cluster' });
    });
  });

  test('a wiped disk under a known id is refused by its peers: it may have promised votes', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('kept', 'yes');
      await cluster.stop('cy');
      rmSync(cluster.node('cy').dataDirectory, { recursive: true });
      await cluster.start('cy');
      const log = join(cluster.logDirectory, 'cy.log');
      await until('cy is told what is wrong, and what to do', () =>
        /refused by peer.*6789.*disk was wiped.*directory back.*add it again/.test(
          readFileSync(log, 'utf8'),
        ),
      );
      const ready = await fetch(`http://127.0.0.1:${cluster.node('cy').httpPort}/readyz`);
      expect(ready.status).toBe(503);
      // For as long as it may take to be mistaken for a follower, it answers nobody, fresh or stale.
      await client.put('still', 'works');
      const end = performance.now() + MISTAKEN_MS;
      for (let turn = 0; performance.now() < end; turn += 1) {
        const consistency = turn % 3 === 0 ? 'stale' : 'linearizable';
        const { pair, servedBy } = await client.getWithMeta('kept', { consistency });
        expect({ consistency, text: pair?.text }).toEqual({ consistency, text: 'yes' });
        expect(servedBy).not.toBe(cluster.node('cy').id);
      }
    });
  });

  test('a wiped disk that claims to be new is kept out by its peers, and elects nobody', async () => {
    await withCluster({}, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('kept', 'yes');
      await cluster.stop('cy');
      rmSync(cluster.node('cy').dataDirectory, { recursive: true });
      const { process } = cluster.node('cy');
      const { settings } = process;
      process.settings = {
        ...settings,
        environment: { ...settings.environment, CLUSTER_STATE: 'new' },
      };
      await cluster.start('cy');
      // With the other follower gone as well, a vote of the wiped one would make a majority.
      await cluster.kill('bob');
      await cluster.kill('ada');
      await cluster.start('ada');
      const refused = client.put('by a false majority', 'x', { timeoutMs: 2_000 });
      await expect(refused).rejects.toMatchObject({ outcome: 'not-done' });
      await cluster.kill('cy');
      await cluster.start('bob');
      expect((await client.get('kept'))?.text).toBe('yes');
    });
  }, 60_000);
});
