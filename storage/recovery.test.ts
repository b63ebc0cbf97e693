/** R38, rule 41: what a start makes of files that are not as they were written. */
import { logIndex, nodeId, term } from '#raft';
import { BENCH_EXPECTATION, commands, StorageBench } from '#simulator';
import { checkpointFooter, checkpointHeader } from './checkpoint-file.js';
import { crc32c } from './crc32c.js';
import { concatenate } from './mirror.js';
import { checkpointPath, segmentPath } from './paths.js';
import { noteLine } from './note.js';
import { Storage } from './storage.js';
import type { Owner, Recovered } from './types.js';

const LOG = segmentPath(1);
const MEMBERSHIP = { voters: [nodeId(1), nodeId(2), nodeId(3)], learners: [] };
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A directory with some entries in three writes, everything confirmed by a note. */
function written(): StorageBench {
  // Small enough that a marker ends a segment.
  const bench = new StorageBench(7, { segmentBytes: 8192 });
  bench.start();
  bench.storage.saveVote({ term: term(1), votedFor: nodeId(2) });
  for (const first of [1, 4, 7]) {
    bench.storage.append(commands(first, 3));
    bench.settle();
    bench.storage.noteCommit(logIndex(first));
  }
  bench.settle();
  bench.kill();
  return bench;
}

function checkpointed(): StorageBench {
  const bench = written();
  bench.start();
  const marker = { index: logIndex(10), term: term(1), membership: MEMBERSHIP };
  bench.storage.append([{ ...marker, body: { kind: 'checkpoint' } }, ...commands(11, 2)]);
  bench.settle();
  bench.storage.noteCommit(logIndex(12));
  const lines = ['{"revision":9}', '{"key":"k1","value":"é"}', '{"key":"k2","value":"2"}'];
  bench.storage.beginCheckpoint(marker, {
    next: (max) => (lines.length === 0 ? null : lines.splice(0, max)),
    close: () => undefined,
  });
  bench.settle();
  bench.kill();
  return bench;
}

/** What recovery makes of one file changed, on a copy of the disk. */
function withFile(bench: StorageBench, path: string, contents: Uint8Array | null): Outcome {
  const before = bench.disk.snapshot();
  bench.disk.plant(path, contents);
  const planted = JSON.stringify(bench.disk.files());
  const found = bench.recover();
  const untouched = JSON.stringify(bench.disk.files()) === planted;
  bench.disk.restore(before);
  return { found, untouched };
}

interface Outcome {
  readonly found: ReturnType<StorageBench['recover']>;
  readonly untouched: boolean;
}

const isRefusal = (found: Outcome['found']): found is Exclude<Outcome['found'], Recovered> =>
  'code' in found;

const summary = ({ entries, vote, checkpoint, stateLines, identity }: Recovered): string =>
  JSON.stringify({ entries, vote, checkpoint, stateLines, identity });

function undamaged(bench: StorageBench): string {
  const before = bench.disk.snapshot();
  const found = bench.recover();
  bench.disk.restore(before);
  if (isRefusal(found)) throw new Error(found.message);
  return summary(found);
}

/** The last entries before a checkpoint, unconfirmed by their own segment: the checkpoint may stand for them. */
function withoutReplaced(bench: StorageBench): string {
  const before = bench.disk.snapshot();
  const found = bench.recover();
  bench.disk.restore(before);
  if (isRefusal(found)) throw new Error(found.message);
  const first = found.checkpoint?.index ?? 0;
  return summary({ ...found, entries: found.entries.filter(({ index }) => index > first) });
}

