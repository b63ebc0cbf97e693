import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterResponse, NodeView } from '#rpc/generated/relevo/v1/admin';
import { NodeRole } from '#rpc/generated/relevo/v1/session';
import { NotHandedOver } from './cluster-status.js';
import { TestWorld } from './testing/test-world.js';

let world: TestWorld;

beforeEach(() => {
  world = new TestWorld();
});

afterEach(() => world.close());

function view(id: number, name: string, role: NodeRole, applied: number): NodeView {
  return {
    connected: true,
    silentMs: 5,
    reads: 150,
    writes: 0,
    address: `127.0.0.1:${id}`,
    state: {
      nodeId: id,
      name,
      role,
      term: 3,
      leader: 6787,
      lastIndex: 12,
      commitIndex: applied,
      appliedIndex: applied,
      checkpointIndex: 4,
      revision: 8,
      healthy: true,
      incarnation: 'x',
      address: `127.0.0.1:${id}`,
      dataDirectory: '/nowhere',
      processId: 4_121,
      voters: 3,
      release: '0.1.0',
      protocolMin: 1,
      protocolMax: 1,
      formatMax: 1,
      formatLevel: 1,
    },
  };
}

function threeNodes(): ClusterResponse {
  return {
    clusterId: 'c',
    servedBy: 'proxy',
    queued: 0,
    nodes: [
      view(6787, 'ada', NodeRole.NODE_ROLE_LEADER, 12),
      view(6788, 'bob', NodeRole.NODE_ROLE_FOLLOWER, 10),
      { connected: false, silentMs: 0, reads: 0, writes: 0, address: '127.0.0.1:6789' },
    ],
  };
}

describe('cluster', () => {
  test('is a row a node: role, term, last, committed, applied, lag', async () => {
    world.cluster = threeNodes();

    const { exit, out } = await world.run('cluster');

    expect(exit).toBe(0);
    expect(out.trim().split('\n')).toEqual([
      'ada\tleader ★\t3\t12\t12\t12\t0\t4\t150\t0\t127.0.0.1:6787\t4121\t0.1.0\t1\t1 of 1',
      'bob\tfollower\t3\t12\t10\t10\t2\t4\t150\t0\t127.0.0.1:6788\t4121\t0.1.0\t1\t1 of 1',
      '?\tunreachable\t-\t-\t-\t-\t-\t-\t-\t-\t127.0.0.1:6789\t-\t-\t-\t-',
    ]);
  });

  test('exits 1 when nobody leads, and says what waits', async () => {
    const [, bob] = threeNodes().nodes;
    if (bob === undefined) throw new Error('there is no second node');
    world.cluster = { ...threeNodes(), nodes: [bob], queued: 7 };
    world.isTerminal = true;
    world.environment = { NO_COLOR: '1' };

    const { exit, out } = await world.run('cluster');

    expect(exit).toBe(1);
    expect(out).toMatch(/^NAME\s+ROLE\s+TERM\s+LAST\s+COMMITTED\s+APPLIED\s+LAG/);
    expect(out).toContain('7 requests wait for a leader');
  });

  test('asked at a node: what it knows of the others, and no more', async () => {
    const [ada, bob, gone] = threeNodes().nodes;
    if (bob?.state === undefined || ada === undefined || gone === undefined) throw new Error();
    const hearsay = { ...bob.state, incarnation: '', term: 0, lastIndex: 11 };
    const unknown = { ...hearsay, name: 'cy', role: NodeRole.NODE_ROLE_UNSPECIFIED, lastIndex: 0 };
    const nodes = [
      ada,
      { ...bob, state: hearsay },
      { ...bob, state: unknown },
      { ...gone, state: unknown },
    ];
    world.cluster = { ...threeNodes(), nodes };

    const { out } = await world.run('cluster', '--node', '6787');

    expect(out.trim().split('\n').slice(1)).toEqual([
      'bob\tfollower\t-\t11\t-\t-\t-\t-\t-\t-\t127.0.0.1:6788\t-\t-\t-\t-',
      'cy\treachable\t-\t-\t-\t-\t-\t-\t-\t-\t127.0.0.1:6788\t-\t-\t-\t-',
      'cy\tunreachable\t-\t-\t-\t-\t-\t-\t-\t-\t127.0.0.1:6789\t-\t-\t-\t-',
    ]);
  });

  test('as JSON, roles are words', async () => {
    world.cluster = threeNodes();

    const { out } = await world.run('cluster', '-o', 'json');
    const lines = await world.run('cluster', '-o', 'ndjson');

    const { nodes } = JSON.parse(out) as { nodes: { state?: { role: string; name: string } }[] };
    expect(nodes.map(({ state }) => state?.role)).toEqual(['leader', 'follower', undefined]);
    expect(nodes[0]).toMatchObject({ reads: 150, state: { name: 'ada', term: 3 } });
    const [first = ''] = lines.out.split('\n');
    expect(JSON.parse(first)).toMatchObject({ state: { name: 'ada', role: 'leader' } });
  });

  test('leaves out columns where the terminal is narrow, and names them', async () => {
    world.cluster = threeNodes();
    world.isTerminal = true;
    world.environment = { NO_COLOR: '1' };
    const linesAt = async (columns: number): Promise<readonly string[]> => {
      world.columns = columns;
      return (await world.run('cluster')).out.trimEnd().split('\n');
    };
    expect((await linesAt(150))[0]).toMatch(/ADDRESS +PID +RELEASE +PROTOCOL +FORMAT$/);
    expect((await linesAt(110))[0]).toMatch(/CHECKPOINT +READS +WRITES +ADDRESS +PID$/);
    for (const columns of [80, 60]) {
      const lines = await linesAt(columns);
      expect(lines.every((line) => line.length < columns)).toBe(true);
      expect(lines[0]).toMatch(/^NAME +ROLE +TERM .*COMMITTED +APPLIED +LAG/);
      expect(lines.at(-1)).toMatch(
        /^not shown: FORMAT, PROTOCOL(, RELEASE, CHECKPOINT, PID| and \d more \(-o json\))/,
      );
    }
  });

  test('-w draws until Ctrl+C', async () => {
    world.cluster = threeNodes();
    const interrupt = new AbortController();
    setImmediate(() => {
      interrupt.abort();
    });

    const { exit, out } = await world.runUntil(interrupt.signal, 'cluster', '-w');

    expect(exit).toBe(130);
    expect(out).toContain('ada');
  });
});

