import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Relevo, RelevoError } from '#client';
import { ListenError, loadNodeConfig, loadProxyConfig, type ProxyConfig } from '#config';
import { startNode, type RunningNode } from '#node';
import { AdminClient, type ClusterResponse } from '#rpc/generated/relevo/v1/admin';
import { KvClient } from '#rpc/generated/relevo/v1/kv';
import { startProxy, type RunningProxy } from './process.js';

const VALUE_TOO_LARGE =
  /^the value has \d+ bytes, more than MAX_VALUE_BYTES 1048576; store it in parts/;
const quiet = (): void => undefined;
const bytes = (text: string): Buffer => Buffer.from(text);

/** Free at this moment, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const listening = servers.map(
    (server) =>
      new Promise<number>((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          resolve((server.address() as AddressInfo).port);
        });
      }),
  );
  const ports = await Promise.all(listening);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

describe('a proxy before one real node', () => {
  let directory = '';
  let node: RunningNode;
  let proxy: RunningProxy;
  let config: ProxyConfig;
  let relevo: Relevo;
  let kv: KvClient;
  const logged: { event: string; data: Readonly<Record<string, unknown>> }[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'relevo-proxy-'));
    const [port = 0, peerPort = 0, nodeHttpPort = 0, proxyPort = 0, httpPort = 0] =
      await freePorts(5);
    const nodes = `1=127.0.0.1:${port}/${peerPort}`;
    const environment = {
      ...{ NODE_ID: '1', NODE_NAME: 'ada', NODES: nodes, DATA_DIR: join(directory, 'ada') },
      ...{ HTTP_PORT: `${nodeHttpPort}`, ELECTION_TIMEOUT: '100-200ms', HEARTBEAT: '30ms' },
    };
    const nodeConfig = loadNodeConfig([], environment, directory);
    const fatal = (error: unknown): void => {
      throw error instanceof Error ? error : new Error(String(error));
    };
    node = await startNode(nodeConfig, { bornLeader: true, log: quiet, fatal });
    const settings = { NODES: nodes, PROXY_PORT: `${proxyPort}`, PROXY_HTTP_PORT: `${httpPort}` };
    config = loadProxyConfig([], { ...settings, QUEUE_TIMEOUT: '10s' }, directory);
    proxy = await startProxy(config, (_level, event, data) => logged.push({ event, data }));
    relevo = await Relevo.connect(`${proxyPort}`, { timeoutMs: 20_000 });
    kv = new KvClient(`127.0.0.1:${proxyPort}`, credentials.createInsecure());
  }, 30_000);

  afterAll(async () => {
    kv.close();
    await relevo.close();
    await proxy.stop();
    await node.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function call<Response>(
    start: (callback: (error: ServiceError | null, response: Response) => void) => unknown,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      start((error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
  }

  test('R48 R57 the library needs the proxy alone: put, get, range, delete, transaction', async () => {
    const put = await relevo.put('fruit/apple', 'red');
    expect(put.requestId).toMatch(/^\d+:1$/);
    await relevo.put('fruit/pear', '');
    expect((await relevo.get('fruit/apple'))?.text).toBe('red');
    expect((await relevo.get('fruit/pear'))?.text).toBe('');
    expect(await relevo.get('fruit/plum')).toBeNull();
    const { pairs, count } = await relevo.range({ prefix: 'fruit/' }, { limit: 1 });
    expect([pairs.map(({ keyText }) => keyText), count]).toEqual([['fruit/apple'], 2]);
    const result = await relevo.txn({
      compares: [{ key: 'fruit/apple', target: 'value', result: 'equal', value: 'red' }],
      success: [{ kind: 'put', key: 'fruit/apple', value: 'green', returnPrevious: true }],
    });
    expect(result.succeeded).toBe(true);
    expect(result.results).toMatchObject([{ kind: 'put', previous: { version: 1 } }]);
    const removed = await relevo.delete({ prefix: 'fruit/' }, { returnPrevious: true });
    expect(removed.previous.map(({ text }) => text)).toEqual(['green', '']);
  });

  test('a repeated request id happens once, and gives the first answer', async () => {
    const first = await relevo.put('once', '1');
    await relevo.put('once', '2');
    const again = await relevo.put('once', '1', { requestId: first.requestId }).catch(errorCode);
    // Answered already and let go, or answered again: never done again.
    expect([first.revision, 'already-answered']).toContain(
      typeof again === 'string' ? again : again.revision,
    );
    expect((await relevo.get('once'))?.text).toBe('2');
  });

  test('failures are RelevoErrors with an outcome; an aborted call says what became of it', async () => {
    await expect(relevo.put('', 'x')).rejects.toMatchObject({
      outcome: 'refused',
      code: 'invalid',
    });
    const big = relevo.put('big', 'x'.repeat(1024 * 1024 + 1));
    await expect(big).rejects.toMatchObject({ outcome: 'refused', code: 'too-large' });
    const aborted = AbortSignal.abort();
    const write = relevo.put('a', 'b', { signal: aborted });
    await expect(write).rejects.toMatchObject({ code: 'cancelled', outcome: 'unknown' });
    const read = relevo.get('a', { signal: aborted });
    await expect(read).rejects.toMatchObject({ code: 'cancelled', outcome: 'not-done' });
    await expect(relevo.get(5 as never)).rejects.toBeInstanceOf(TypeError);
  });

  test('an answer of many megabytes comes whole', async () => {
    const value = 'x'.repeat(300_000);
    const keys = Array.from({ length: 20 }, (_, at) => `long/${String(at).padStart(2, '0')}`);
    await Promise.all(keys.map((key) => relevo.put(key, value)));
    const { pairs } = await relevo.range({ prefix: 'long/' });
    expect(pairs.map(({ keyText }) => keyText)).toEqual(keys);
    expect(pairs.every((pair) => pair.value.length === value.length)).toBe(true);
    const all = { key: bytes('long/'), rangeEnd: bytes('long0'), limit: 0, revision: 0 };
    const request = { ...all, keysOnly: false, countOnly: false, stale: false };
    const refused = await call((callback) => kv.range(request, callback)).catch((e: unknown) => e);
    expect(refused).toMatchObject({ code: status.INVALID_ARGUMENT });
    const keysOnly = await call<{ pairs: unknown[] }>((callback) =>
      kv.range({ ...request, keysOnly: true }, callback),
    );
    expect(keysOnly.pairs).toHaveLength(20);
  });

  test('R6 the unary face does the same for clients without sessions', async () => {
    const put = { key: bytes('u'), value: bytes('1'), lease: 0, returnPrevious: false };
    await call((callback) => kv.put(put, callback));
    const get = { key: bytes('u'), revision: 0, stale: false };
    expect(await call((callback) => kv.get(get, callback))).toMatchObject({
      found: true,
      servedBy: 'ada',
      pair: { version: 1 },
    });
    const missing = { ...get, key: bytes('nobody') };
    expect(await call((callback) => kv.get(missing, callback))).toMatchObject({ found: false });
    const txn = {
      compares: [],
      success: [{ kind: { $case: 'put' as const, value: { ...put, value: bytes('2') } } }],
      failure: [],
    };
    expect(await call((callback) => kv.txn(txn, callback))).toMatchObject({ succeeded: true });
    const range = { key: bytes('u'), rangeEnd: bytes(''), returnPrevious: true };
    expect(await call((callback) => kv.delete(range, callback))).toMatchObject({
      deleted: 1,
      previous: [{ version: 2 }],
    });
  });

  test('the unary face’s errors are statuses with the outcome in a trailer', async () => {
    const put = { key: bytes(''), value: bytes('1'), lease: 0, returnPrevious: false };
    const error = await call((callback) => kv.put(put, callback)).catch((e: unknown) => e);
    const { code, details, metadata } = error as ServiceError;
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(details).toMatch(/empty key/);
    expect(metadata.get('relevo-outcome')).toEqual(['refused']);
  });

  test.each([2, 5, 40])(
    'a unary request of %d MiB is refused with the limit named, and the outcome in a trailer',
    async (mib) => {
      const value = Buffer.alloc(mib * 1024 * 1024);
      const put = { key: bytes('huge'), value, lease: 0, returnPrevious: false };
      const error = await call((callback) => kv.put(put, callback)).catch((e: unknown) => e);
      const { code, details, metadata } = error as ServiceError;
      expect({ code, outcome: metadata.get('relevo-outcome') }).toEqual({
        code: status.INVALID_ARGUMENT,
        outcome: ['refused'],
      });
      expect(metadata.get('relevo-code')).toEqual(['too-large']);
      const limit =
        mib * 1024 * 1024 > 4 * 1024 * 1024 ? /4194304 bytes.*1572864/ : VALUE_TOO_LARGE;
      expect(details).toMatch(limit);
      const get = { key: bytes('huge'), revision: 0, stale: false };
      expect(await call((callback) => kv.get(get, callback))).toMatchObject({ found: false });
    },
  );

  test('an answer too large for one message breaks no stream: a write is done, a read is refused', async () => {
    const value = 'x'.repeat(900_000);
    const keys = Array.from({ length: 6 }, (_, at) => `big/${at}`);
    for (const key of keys) await relevo.put(key, value);
    const lost = (): number => logged.filter(({ event }) => event === 'node lost').length;
    const before = lost();

    const ranges = [{ kind: 'range', prefix: 'big/' }] as const;
    const reading = relevo.txn({ success: ranges });
    await expect(reading).rejects.toMatchObject({ outcome: 'refused', code: 'too-large' });

    const deleting = relevo.delete({ prefix: 'big/' }, { returnPrevious: true });
    expect(await deleting).toMatchObject({ deleted: 6, previous: [], readGone: true });
    expect((await relevo.range({ prefix: 'big/' })).count).toBe(0);

    for (const key of keys) await relevo.put(key, value);
    const range = { key: bytes('big/'), rangeEnd: bytes('big0'), returnPrevious: true };
    const deleted = await call((callback) => kv.delete(range, callback));
    expect(deleted).toMatchObject({ deleted: 6, previous: [], readGone: true });
    expect(lost()).toBe(before);
  });

  test('a unary request that is no message is refused as malformed', async () => {
    const { host, port } = proxy;
    const client = new Client(`${host}:${port}`, credentials.createInsecure());
    const error = await call((callback) => {
      const same = (raw: Buffer): Buffer => raw;
      return client.makeUnaryRequest('/relevo.v1.Kv/Put', same, same, bytes('\xff'), callback);
    }).catch((e: unknown) => e);
    client.close();
    const { code, metadata } = error as ServiceError;
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(metadata.get('relevo-outcome')).toEqual(['refused']);
  });

  test('R49 Admin.Cluster and /metrics show the node as the proxy knows it', async () => {
    const admin = new AdminClient(`127.0.0.1:${proxy.port}`, credentials.createInsecure());
    const view = await call<ClusterResponse>((callback) => admin.cluster({}, callback));
    admin.close();
    expect(view).toMatchObject({
      clusterId: config.clusterId,
      nodes: [{ connected: true, state: { name: 'ada', role: 4, leader: 1 } }],
    });
    expect(view.nodes[0]?.writes).toBeGreaterThan(0);
    const metrics = await (await fetch(`http://127.0.0.1:${proxy.httpPort}/metrics`)).text();
    expect(metrics).toMatch(/relevo_proxy_node_reads_total\{node="ada",id="1",proxy="[^"]+"\} \d+/);
    const ready = await fetch(`http://127.0.0.1:${proxy.httpPort}/readyz`);
    expect(ready.status).toBe(200);
  });

  test('/metrics has the times of requests by kind, and what was answered', async () => {
    await relevo.put('timed', '1');
    await relevo.get('timed');
    const metrics = await (await fetch(`http://127.0.0.1:${proxy.httpPort}/metrics`)).text();
    const figure = (line: string): number => {
      const [, found] =
        new RegExp(`^relevo_proxy_${line}[^}]*\\} (\\S+)$`, 'm').exec(metrics) ?? [];
      return Number(found);
    };
    expect(metrics).toContain('# TYPE relevo_proxy_request_seconds histogram');
    for (const kind of ['write', 'read']) {
      const count = figure(`request_seconds_count\\{kind="${kind}"`);
      expect(count).toBeGreaterThan(0);
      expect(figure(`request_seconds_bucket\\{kind="${kind}",le="\\+Inf"`)).toBe(count);
      expect(figure(`request_seconds_bucket\\{kind="${kind}",le="30"`)).toBe(count);
      expect(figure(`request_seconds_sum\\{kind="${kind}"`)).toBeGreaterThan(0);
      expect(figure(`requests_total\\{kind="${kind}",outcome="ok"`)).toBeGreaterThan(0);
    }
    expect(figure('requests_total\\{kind="write",outcome="refused"')).toBeGreaterThan(0);
    expect(figure('request_seconds_count\\{kind="stale-read"')).toBe(0);
  });

  test('a refused write is logged by its id, and never by its key or value', async () => {
    const key = `secret-key-${'k'.repeat(5_000)}`;
    await expect(relevo.put(key, 'secret-value')).rejects.toMatchObject({ outcome: 'refused' });
    const lines = logged.filter(({ event }) => event === 'request refused');
    expect(lines.at(-1)?.data).toMatchObject({ kind: 'write', code: 'too-large', peer: 'ada' });
    expect(lines.at(-1)?.data['request']).toMatch(/^\d+:\d+$/);
    expect(lines.at(-1)?.data['term']).toBeGreaterThan(0);
    expect(JSON.stringify(logged)).not.toContain('secret');
  });

  test('a client of another cluster is turned away at once, with both names', async () => {
    const connecting = Relevo.connect(`${proxy.port}`, { clusterId: 'ffffffffffffffff' });
    await expect(connecting).rejects.toMatchObject({ code: 'wrong-cluster', outcome: 'refused' });
  });

  test('R55 the library talks to the node directly as well', async () => {
    const direct = await Relevo.connect(`${config.nodes[0]?.port ?? 0}`);
    expect(direct.peer?.nodeId).toBe(1);
    await direct.put('direct', 'yes');
    expect((await direct.get('direct'))?.text).toBe('yes');
    await direct.close();
  });

  test('R53 two proxies side by side: the client goes on with the other, and loses nothing', async () => {
    const [port = 0, httpPort = 0] = await freePorts(2);
    const second = await startProxy({ ...config, port, httpPort, name: 'second' }, quiet);
    const client = await Relevo.connect([`127.0.0.1:${port}`, `127.0.0.1:${proxy.port}`]);
    expect(client.peer?.name).toBe('second');
    const writes = Array.from({ length: 200 }, (_, at) => client.put(`two/${at}`, 'x'));
    await second.stop();
    await Promise.all(writes);
    await client.put('two/after', 'x');
    expect(client.peer?.name).toBe(config.name);
    const { pairs } = await client.range({ prefix: 'two/' });
    expect(pairs).toHaveLength(201);
    expect(pairs.every(({ version }) => version === 1)).toBe(true);
    await client.close();
  });

  test('a port that is taken is named, with who holds it', async () => {
    const failure = await startProxy({ ...config, httpPort: 0 }, quiet).catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(ListenError);
    expect(String(failure)).toMatch(/PROXY_PORT/);
  });
});

test('nobody to connect to: connect fails in its time, and says why', async () => {
  const [port = 0] = await freePorts(1);
  const connecting = Relevo.connect(`${port}`, { timeoutMs: 150 });
  await expect(connecting).rejects.toThrow(/within 150 ms: nobody listens/);
});

function errorCode(error: unknown): string {
  return error instanceof RelevoError ? error.code : String(error);
}