test.each([
  ['vote.json', written],
  ['identity.json', written],
  [LOG, written],
  [LOG, checkpointed],
  [segmentPath(11), checkpointed],
  ['data/00000000000000000010.jsonl', checkpointed],
])('R38, rule 41: any byte of a confirmed %s flipped is refused or harmless', (path, make) => {
  const bench = make();
  const whole = undamaged(bench);
  const replaced = withoutReplaced(bench);
  const file = bench.file(path);
  // From here on, no note in this segment confirms the entries that are to follow.
  const unconfirmed = path === LOG ? bench.text(LOG).indexOf('{"note":{"synced":9') : file.length;
  let refused = 0;
  for (let at = 0; at < file.length; at++) {
    for (const flip of [0x01, 0x0a ^ (file[at] ?? 0)]) {
      if (flip === 0) continue;
      const changed = file.slice();
      changed[at] = (changed[at] ?? 0) ^ flip;
      const { found, untouched } = withFile(bench, path, changed);
      if (isRefusal(found)) {
        refused++;
        expect(found.code).toBe('damaged');
        expect(found.message).toContain(`${path}, line `.slice(0, path.length));
        expect(found.message).toContain('Restore the file');
        expect(untouched).toBe(true);
      } else if (summary(found) !== whole && !(at >= unconfirmed && summary(found) === replaced)) {
        throw new Error(`byte ${at} ^ ${flip} was not noticed:\n${decoder.decode(changed)}`);
      }
    }
  }
  expect(refused).toBeGreaterThan(file.length);
});

test('R32, R38: a log that is cut at any length keeps whole entries, or is refused', () => {
  const bench = written();
  const file = bench.file(LOG);
  const text = decoder.decode(file);
  const header = text.indexOf('\n') + 1;
  for (let size = 0; size < file.length; size++) {
    const { found } = withFile(bench, LOG, file.slice(0, size));
    const lines = text.slice(0, size).split('\n').slice(0, -1);
    const whole = lines.filter((line) => line.startsWith('{"index"'));
    if (size < header) {
      expect(found).toMatchObject({ code: 'damaged' });
    } else if (isRefusal(found)) {
      throw new Error(`a tail that was lost at byte ${size} was refused: ${found.message}`);
    } else {
      expect(found.entries).toHaveLength(whole.length);
    }
  }
});

describe('rule 41: lines that are not where they were', () => {
  const bench = written();
  const lines = bench.text(LOG).split('\n');
  const entries = lines.flatMap((line, at) => (line.startsWith('{"index"') ? [at] : []));
  const without = (at: number): string[] => lines.filter((_, line) => line !== at);
  const swapped = (at: number, other: number): string[] =>
    lines.map(
      (line, place) => (place === at ? lines[other] : place === other ? lines[at] : line) ?? line,
    );
  const doubled = (at: number): string[] =>
    lines.flatMap((line, place) => (place === at ? [line, line] : [line]));
  const outcome = (changed: string[]): Outcome =>
    withFile(bench, LOG, encoder.encode(changed.join('\n')));

  test.each(entries)('the entry in line %i dropped, doubled, or swapped with the next', (at) => {
    const next = entries[entries.indexOf(at) + 1];
    expect(outcome(without(at)).found).toMatchObject({ code: 'damaged' });
    if (next === undefined) {
      // Behind the last entry there is nothing confirmed: what stands there twice is cut.
      const { found } = outcome(doubled(at));
      expect(isRefusal(found) ? found.message : found.entries.length).toBe(9);
      return;
    }
    expect(outcome(doubled(at)).found).toMatchObject({ code: 'damaged' });
    expect(outcome(swapped(at, next)).found).toMatchObject({ code: 'damaged' });
  });

  test('the message names file, line, what is wrong and what to do', () => {
    const { found, untouched } = outcome(without(entries[4] ?? 0));

    expect(found).toMatchObject({
      message: expect.stringMatching(
        /^log\/0{19}1\.jsonl, line 8: its checksum is [0-9a-f]{8}, and [0-9a-f]{8} was expected\. Entry 5 belongs there or behind, and entries up to 9 were synced: this is damage, not a write that a crash cut short\. Nothing was changed\. Restore/,
      ) as unknown,
    });
    expect(untouched).toBe(true);
  });
});

test('rule 41: an unsynced tail of which a later page survived without an earlier one is cut', () => {
  const bench = new StorageBench(3);
  bench.start();
  bench.storage.append(commands(1, 3));
  bench.settle();
  const synced = bench.file(LOG).length;
  bench.storage.append(commands(4, 40));
  bench.wait(0.01);
  bench.kill();
  const torn = bench.file(LOG).slice();
  torn.fill(0, Math.ceil(synced / 512) * 512, Math.ceil(synced / 512) * 512 + 512);

  const { found } = withFile(bench, LOG, torn);

  if (isRefusal(found)) throw new Error(found.message);
  expect(found.entries.length).toBeGreaterThanOrEqual(3);
  expect(found.entries.length).toBeLessThan(10);
  expect(found.remarks).toEqual([expect.stringContaining('it was never synced')]);
});

