import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  asksForHelp,
  ConfigError,
  envExample,
  loadClientConfig,
  loadNodeConfig,
  loadProxyConfig,
  nodeUsage,
  type Problem,
  proxyUsage,
  quorumOf,
} from '#config';
import type { SettingTable } from './setting.js';
import { CLIENT_SETTINGS, NODE_SETTINGS, PROXY_SETTINGS } from './settings.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const node = (argv: string[] = [], environment: Record<string, string> = {}) =>
  loadNodeConfig(argv, environment, directory);

function problemsOf(load: () => unknown): readonly Problem[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const listOf = (count: number): string =>
  Array.from({ length: count }, (_, at) => `${at + 1}=127.0.0.1:${5001 + at}`).join(',');

test('R2 without any setting it is the first of the trio', () => {
  expect(node()).toMatchObject({
    nodeId: 6787,
    name: 'ada',
    port: 6787,
    peerPort: 16787,
    httpPort: 26787,
    host: '127.0.0.1',
    dataDirectory: join(directory, 'data', 'ada'),
    electionTimeoutMsMin: 1000,
    electionTimeoutMsMax: 2000,
    heartbeatMs: 100,
  });
  expect(node([], { NODE_ID: '6789' })).toMatchObject({ name: 'cy', port: 6789, peerPort: 16789 });
});

test('flags come before the environment, before .env, before defaults; empty is not given', () => {
  const names = (argv: string[], environment: Record<string, string>) =>
    node(argv, environment).name;
  expect(names([], {})).toBe('ada');
  writeFileSync(join(directory, '.env'), 'NODE_NAME="Michel" # R10\n\n');
  expect(names([], {})).toBe('Michel');
  expect(names([], { NODE_NAME: '' })).toBe('Michel');
  expect(names([], { NODE_NAME: 'Ana', SOMETHING: 'else' })).toBe('Ana');
  expect(names(['--node-name', 'Eva'], { NODE_NAME: 'Ana' })).toBe('Eva');
  expect(names(['--node-name=Eva'], { NODE_NAME: 'Ana' })).toBe('Eva');
});

test('R11 all wrong settings are reported at once, by name, with what was given and is right', () => {
  const problems = problemsOf(() =>
    node(['--nod', '3', '--port', '--heartbeat', '900ms', '--log-level=loud', 'stray'], {
      NODE_ID: 'x',
      QUORUM: '9',
      CHECKPOINT_BYTES: '-1',
      CLUSTER_STATE: 'old',
    }),
  );
  const byName = new Map(problems.map((each) => [each.name, each]));
  expect([...byName.keys()].sort()).toEqual([
    '"stray"',
    '--nod',
    '--port',
    'CHECKPOINT_BYTES',
    'CLUSTER_STATE',
    'HEARTBEAT',
    'LOG_LEVEL',
    'NODE_ID',
    'QUORUM',
  ]);
  expect(byName.get('NODE_ID')).toEqual({
    name: 'NODE_ID',
    given: '"x" (environment)',
    expected: 'expected a whole number from 1 to 2147483647',
  });
  expect(byName.get('LOG_LEVEL')?.given).toBe('"loud" (--log-level)');
  const { message } = new ConfigError(problems);
  expect(message).toMatch(/^9 settings are wrong; nothing was started:\n/);
  expect(message).toContain('  NODE_ID is "x" (environment): expected a whole number');
});

test('R7 an election timeout is a range or a fixed time', () => {
  const timeouts = (text: string) => {
    const { electionTimeoutMsMin, electionTimeoutMsMax } = node([], { ELECTION_TIMEOUT: text });
    return [electionTimeoutMsMin, electionTimeoutMsMax];
  };
  expect(timeouts('10s')).toEqual([10_000, 10_000]);
  expect(timeouts('300-600ms')).toEqual([300, 600]);
  expect(timeouts('500ms-2s')).toEqual([500, 2000]);
  for (const wrong of ['10', '2s-1s', '1-2', '0ms', 'fast', '1s-2s-3s', '10ms-20ms']) {
    expect(problemsOf(() => timeouts(wrong)).map(({ name }) => name)).toEqual(['ELECTION_TIMEOUT']);
  }
});

test('a heartbeat is at most a third of the election timeout, by default too', () => {
  expect(node([], { ELECTION_TIMEOUT: '150-300ms' }).heartbeatMs).toBe(50);
  const given = { ELECTION_TIMEOUT: '300ms', HEARTBEAT: '100ms' };
  expect(node([], given).heartbeatMs).toBe(100);
  const [problem] = problemsOf(() => node([], { ...given, HEARTBEAT: '101ms' }));
  expect(problem).toMatchObject({ name: 'HEARTBEAT' });
  expect(problem?.expected).toMatch(
    /at most 100ms, a third of the least ELECTION_TIMEOUT \(300ms\)/,
  );
});

test.each([
  [1, 1],
  [3, 2],
  [4, 3],
  [5, 3],
])('R8 the quorum of %i nodes is %i; a value that contradicts it refuses', (count, quorum) => {
  expect(quorumOf(count)).toBe(quorum);
  const environment = { NODES: listOf(count), NODE_ID: '1' };
  expect(node([], { ...environment, QUORUM: String(quorum) }).quorum).toBe(quorum);
  const [problem] = problemsOf(() => node([], { ...environment, QUORUM: String(quorum + 1) }));
  expect(problem?.name).toBe('QUORUM');
  expect(problem?.expected).toMatch(
    new RegExp(`expected ${quorum}, which is floor\\(${count} / 2`),
  );
});

describe('NODES', () => {
  test('R9 has one spelling, whatever the order', () => {
    const one = node([], { NODES: '3=c:3001, 1=a:1001,2=b:2001/4444', NODE_ID: '2' });
    const other = node([], { NODES: '1=a:1001,2=b:2001/4444,3=c:3001/13001', NODE_ID: '1' });
    expect(one.nodeList).toBe('1=a:1001,2=b:2001/4444,3=c:3001');
    expect(other.nodeList).toBe(one.nodeList);
    expect(other.clusterId).toBe(one.clusterId);
    expect(one).toMatchObject({ port: 2001, peerPort: 4444, httpPort: 22001, name: 'node-2' });
  });

  test("the cluster's id depends on its name and list, and nothing else", () => {
    const id = (environment: Record<string, string>) => node([], environment).clusterId;
    expect(id({})).toMatch(/^[0-9a-f]{16}$/);
    expect(id({ NODE_ID: '6788', HEARTBEAT: '50ms' })).toBe(id({}));
    expect(id({ CLUSTER_NAME: 'other' })).not.toBe(id({}));
    expect(id({ NODES: listOf(3), NODE_ID: '1' })).not.toBe(id({}));
    expect(loadProxyConfig([], {}, directory).clusterId).toBe(id({}));
  });

  test('takes IPv6 addresses in brackets', () => {
    const { nodes, nodeList } = node([], { NODES: '1=[::1]:5001', NODE_ID: '1' });
    expect(nodes).toEqual([{ id: 1, host: '::1', port: 5001, peerPort: 15001 }]);
    expect(nodeList).toBe('1=[::1]:5001');
  });

  test.each([
    'a:1',
    '1=a',
    '1=a:0',
    '1=a:70000',
    '0=a:1',
    '1=a:1,1=b:2',
    '1=a:1,2=a:1',
    '1=a:1,',
    '1=a:60000',
    '1=a b:1',
    listOf(10),
  ])('%s is refused by name', (NODES) => {
    const [problem] = problemsOf(() => node([], { NODES, NODE_ID: '1' }));
    expect(problem?.name).toBe('NODES');
    expect(problem?.expected).toMatch(/1 to 9 nodes as id=host:port/);
  });

  test('has to know the node itself', () => {
    const [problem] = problemsOf(() => node([], { NODE_ID: '7' }));
    expect(problem).toMatchObject({
      name: 'NODE_ID',
      expected: 'expected one of the ids in NODES: 6787, 6788, 6789',
    });
  });
});

describe('contradictions', () => {
  const cases: [string, Record<string, string>, string, RegExp][] = [
    ['a peer port that nobody looks for', { PEER_PORT: '7000' }, 'PEER_PORT', /16787.*\/7000/],
    ['one port twice', { HTTP_PORT: '6787' }, 'HTTP_PORT', /three different ports/],
    ['a port too high for HTTP', { PORT: '50000' }, 'HTTP_PORT', /is 70000; set HTTP_PORT/],
    [
      'an address that others can not reach',
      { NODES: '6787=10.0.0.5:6787,6788=10.0.0.6:6788' },
      'HOST',
      /NODES has this node at 10\.0\.0\.5/,
    ],
    [
      'values larger than requests',
      { MAX_VALUE_BYTES: '2MiB' },
      'MAX_REQUEST_BYTES',
      /1052672|2101248/,
    ],
  ];
  test.each(cases)('%s', (_, environment, name, expected) => {
    const problems = problemsOf(() => node([], environment));
    expect(problems.map((each) => each.name)).toEqual([name]);
    expect(problems[0]?.expected).toMatch(expected);
  });

  test('what is wrong by itself is not blamed for more', () => {
    const problems = problemsOf(() => node([], { NODES: 'nonsense', QUORUM: '2', PEER_PORT: '3' }));
    expect(problems.map(({ name }) => name)).toEqual(['NODES']);
  });
});

test('sizes and truths are written as people write them', () => {
  const config = node(['--reflection', '--max-key-bytes', '1KiB', '--checkpoint-bytes=1.5MiB'], {
    ALLOW_FORCED_ELECTION: 'yes',
    HISTORY_BYTES: '1gib',
  });
  expect(config).toMatchObject({
    reflection: true,
    allowForcedElection: true,
    limits: { keyBytesMax: 1024 },
    checkpoint: { bytesMax: 1_572_864 },
    history: { bytesMax: 2 ** 30 },
  });
  expect(node(['--reflection', '--node-id', '6788'])).toMatchObject({
    reflection: true,
    nodeId: 6788,
  });
  expect(node(['--reflection', 'false']).reflection).toBe(false);
});

test('a configuration is frozen all the way down', () => {
  const config = node() as { limits: { keyBytesMax: number } };
  expect(() => {
    config.limits.keyBytesMax = 1;
  }).toThrow(TypeError);
  expect(Object.isFrozen(loadProxyConfig([], {}, directory).nodes[0])).toBe(true);
});

test('a .env that can not be read is said, not passed over', () => {
  mkdirSync(join(directory, '.env'));
  const [problem] = problemsOf(() => node());
  expect(problem?.name).toBe('.env');
  expect(problem?.expected).toMatch(/can't be read \(EISDIR\)/);
});

test('a proxy and a client have settings of their own, and refuse unknown flags too', () => {
  expect(loadProxyConfig(['--proxy-port', '2380'], {}, directory)).toMatchObject({
    name: 'proxy-2380',
    port: 2380,
    httpPort: 8080,
    queueTimeoutMs: 15_000,
    readFromLeader: true,
  });
  const same = { PROXY_PORT: '8080' };
  expect(problemsOf(() => loadProxyConfig([], same, directory))[0]?.name).toBe('PROXY_HTTP_PORT');
  expect(problemsOf(() => loadProxyConfig(['--node-id', '1'], {}, directory))).toHaveLength(1);
  expect(
    loadClientConfig(['--timeout', '5s'], { RELEVO_ENDPOINTS: 'localhost:1, [::1]:2' }, directory),
  ).toEqual({
    ...{ endpoints: ['localhost:1', '[::1]:2'], timeoutMs: 5000, consistency: 'linearizable' },
    ...{ tlsDirectory: null, plaintext: 'loopback' },
  });
  expect(problemsOf(() => loadClientConfig(['--endpoints', 'a'], {}, directory))).toHaveLength(1);
});

describe('plain connections stay on this machine, unless TLS_DIR or PLAINTEXT says otherwise', () => {
  const NODES = '6787=10.0.0.1:6787,6788=10.0.0.2:6788,6789=10.0.0.3:6789';

  test.each([
    [
      'a node that listens',
      () => loadNodeConfig([], { HOST: '0.0.0.0', NODES }, directory),
      'HOST',
    ],
    [
      'a proxy that listens',
      () => loadProxyConfig([], { PROXY_HOST: '::' }, directory),
      'PROXY_HOST',
    ],
    ['a proxy that dials', () => loadProxyConfig([], { NODES }, directory), 'NODES'],
    [
      'a client that dials',
      () => loadClientConfig(['--endpoints=127.0.0.1:1,ada:2'], {}, directory),
      'RELEVO_ENDPOINTS',
    ],
  ])('%s elsewhere is told what to do', (_what, load, name) => {
    const [problem, ...others] = problemsOf(load);
    expect(others).toEqual([]);
    expect(problem?.name).toBe(name);
    expect(problem?.expected).toMatch(/TLS_DIR.*relevo certs.*PLAINTEXT=all/);
  });

  test.each([{ TLS_DIR: 'tls' }, { PLAINTEXT: 'all' }])('with %j it may', (said) => {
    const node = loadNodeConfig([], { HOST: '0.0.0.0', NODES, ...said }, directory);
    const proxy = loadProxyConfig([], { PROXY_HOST: '0.0.0.0', NODES, ...said }, directory);
    const client = loadClientConfig(['--endpoints=ada:2'], said, directory);
    const folder = 'TLS_DIR' in said ? join(directory, 'tls') : null;
    for (const config of [node, proxy, client]) expect(config.tlsDirectory).toBe(folder);
  });

  test('health and metrics alone do not let data go in plain', () => {
    const said = { HOST: '0.0.0.0', NODES, PLAINTEXT: 'http' };
    expect(problemsOf(() => loadNodeConfig([], said, directory))).toHaveLength(1);
  });
});

test('what an object has of its prototype is no setting, nor a value of one', () => {
  for (const word of ['constructor', '__proto__', 'toString', 'valueOf']) {
    const said = { READ_FROM_LEADER: word };
    expect(problemsOf(() => loadProxyConfig([], said, directory))).toHaveLength(1);
  }
  writeFileSync(join(directory, '.env'), 'PORT=5000\n__proto__=1\n');
  const problems = problemsOf(() => loadNodeConfig([], {}, directory));
  expect(problems.map(({ name }) => name)).toEqual(['__proto__']);
});

test('what was typed is shown without what a terminal would obey', () => {
  const load = () => loadClientConfig(['--consistency=\x1b[31m\x7f\u202e'], {}, directory);
  expect(load).toThrow(ConfigError);
  try {
    load();
  } catch (error) {
    expect((error as Error).message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});

const TABLES: Readonly<Record<string, SettingTable>> = {
  node: NODE_SETTINGS,
  proxy: PROXY_SETTINGS,
  client: CLIENT_SETTINGS,
};

describe.each(Object.entries(TABLES))('R11 the table of the %s', (_kind, table) => {
  test.each(Object.values(table).map((each) => [each.name, each] as const))(
    '%s has unit, default and reason, and stands in .env.example',
    (name, each) => {
      expect(each.unit).not.toBe('');
      expect(each.reason.length).toBeGreaterThan(20);
      expect(each.reason).toMatch(/[.]$/);
      if (each.default !== null) expect(each.parser.parse(each.default)).not.toBeNull();
      expect(envExample()).toContain(`\n#${name}=${each.default ?? ''}\n`);
    },
  );

  test('has each name and flag once', () => {
    const all = Object.values(table);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(({ flag }) => flag)).size).toBe(all.length);
  });
});

test('R11 .env.example is what the tables say, and as a .env it changes nothing', () => {
  const file = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  expect(file).toBe(envExample());
  const plain = node();
  writeFileSync(join(directory, '.env'), file.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
  expect(node()).toEqual(plain);
});

test('--help names every flag, and is no wrong setting', () => {
  for (const each of Object.values(NODE_SETTINGS)) expect(nodeUsage('x')).toContain(each.flag);
  for (const each of Object.values(PROXY_SETTINGS)) expect(proxyUsage('x')).toContain(each.flag);
  expect(asksForHelp(['--node-id', '1', '--help'])).toBe(true);
  expect(asksForHelp([])).toBe(false);
  expect(node(['--help']).nodeId).toBe(6787);
});
