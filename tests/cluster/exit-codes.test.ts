/** The exit codes of `relevo`, as a shell sees them, each from a real cause. */
import { followersOf, leaderOf, until, withCluster } from './temporary.js';
import { runRelevo, type Answered } from './service.js';

/** Nobody listens there: the port is the system's own. */
const NOBODY = '127.0.0.1:1';

test('exit codes 0, 1, 2, 3, 4 and 130 of relevo', async () => {
  await withCluster({ nodes: 3 }, async ({ cluster }) => {
    const [endpoint = ''] = cluster.endpoints;
    const at = cluster.dataDirectory;
    const relevo = (...words: string[]): Promise<Answered> =>
      runRelevo(['--endpoints', endpoint, ...words], at).answered;

    expect(await relevo('set', 'k', 'v')).toMatchObject({ status: 0, err: '' });
    expect(await relevo('get', 'k')).toEqual({ status: 0, out: 'v\n', err: '' });
    expect(await relevo('--version')).toMatchObject({ status: 0 });

    expect(await relevo('get', 'missing')).toMatchObject({ status: 1, out: '' });
    expect(await relevo('cas', 'k', 'other', 'w')).toMatchObject({ status: 1, out: '' });

    expect(await relevo('sett', 'k', 'v')).toMatchObject({ status: 2, out: '' });
    expect(await relevo('set', 'k', 'x'.repeat(100_000), '--timeout', 'soon')).toMatchObject({
      status: 2,
    });

    const unavailable = ['--endpoints', NOBODY, '--timeout', '300ms', 'set', 'k', 'v'];
    expect(await runRelevo(unavailable, at).answered).toMatchObject({ status: 3, out: '' });

    const watching = runRelevo(['--endpoints', endpoint, 'watch'], at);
    let changes = '';
    watching.child.stdout?.on('data', (data: Buffer) => (changes += data.toString()));
    await until('the watch has seen a change', async () => {
      await relevo('set', 'k', 'w');
      return changes !== '';
    });
    watching.child.kill('SIGINT');
    expect(await watching.answered).toMatchObject({ status: 130 });
  });
}, 60_000);

test('exit code 4: the printed command repeats the very write, which happens once', async () => {
  await withCluster({}, async ({ cluster, connect }) => {
    const [endpoint = ''] = cluster.endpoints;
    const relevo = (...words: string[]): Promise<Answered> =>
      runRelevo(words, cluster.dataDirectory).answered;
    // A session that lives on, since nobody can open one while the followers stand still.
    const client = await connect();
    const [session = ''] = (await client.put('k', '0')).requestId.split(':');
    const followers = await followersOf(cluster);
    for (const name of followers) cluster.pause(name);

    const words = ['--endpoints', endpoint, '--timeout', '1s', 'set', 'k', 'v'];
    const { status, out, err } = await relevo('--request-id', `${session}:2`, ...words);
    expect({ status, out }).toEqual({ status: 4, out: '' });
    const printed = err.trim().split('\n').at(-1)?.trim().split(' ') ?? [];
    expect(printed).toEqual(['relevo', '--request-id', `${session}:2`, ...words]);

    for (const name of followers) cluster.resume(name);
    await leaderOf(cluster);
    const again = printed.slice(1).map((word) => (word === '1s' ? '15s' : word));
    expect(await relevo(...again)).toMatchObject({ status: 0 });
    expect(await relevo(...again)).toMatchObject({ status: 0 });
    expect(await client.get('k')).toMatchObject({ text: 'v', version: 2 });
  });
}, 60_000);