test('what is cut is kept in quarantine with the reason', () => {
  const bench = written();
  const tail = '{"index":10,"te';
  bench.disk.plant(LOG, encoder.encode(bench.text(LOG) + tail));

  bench.start();

  expect(bench.text('quarantine/0001-log-00000000000000000001.jsonl')).toBe(tail);
  expect(bench.text('quarantine/0001-log-00000000000000000001.jsonl.reason.txt')).toContain(
    'No note confirms entry 10',
  );
});

test('a missing vote beside a log refuses to start (rule 2)', () => {
  const { found, untouched } = withFile(written(), 'vote.json', null);

  expect(found).toMatchObject({
    code: 'vote-missing',
    message: expect.stringContaining('vote.json') as unknown,
  });
  expect(untouched).toBe(true);
});

test.each([LOG, 'identity.json'])('a missing %s in a used directory refuses to start', (path) => {
  expect(withFile(written(), path, null).found).toMatchObject({ code: 'damaged' });
});

test.each([segmentPath(1), segmentPath(11), 'data/00000000000000000010.jsonl'])(
  'of a log with a checkpoint, a missing %s',
  (path) => {
    const { found } = withFile(checkpointed(), path, null);
    // Segment 1 holds nothing that the checkpoint does not; segment 11 was the newest.
    if (path === segmentPath(1)) expect(found).toMatchObject({ base: { index: 10 } });
    if (path === segmentPath(11)) expect(found).toMatchObject({ commitIndex: 10 });
    if (path.startsWith('data')) expect(found).toMatchObject({ commitIndex: 12 });
  },
);

test('a torn tail of the log that a checkpoint has replaced is no damage', () => {
  const bench = checkpointed();
  const tail = Buffer.byteLength(bench.text(segmentPath(1)).split('\n').at(-2) ?? '');
  const torn = encoder.encode(bench.text(segmentPath(1))).slice(0, -tail);

  const { found } = withFile(bench, segmentPath(1), torn);

  expect(found).toMatchObject({ base: { index: 10 }, commitIndex: 12 });
  expect(JSON.stringify(found)).toContain('the checkpoint stands for it');
  // Without its checkpoint, the same is a hole.
  bench.disk.plant('data/00000000000000000010.jsonl', null);
  expect(withFile(bench, segmentPath(1), torn).found).toMatchObject({ code: 'damaged' });
});

test('a segment missing in the middle is damage, unless a checkpoint stands for it (R40)', () => {
  const bench = new StorageBench(5, { segmentBytes: 600 });
  bench.start();
  for (let first = 1; first <= 30; first++) {
    bench.storage.append(commands(first, 1));
    bench.settle();
  }
  bench.kill();
  const segments = bench.disk.files().flatMap(([name]) => (name.startsWith('log/') ? [name] : []));
  expect(segments.length).toBeGreaterThan(3);

  expect(withFile(bench, segments[1] ?? '', null).found).toMatchObject({
    code: 'damaged',
    message: expect.stringMatching(/entries \d+ to \d+ are missing/) as unknown,
  });
  // The first one takes the beginning with it.
  expect(withFile(bench, segments[0] ?? '', null).found).toMatchObject({
    code: 'damaged',
    message: expect.stringContaining('there is no checkpoint') as unknown,
  });
});

test.each([
  ['cluster', { clusterId: 'ffff' }, 'other-cluster', 'belongs to cluster a1b2c3d4'],
  ['node', { nodeId: nodeId(2) }, 'other-node', 'belongs to node 1 (ada)'],
])('a directory of another %s is refused', (_what, other, code, words) => {
  const bench = written();

  const found = bench.disk.runStart(Storage.recover({ ...BENCH_EXPECTATION, ...other }));

  expect(found).toMatchObject({ code, message: expect.stringContaining(words) as unknown });
});

test('a disk that fails while recovery reads or syncs is named', () => {
  const bench = written();
  bench.disk.failNext('failed', 'sync');

  expect(bench.recover()).toMatchObject({
    code: 'disk-failed',
    message: expect.stringContaining('sync of') as unknown,
  });
});

