/** When a writer hears that it is done. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followersOf, leaderOf, until, withCluster } from './temporary.js';

test('R27 a put is answered after its entry is committed and applied, never before', async () => {
  await withCluster({}, async ({ cluster, connect }) => {
    const client = await connect();
    await client.put('before', '1');
    const leader = await leaderOf(cluster);
    const followers = await followersOf(cluster);
    for (const name of followers) cluster.pause(name);

    let answered = false;
    const put = client.put('only-here', '1').then((written) => {
      answered = true;
      return written;
    });

    const log = join(cluster.node(leader).dataDirectory, 'log');
    await until("it stands in the leader's log", () =>
      readdirSync(log).some((file) => readFileSync(join(log, file), 'utf8').includes('only-here')),
    );
    // It gives up its term for want of answers: until then it could have acknowledged, and did not.
    await until('the leader has stepped down', async () => (await cluster.leader()) === null);
    expect(answered).toBe(false);
    const stale = await client.get('only-here', { consistency: 'stale' });
    expect({ stale, answered }).toEqual({ stale: null, answered: false });

    for (const name of followers) cluster.resume(name);
    const { revision } = await put;
    const { pair, revision: asOf } = await client.getWithMeta('only-here');
    expect(pair).toMatchObject({ text: '1', version: 1, modRevision: revision });
    expect(asOf).toBeGreaterThanOrEqual(revision);
  });
}, 60_000);