describe('transfer', () => {
  beforeEach(() => {
    world.cluster = threeNodes();
    world.transfer = (to) =>
      Promise.resolve({ leader: to === 0 ? 6788 : to, previous: 6787, term: 4, tookMs: 31 });
  });

  test('names who led, who leads, the term and the time; the node by name, id, port or address', async () => {
    const asked: number[] = [];
    const { transfer } = world;
    world.transfer = (to) => {
      asked.push(to);
      return transfer(to);
    };

    const { exit, out } = await world.run('transfer', 'bob');
    for (const name of ['6788', '127.0.0.1:6788']) await world.run('transfer', name);
    await world.run('transfer');

    expect({ exit, out }).toEqual({ exit: 0, out: 'ada\tbob\t4\t31\n' });
    expect(asked).toEqual([6788, 6788, 6788, 0]);
  });

  test('for people, and as JSON', async () => {
    world.isTerminal = true;
    world.environment = { NO_COLOR: '1' };

    const shown = await world.run('transfer', 'bob');
    const kept = await world.run('transfer', 'ada');
    const json = await world.run('transfer', 'bob', '-o', 'ndjson');

    expect(shown.out).toBe('ada -> bob: leads in term 4, after 31 ms\n');
    expect(kept.out).toBe('ada leads already, in term 4\n');
    expect(JSON.parse(json.out)).toEqual({ from: 'ada', to: 'bob', term: 4, ms: 31 });
  });

  test('exits 1 when another took over than was asked for, or nobody did; 2 for a stranger', async () => {
    world.transfer = () => Promise.resolve({ leader: 6788, previous: 6787, term: 4, tookMs: 31 });
    expect((await world.run('transfer', 'ada')).exit).toBe(1);
    world.transfer = () => Promise.reject(new NotHandedOver('ada leads on'));
    expect(await world.run('transfer', 'bob')).toMatchObject({
      exit: 1,
      err: 'relevo: ada leads on\n',
    });
    const stranger = await world.run('transfer', 'eve');
    expect(stranger.exit).toBe(2);
    expect(stranger.err).toMatch(/there is no node eve; the nodes are ada, bob/);
  });
});