test('a half-made directory is blank, and is made again', () => {
  const bench = new StorageBench(11);
  bench.start();
  bench.kill();
  bench.disk.plant('identity.json', null);
  bench.disk.plant('identity.json.tmp', encoder.encode('{"iden'));

  expect(bench.recover()).toMatchObject({ code: 'blank' });
  expect(bench.start().entries).toEqual([]);
  expect(bench.disk.files().map(([name]) => name)).not.toContain('identity.json.tmp');
});

test.each([
  ['the line feed', '\n'],
  ['zeros', '\0\0\0'],
  ['the end', '9c"}\n'],
])(
  'a half-made directory may hold %s of an earlier, longer header, and is blank',
  (_what, left) => {
    const bench = new StorageBench(11);
    bench.start();
    bench.kill();
    bench.disk.plant('identity.json', null);
    const header = new TextDecoder().decode(bench.file(LOG));
    bench.disk.plant(LOG, encoder.encode(header + left));

    expect(bench.recover()).toMatchObject({ code: 'blank' });
    expect(bench.start().entries).toEqual([]);
  },
);

test('a log that holds an entry is damage without identity.json, whatever stands before it', () => {
  const bench = written();
  bench.disk.plant('identity.json', null);
  const log = new TextDecoder().decode(bench.file(LOG));
  bench.disk.plant(LOG, encoder.encode(log.replace('}\n', '}\n\0\n')));

  expect(bench.recover()).toMatchObject({
    code: 'damaged',
    message: expect.stringContaining(`identity.json is missing beside ${LOG}`) as unknown,
  });
});

test('a note that confirms more than the log holds is not believed', () => {
  const bench = written();
  const file = bench.file(LOG);
  const note = noteLine({ synced: 12, committed: 12 });
  const longer = new Uint8Array(file.length + note.length);
  longer.set(file);
  longer.set(note, file.length);

  expect(withFile(bench, LOG, longer).found).toMatchObject({ code: 'damaged' });
});

describe('R38: a file of another directory is refused by name, and nothing is changed', () => {
  const own = checkpointed();
  const other = madeFor({ storeId: '99aa' });
  const foreign = madeFor({ clusterId: 'ffff' });

  test.each([
    ['vote of another node', 'vote.json', other.file('vote.json'), 'other-node', 'store 99aa'],
    ['segment of another node', LOG, other.file(LOG), 'other-node', 'store 99aa'],
    ['last segment', segmentPath(11), other.file(LOG), 'other-node', 'store 99aa'],
    ['vote of another cluster', 'vote.json', foreign.file('vote.json'), 'other-cluster', 'ffff'],
    ['segment of another cluster', LOG, foreign.file(LOG), 'other-cluster', 'cluster ffff'],
    ['checkpoint', checkpointPath(10), checkpointOf('ffff', 10), 'other-cluster', 'cluster ffff'],
    ['older checkpoint', checkpointPath(3), checkpointOf('ffff', 3), 'other-cluster', 'ffff'],
  ])('%s', (_what, path, contents, code, words) => {
    const { found, untouched } = withFile(own, path, contents);

    expect(found).toMatchObject({
      code,
      message: expect.stringMatching(
        new RegExp(`^${path}, line 1: .*${words}.*Nothing was changed\\. Put back`),
      ) as unknown,
    });
    expect(untouched).toBe(true);
  });

  test("an older checkpoint of the same cluster is another node's, and as good as one's own", () => {
    const contents = checkpointOf(BENCH_EXPECTATION.clusterId, 3);

    expect(withFile(own, checkpointPath(3), contents).found).toMatchObject({
      checkpoint: { index: 10 },
    });
  });
});

function madeFor(owner: Partial<Owner>): StorageBench {
  const bench = new StorageBench(1);
  const node = { format: 1, storeId: '0011223344', askedToLead: false };
  const identity = { ...BENCH_EXPECTATION, ...node, ...owner };
  bench.disk.runStart(Storage.initialise(identity, { term: term(9), votedFor: nodeId(1) }));
  return bench;
}

function checkpointOf(clusterId: string, index: number): Uint8Array {
  const header = checkpointHeader({
    clusterId,
    at: { index, term: 1, chain: 1 },
    membership: MEMBERSHIP,
  });
  return concatenate([header, checkpointFooter(0, crc32c(header))]);
}
