import { logIndex, nodeId, term } from '#raft';
import { commands, StorageBench } from '#simulator';
import { voteFile } from './identity.js';
import { compare, inspect, type Inspection } from './inspect.js';
import { segmentPath } from './paths.js';

function written(seed: number, entryTerm = 1): StorageBench {
  const bench = new StorageBench(seed);
  bench.start();
  bench.storage.saveVote({ term: term(2), votedFor: nodeId(3) });
  bench.storage.append(commands(1, 3));
  bench.settle();
  bench.storage.noteCommit(logIndex(2));
  bench.storage.append(commands(4, 2, entryTerm));
  while (bench.deliver());
  return bench;
}

const inspected = (bench: StorageBench): Inspection => bench.disk.runStart(inspect());

test('an inspection tells what is committed, what is confirmed, and what is not', () => {
  const bench = written(1);
  const before = JSON.stringify(bench.disk.files());

  const found = inspected(bench);

  expect(found.entries.map(({ index, standing, line }) => [index, standing, line])).toEqual([
    [1, 'committed', 2],
    [2, 'committed', 3],
    [3, 'confirmed', 4],
    [4, 'unconfirmed', 7],
    [5, 'unconfirmed', 8],
  ]);
  expect(found.notes.map(({ synced, committed, line }) => [synced, committed, line])).toEqual([
    [3, 0, 5],
    [3, 2, 6],
  ]);
  expect(found).toMatchObject({
    identity: { name: 'ada', nodeId: 1 },
    vote: { term: 2, votedFor: 3 },
    confirmed: 3,
    committed: 2,
    bad: null,
    verdict: { code: 'sound' },
  });
  expect(JSON.stringify(bench.disk.files())).toBe(before);
});

test('a tail and damage are told apart, and nothing is changed', () => {
  const bench = written(1);
  const text = bench.text(segmentPath(1));
  bench.disk.plant(segmentPath(1), new TextEncoder().encode(`${text}{"ind`));
  expect(inspected(bench)).toMatchObject({
    bad: { line: 9, expected: 6, isDamage: false },
    verdict: { code: 'tail-will-be-cut', message: expect.stringContaining('line 9') as unknown },
  });

  bench.disk.plant(segmentPath(1), new TextEncoder().encode(text.replace('v1.2', 'v1.X')));

  expect(inspected(bench)).toMatchObject({
    bad: { line: 3, expected: 2, isDamage: true },
    verdict: {
      code: 'refused',
      message: expect.stringContaining('Entry 2 belongs there') as unknown,
    },
  });
  expect(bench.disk.files().some(([name]) => name.startsWith('quarantine'))).toBe(false);
});

test("a file of another node's directory is named", () => {
  const bench = written(1);
  const vote = bench.text('vote.json');
  const foreign = voteFile({
    owner: { clusterId: 'a1b2c3d4', storeId: '99aa' },
    vote: { term: term(7), votedFor: nodeId(1) },
  });
  bench.disk.plant('vote.json', foreign);

  expect(inspected(bench)).toMatchObject({
    segments: [{ owner: { clusterId: 'a1b2c3d4', storeId: '0011223344' } }],
    verdict: {
      code: 'refused',
      message: expect.stringMatching(/^vote\.json, line 1: .*another directory.*99aa/) as unknown,
    },
  });
  bench.disk.plant('vote.json', new TextEncoder().encode(vote));
  expect(inspected(bench)).toMatchObject({ verdict: { code: 'sound' } });
});

test('an empty directory is blank', () => {
  expect(inspected(new StorageBench(1))).toMatchObject({ verdict: { code: 'blank' }, entries: [] });
});

test('directories of equal logs do not differ, however far each one is', () => {
  const ahead = written(2);
  ahead.storage.append(commands(6, 4));
  ahead.settle();

  const found = compare([
    { name: 'a', inspection: inspected(written(1)) },
    { name: 'b', inspection: { ...inspected(ahead), identity: null } },
  ]);

  expect(found.differences).toEqual([]);
  expect(found.positions).toEqual([
    { name: 'a', last: 5, committed: 2, checkpoint: 0 },
    { name: 'b', last: 9, committed: 2, checkpoint: 0 },
  ]);
});

test('the first entry that differs is named, and whether both call it committed', () => {
  const found = compare([
    { name: 'a', inspection: inspected(written(1)) },
    { name: 'b', inspection: inspected(written(2, 2)) },
  ]);

  expect(found.differences).toMatchObject([
    { kind: 'node', message: 'both are node 1' },
    {
      kind: 'entry',
      index: 4,
      message: expect.stringContaining('will be replaced') as unknown,
      values: [{ name: 'a' }, { name: 'b', value: expect.stringContaining('"term":2') as unknown }],
    },
  ]);
});