describe('rolling', () => {
  /** Only the leader is left to be seen to, and its command fails: what comes before is what counts. */
  async function rollingWith(kept: number): Promise<{ asked: number; exit: number; err: string }> {
    world.cluster = {
      ...threeNodes(),
      nodes: [view(6787, 'ada', NodeRole.NODE_ROLE_LEADER, 12)],
    };
    let asked = 0;
    world.transfer = () => {
      asked += 1;
      return asked <= kept
        ? Promise.reject(new NotHandedOver('ada leads on'))
        : Promise.resolve({ leader: 6788, previous: 6787, term: 4, tookMs: 31 });
    };
    const { exit, err } = await world.run('rolling', '--run', 'exit 9');
    return { asked, exit, err };
  }

  test('R50 asks a leader that kept the leadership again, and gives up at the third time', async () => {
    const { asked, err } = await rollingWith(2);
    expect(asked).toBe(3);
    expect(err).toMatch(
      /ada leads on; it is asked again\n.*ada: the command ended with 9; no other/s,
    );

    const kept = await rollingWith(3);
    expect(kept).toMatchObject({ asked: 3, exit: 1 });
    expect(kept.err).toMatch(/relevo: ada leads on\n$/);
    expect(kept.err).not.toContain('the command ended');
  });
});

describe('watch', () => {
  test('shows what was put and deleted below the prefix, and nothing else', async () => {
    await world.run('set', 'a/old', '1');
    const watching = world.run('watch', 'a/', '--interval', '1ms', '--count', '3');
    // Its first look is over when it asks for the revision again.
    const looks = (): number => world.node.requests.filter(({ kind }) => kind === 2).length;
    while (looks() < 2) await new Promise((resolve) => setImmediate(resolve));
    const client = await world.connect(['127.0.0.1:1'], {});

    await client.put('b', 'elsewhere');
    await client.put('a/new', '2');
    const seen = looks();
    while (looks() < seen + 3) await new Promise((resolve) => setImmediate(resolve));
    await client.txn({
      success: [
        { kind: 'put', key: 'a/new', value: '3' },
        { kind: 'delete', key: 'a/old' },
      ],
    });

    const { exit, out } = await watching;
    expect(exit).toBe(0);
    expect(out).toBe('4\tput\ta/new\t2\n5\tput\ta/new\t3\n5\tdelete\ta/old\n');
  });

  test('ends with Ctrl+C', async () => {
    const interrupt = new AbortController();
    const watching = world.runUntil(interrupt.signal, 'watch');
    while (world.node.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    interrupt.abort();
    expect((await watching).exit).toBe(130);
  });
});

describe('files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-files-'));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', '0004.jsonl'), '{"first":1}\n{"second":2}\n');
    writeFileSync(join(folder, 'vote.json'), '');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('lists size, sha256 and first line, as sha256sum has it with raw', async () => {
    const raw = await world.run('files', folder, '-o', 'raw');
    const json = await world.run('files', folder, '-o', 'ndjson');

    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(raw.out).toContain(`${empty}  vote.json\n`);
    const [first = ''] = json.out.split('\n');
    expect(JSON.parse(first)).toMatchObject({
      path: 'data/0004.jsonl',
      size: 25,
      firstLine: '{"first":1}',
    });
  });

  test('finds the directory by the name of a node on this machine', async () => {
    world.cluster = threeNodes();
    const [ada] = world.cluster.nodes;
    if (ada?.state !== undefined) ada.state.dataDirectory = folder;

    expect((await world.run('files', 'ada')).out).toContain('vote.json');
    expect((await world.run('files', 'leader')).out).toContain('vote.json');
    expect(await world.run('files', 'bob')).toMatchObject({ exit: 2 });
    expect((await world.run('files', 'eve')).err).toContain('there are: ada, bob');
  });
});

describe('completion', () => {
  test('is a script that bash accepts, with every verb', async () => {
    const { exit, out } = await world.run('completion', 'bash');

    expect(exit).toBe(0);
    expect(() => execFileSync('bash', ['-n'], { input: out })).not.toThrow();
    const offered = execFileSync('bash', ['-s'], {
      input: `${out}\nCOMP_WORDS=(relevo cl); COMP_CWORD=1; _relevo; echo "\${COMPREPLY[@]}"`,
      encoding: 'utf8',
    });
    expect(offered.trim()).toBe('cluster');
  });

  test('for an unknown shell is wrong usage', async () => {
    expect(await world.run('completion', 'fish')).toMatchObject({ exit: 2 });
  });
});
