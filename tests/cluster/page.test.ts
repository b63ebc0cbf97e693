/** The dashboard's half in the proxy: what it shows of a real cluster, what it does, and to whom it refuses both. */
import { ControlSocket, type Cluster } from '#cluster';
import { request } from 'node:http';
import type { ClusterSight, FeedLine } from '#rpc/generated/relevo/v1/sight';
import { until, withCluster } from './temporary.js';

interface LiveEvent {
  readonly sight: ClusterSight;
  readonly feed: readonly FeedLine[];
  readonly from: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** fetch() lets nobody choose Host and Origin. */
function ask(
  cluster: Cluster,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<Answer> {
  const port = cluster.proxies[0]?.httpPort ?? 0;
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function state(cluster: Cluster): Promise<LiveEvent> {
  return JSON.parse((await ask(cluster, '/api/state')).text) as LiveEvent;
}

/** The first events of a stream, until there are so many. */
function events(
  cluster: Cluster,
  count: number,
  lastId = '',
): Promise<readonly (readonly [id: string, event: LiveEvent])[]> {
  const port = cluster.proxies[0]?.httpPort ?? 0;
  const headers = lastId === '' ? {} : { 'last-event-id': lastId };
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/api/events', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        const found = [...text.matchAll(/^id: (.*)\ndata: (.*)\n\n/gm)];
        if (found.length < count) return;
        asked.destroy();
        resolve(found.map(([, id = '', data = '']) => [id, JSON.parse(data) as LiveEvent]));
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('a page that may act', () => {
  test('R58 R59 R60 R62 R63 sees every node, acts on keys, links, timers, disks and processes, and is told why', async () => {
    const control = new ControlSocket();
    try {
      await withCluster({ control }, async ({ cluster }) => {
        await control.serve(cluster);
        const [first, second] = cluster.nodes;
        if (first === undefined || second === undefined) throw new Error('there are two nodes');
        const act = async (what: unknown) => {
          const headers = { ...JSON_TYPE, authorization: `Bearer ${control.token}` };
          const { text } = await ask(cluster, '/api/act', headers, JSON.stringify(what));
          return JSON.parse(text) as {
            readonly ok: boolean;
            readonly reason?: string;
            readonly value?: string;
          };
        };
        await until('all nodes are seen, and one leads', async () => {
          const { members } = (await state(cluster)).sight;
          return (
            members.every(({ sight, state: is }) => is === 'up' && sight !== undefined) &&
            members.filter(({ sight }) => sight?.role === 'leader').length === 1 &&
            members.every(({ sight }) => sight?.leader !== 0)
          );
        });
        const { members } = (await state(cluster)).sight;
        expect(members.map(({ name }) => name)).toEqual(cluster.nodes.map(({ name }) => name));
        const follower = members.find(({ sight }) => sight?.role === 'follower')?.sight;
        expect(follower?.timers.map(({ name }) => name)).toContain('election');
        const leading = members.find(({ sight }) => sight?.role === 'leader')?.sight;
        const votes = members.filter(
          ({ sight }) => sight?.term === leading?.term && sight?.votedFor === leading?.leader,
        );
        expect(votes.length).toBeGreaterThanOrEqual(2);

        expect(await act({ type: 'set', key: 'x', value: '1' })).toMatchObject({ ok: true });
        expect(await act({ type: 'get', key: 'x', via: second.id })).toMatchObject({
          ok: true,
          value: '1',
        });
        await until('what was committed was timed, by the leader', async () => {
          const timed = (await state(cluster)).sight.members.filter(
            ({ figures }) => (figures?.commits ?? 0) > 0 && (figures?.commitMs ?? 0) > 0,
          );
          return timed.some(({ sight }) => sight?.role === 'leader');
        });
        const keys = JSON.parse((await ask(cluster, '/api/keys?prefix=x')).text) as unknown;
        expect(keys).toMatchObject({ pairs: [{ key: 'x', value: '1', version: 1 }] });

        expect(await act({ type: 'cut', from: first.id, to: second.id })).toEqual({ ok: true });
        await until('the cut is seen, in that direction alone', async () => {
          const { links, faults } = (await state(cluster)).sight;
          const cut = links.filter((link) => link.cut);
          return cut.length === 1 && cut[0]?.to === second.id && faults.length === 1;
        });
        expect(await act({ type: 'heal' })).toEqual({ ok: true });
        await until(
          'nothing is broken any more',
          async () => (await state(cluster)).sight.faults.length === 0,
        );

        const leader = await cluster.leader();
        const patient = cluster.nodes.find(({ name }) => name !== leader);
        if (patient === undefined) throw new Error('somebody follows');
        expect(await act({ type: 'expire', node: patient.id })).toEqual({ ok: true });
        await until('it says what it did, and why', async () => {
          const { feed } = await state(cluster);
          return feed.some(({ node, text }) => node === patient.id && text.includes('pre-votes'));
        });

        expect(await act({ type: 'kill', node: patient.id })).toEqual({ ok: true });
        await until('it is seen down', async () => {
          const down = (await state(cluster)).sight.members.filter(
            ({ state: is }) => is === 'down',
          );
          return down.length === 1 && down[0]?.node === patient.id;
        });
        expect(await act({ type: 'start', node: patient.id })).toEqual({ ok: true });
        expect(await act({ type: 'start', node: patient.id })).toMatchObject({
          ok: false,
          reason: expect.stringContaining('runs already') as unknown,
        });
        expect(
          await act({ type: 'disk', node: patient.id, how: 'melts' }).catch(() => 'refused'),
        ).toBe('refused');
      });
    } finally {
      control.close();
    }
  }, 60_000);
});

describe('a page of a deployment', () => {
  test('R62 shows, goes on where its stream broke, and neither acts nor tells strangers anything', async () => {
    await withCluster({}, async ({ cluster }) => {
      const first = await events(cluster, 3);
      const [lastId = '', newest] = first.at(-1) ?? [];
      expect(newest?.sight.members).toHaveLength(3);
      const [next] = await events(cluster, 1, lastId);
      // From the line on that the first stream had not told yet.
      expect(next?.[1].from).toBeGreaterThanOrEqual(Number(lastId.split('.')[1]));
      const [anew] = await events(cluster, 1, 'other.5');
      expect(anew?.[1].from).toBe(0);

      const refused = async (headers: Readonly<Record<string, string>>, path = '/api/state') =>
        (await ask(cluster, path, headers)).status;
      expect(await refused({ host: 'evil.example' })).toBe(421);
      expect(await refused({ origin: 'http://evil.example' })).toBe(403);
      expect(await refused({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' })).toBe(403);
      const write = '{"type":"set","key":"x","value":"1"}';
      const { status, text } = await ask(cluster, '/api/act', JSON_TYPE, write);
      expect(status).toBe(403);
      expect(text).toContain('CONTROL=true');

      const page = await ask(cluster, '/');
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      expect(await refused({}, '/api/files/6787/../../etc/passwd')).toBe(404);
      const node = cluster.nodes[0]?.id ?? 0;
      const outside = await ask(cluster, `/api/files/${String(node)}/log/..%2f..%2fidentity.json`);
      expect(outside.status).toBe(502);
      const vote = await ask(cluster, `/api/files/${String(node)}/vote.json`);
      expect(JSON.parse(vote.text)).toMatchObject({
        text: expect.stringContaining('"vote"') as unknown,
      });
    });
  }, 60_000);
});
