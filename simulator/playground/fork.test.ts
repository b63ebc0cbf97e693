import { Playground, type ForkedNode } from './index.js';
import {
  done,
  elected,
  followersOf,
  leaderOf,
  memberOf,
  refusalOf,
  texts,
  until,
} from './testing/played.js';

/** All of a cluster's directories, as production's storage wrote them. */
function filesOf(playground: Playground): ForkedNode[] {
  const led = leaderOf(playground);
  return playground.sight().members.map(({ node, name }) => {
    const files = playground
      .files(node)
      .map(({ path }) => ({ path, text: playground.readFile(node, path) }));
    return { node, name, files, ...(node === led && { led: true }) };
  });
}

function forked(files: readonly ForkedNode[]): Playground {
  return new Playground({ seed: 99, nodes: files.length, files });
}

/** A cluster with a checkpoint, data behind it, and an isolated leader with an entry that nobody else has. */
function lived(): Playground {
  const playground = elected({ nodes: 3, checkpointEntries: 12 });
  for (let i = 0; i < 20; i += 1) {
    done(playground, { type: 'set', key: `k${String(i)}`, value: 'v', via: 'proxy' });
    playground.advance(200);
  }
  const leader = leaderOf(playground);
  done(playground, { type: 'set', key: 'direct', value: 'v', via: leader });
  playground.advance(600);
  done(playground, { type: 'isolate', node: leader });
  done(playground, { type: 'set', key: 'late', value: 'v', via: leader });
  playground.advance(300);
  return playground;
}

describe('a state that goes on elsewhere', () => {
  const before = lived();
  const files = filesOf(before);
  const leader = leaderOf(before);

  test('is recovered from the files: what was committed is there, and who led leads again', () => {
    const fork = forked(files);
    expect(fork.sight().members.map(({ node, name }) => [node, name])).toEqual(
      before.sight().members.map(({ node, name }) => [node, name]),
    );
    until(fork, () => leaderOf(fork) !== 0);
    expect(leaderOf(fork)).toBe(leader);
    expect(fork.atMs).toBeLessThan(900);
    fork.advance(2_000);
    for (const { node } of fork.sight().members) {
      const keys = fork.keys(node).map(({ key }) => key);
      expect(keys).toEqual(expect.arrayContaining(['k0', 'k19']));
      // Its longer log won, and what it had not committed yet is committed.
      expect(keys).toContain('late');
    }
    expect(memberOf(fork, leader).sight?.term).toBeGreaterThan(1);
    expect(fork.broken()).toEqual([]);
    expect(fork.sight().broken).toBe('');
  });

  test('is as controllable as any other, grows, and is the same whenever it is replayed', () => {
    const fork = forked(files);
    fork.advance(2_000);
    done(fork, { type: 'kill', node: leader });
    done(fork, { type: 'set', key: 'late', value: 'w', via: 'proxy' });
    fork.advance(6_000);
    expect(fork.calls()[0]).toMatchObject({ outcome: 'ok' });
    done(fork, { type: 'add-node' });
    until(fork, () => memberOf(fork, leaderOf(fork)).sight?.voters.length === 4);
    expect(fork.sight().members.at(-1)?.name).toBe('dan');
    fork.advance(2_000);
    expect(fork.keys(fork.sight().members.at(-1)?.node ?? 0)).toHaveLength(22);
    expect(fork.broken()).toEqual([]);
    expect(Playground.replay(fork.script).hash()).toBe(fork.hash());
  });

  test('a node of which nothing is known stays down, and counts as a voter', () => {
    const some = files.map((one) => (one.node === leader ? { ...one, files: [] } : one));
    const fork = forked(some);
    fork.advance(4_000);
    expect(memberOf(fork, leader).state).toBe('down');
    expect(leaderOf(fork)).not.toBe(0);
    expect(fork.keys(leaderOf(fork)).map(({ key }) => key)).not.toContain('late');
    const [other] = followersOf(fork).filter((node) => node !== leader) as [number];
    done(fork, { type: 'kill', node: other });
    fork.advance(4_000);
    expect(leaderOf(fork)).toBe(0);
  });

  test('ids and names are those of the files', () => {
    const one = elected({ nodes: 1 });
    const [mine] = filesOf(one) as [ForkedNode];
    const text = (path: string): string =>
      mine.files.find((file) => file.path === path)?.text ?? '';
    expect(text('identity.json')).toContain('"nodeId":6787');
    const fork = forked([mine]);
    until(fork, () => leaderOf(fork) === 6787);
    expect(() => forked([{ ...mine, node: 4 }])).toThrow(/^node 4: /);
  });

  test('files that no node could start from are refused, with the reason', () => {
    const spoilt = files.map((one) => ({
      ...one,
      files: one.files.map((file) =>
        file.path.startsWith('log/') ? { ...file, text: file.text.replace('k19', 'k18') } : file,
      ),
    }));
    expect(() => forked(spoilt)).toThrow(/^node 678\d: .*log\//);
    expect(() => forked(files.map((one) => ({ ...one, files: [] })))).toThrow(/nothing to fork/);
    const [first] = files as [ForkedNode];
    expect(() => forked([{ ...first, files: first.files.slice(-1) }])).toThrow(/no identity.json/);
    expect(() => forked([first, first])).toThrow(/stands there twice/);
    const other = first.files.map(({ path, text }) => {
      return { path, text: text.replace('"clusterId":"simulated"', '"clusterId":"other"') };
    });
    expect(() => forked([first, { ...first, node: 9, files: other }])).toThrow(
      /of several clusters: simulated and other/,
    );
  });
});

test('a fork says that nothing led, where nothing did', () => {
  const playground = elected();
  for (const { node } of playground.sight().members) done(playground, { type: 'kill', node });
  const fork = forked(filesOf(playground));
  fork.advance(100);
  expect(refusalOf(fork, { type: 'transfer', to: 6787 })).toBe('nobody leads');
  fork.advance(5_000);
  expect(leaderOf(fork)).not.toBe(0);
  expect(texts(fork, 6787)[0]).toMatch(/^recovered its log up to [1-9]/);
});
