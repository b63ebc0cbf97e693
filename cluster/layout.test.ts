import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { loadNodeConfig, loadProxyConfig } from '#config';
import { ClusterError } from './error.js';
import { nodeSettings, planLayout, proxySettings, type LayoutOptions } from './layout.js';
import { readRecord, wipe, writeRecord } from './record.js';

const allFree = (): Promise<boolean> => Promise.resolve(true);
const noneFree = (): Promise<boolean> => Promise.resolve(false);

let folder: string;
const plan = (options: Omit<LayoutOptions, 'dataDirectory'> = {}, isFree = allFree) =>
  planLayout({ dataDirectory: folder, ...options }, isFree);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-layout-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The error's code, or null if there was none. */
async function codeOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof ClusterError) return error.code;
    throw error;
  }
}

describe('a new data folder', () => {
  test('R1 R2 gets ids, names and ports, and records them', async () => {
    const layout = await plan({ nodes: 5 });

    expect(layout.reused).toBe(false);
    expect(layout.record.nodes.map(({ id, name }) => `${id} ${name}`)).toEqual([
      '6787 ada',
      '6788 bob',
      '6789 cy',
      '6790 dan',
      '6791 eve',
    ]);
    expect(readRecord(folder)).toEqual(layout.record);
  });

  test('keeps its ports for later, also when others would be chosen now', async () => {
    const first = await plan({ ports: 'random' });

    const second = await plan({ ports: 'standard' });

    expect(second.reused).toBe(true);
    expect(second.record).toEqual(first.record);
  });
});

describe('a data folder that is there', () => {
  test('with a busy node port names the port, the node and its holder', async () => {
    await plan();

    await expect(plan({}, noneFree)).rejects.toThrow(/^port 6787 of ada is held by /);
    expect(await codeOf(plan({}, noneFree))).toBe('port-busy');
  });

  test('for another number of nodes is refused', async () => {
    await plan({ nodes: 3 });

    expect(await codeOf(plan({ nodes: 5 }))).toBe('wrong-node-count');
    expect(await codeOf(plan({ nodes: 3 }))).toBeNull();
    expect(await codeOf(plan())).toBeNull();
  });

  test('of somebody else is never taken, nor wiped', async () => {
    writeFileSync(join(folder, 'thesis.txt'), 'mine');

    expect(await codeOf(plan())).toBe('foreign-folder');
    await expect(wipe(folder)).rejects.toThrow(ClusterError);
    expect(readFileSync(join(folder, 'thesis.txt'), 'utf8')).toBe('mine');
  });

  test.each(['', '{}', '{"format":2}', '{"format":1,"nodes":[]}'])(
    'with the record %j says what to do',
    async (content) => {
      writeFileSync(join(folder, 'cluster.json'), content);

      expect(await codeOf(plan())).toBe('bad-record');
      await expect(plan()).rejects.toThrow('--data DIR');
    },
  );

  test('with a record whose node names lead elsewhere is refused', async () => {
    const { record } = await plan();
    const nodes = record.nodes.map((node) => ({ ...node, name: '../elsewhere' }));
    writeRecord(folder, { ...record, nodes });

    await expect(wipe(folder)).rejects.toThrow(ClusterError);
  });

  test('is wiped of what the cluster made, and of nothing else', async () => {
    await plan({ ports: 'random' });
    for (const name of ['ada', 'logs', 'other']) mkdirSync(join(folder, name));

    expect(await wipe(folder)).toBe(true);

    expect(readdirSync(folder)).toEqual(['other']);
    expect(await wipe(join(folder, 'not-there'))).toBe(false);
  });

  test('is not wiped under a node that runs', async () => {
    const { record } = await plan({ ports: 'random' });
    mkdirSync(join(folder, 'ada'));
    const running = createServer().listen(record.nodes[0]?.port, record.host);
    await once(running, 'listening');

    await expect(wipe(folder)).rejects.toThrow('nothing was removed');

    expect(readdirSync(folder)).toContain('ada');
    running.close();
  });
});

describe('the settings of the processes', () => {
  test('are ones that the nodes and the proxy accept, whatever the surroundings say', async () => {
    const layout = await plan({
      environment: { NODE_ID: '1', PORT: '3000', HOST: '10.0.0.1', LOG_LEVEL: 'warn' },
      electionTimeout: { 6787: '10s', 6788: '300-600ms' },
    });

    const configs = layout.record.nodes.map((node) => {
      const { environment } = nodeSettings(layout, node);
      return loadNodeConfig([], environment, folder);
    });
    const [proxy] = layout.proxies;
    if (proxy === undefined) throw new Error('there is no proxy');
    const proxyConfig = loadProxyConfig([], proxySettings(layout, proxy).environment, folder);

    expect(configs.map(({ nodeId, name, port }) => [nodeId, name, port])).toEqual([
      [6787, 'ada', 6787],
      [6788, 'bob', 6788],
      [6789, 'cy', 6789],
    ]);
    expect(
      configs.map(({ electionTimeoutMsMin: min, electionTimeoutMsMax: max }) => [min, max]),
    ).toEqual([
      [10_000, 10_000],
      [300, 600],
      [1_000, 2_000],
    ]);
    expect(configs.map(({ log }) => log.level)).toEqual(['warn', 'warn', 'warn']);
    expect(new Set([...configs, proxyConfig].map(({ clusterId }) => clusterId)).size).toBe(1);
    expect([proxyConfig.port, proxyConfig.httpPort]).toEqual([2379, 8080]);
  });

  test('start the first node as leader-born, and all as new until the cluster has formed', async () => {
    const layout = await plan();
    const before = layout.record.nodes.map((node) => nodeSettings(layout, node));
    const formed = { ...layout, record: { ...layout.record, formed: true } };
    const after = formed.record.nodes.map((node) => nodeSettings(formed, node));

    expect(before.map(({ program }) => /services.(\w+)/.exec(program)?.[1])).toEqual([
      'leader',
      'follower',
      'follower',
    ]);
    expect(before.map(({ environment }) => environment['CLUSTER_STATE'])).toEqual([
      'new',
      'new',
      'new',
    ]);
    expect(new Set(after.map(({ environment }) => environment['CLUSTER_STATE']))).toEqual(
      new Set(['existing']),
    );
  });
});
