/** The write path: group commit, notes, rotation, cuts, failures. */
import { logIndex, nodeId, term } from '#raft';
import { BENCH_EXPECTATION, commands, StorageBench } from '#simulator';
import { segmentPath } from './paths.js';
import { Storage } from './storage.js';
import type { DiskRequest, Recovered } from './types.js';

const LOG = segmentPath(1);

/** A storage whose requests are only written down, and completed by hand. */
class ManualDisk {
  readonly requests: DiskRequest[] = [];
  readonly storage: Storage;

  constructor() {
    const bench = new StorageBench(1);
    const recovered: Recovered = bench.start();
    this.storage = new Storage(this, recovered);
  }

  submit(request: DiskRequest): void {
    this.requests.push(request);
  }

  ops(): string[] {
    return this.requests.map(({ lane, op }) => `${lane} ${op}`);
  }

  complete(at: number, now = 0): ReturnType<Storage['complete']> {
    return this.storage.complete({ id: this.requests[at]?.id ?? 0, result: { ok: true } }, now);
  }
}

const textOf = (request: DiskRequest | undefined): string =>
  request !== undefined && 'data' in request ? new TextDecoder().decode(request.data) : '';

test('group commit: one write is under way, and the next takes all that came in meanwhile', () => {
  const disk = new ManualDisk();
  disk.storage.append(commands(1, 2));
  disk.storage.append(commands(3, 2));
  disk.storage.append(commands(5, 1));
  expect(disk.ops()).toEqual(['log append-sync']);

  expect(disk.complete(0)).toEqual([{ type: 'log-durable', last: { index: 2, term: 1 } }]);

  expect(disk.ops()).toEqual(['log append-sync', 'log append-sync']);
  expect(
    textOf(disk.requests[1])
      .split('\n')
      .map((line) => line.slice(0, 20)),
  ).toEqual([
    '{"note":{"synced":2,',
    '{"index":3,"term":1,',
    '{"index":4,"term":1,',
    '{"index":5,"term":1,',
    '',
  ]);
  expect(disk.complete(1)).toEqual([{ type: 'log-durable', last: { index: 5, term: 1 } }]);
});

test('cork holds a turn back, so that all of it leaves in one write', () => {
  const disk = new ManualDisk();
  disk.storage.cork();
  disk.storage.append(commands(1, 2));
  disk.storage.append(commands(3, 2));
  expect(disk.ops()).toEqual([]);

  disk.storage.uncork();

  expect(disk.ops()).toEqual(['log append-sync']);
});

test('rule 23: what was cut while it was being written is not reported, even if it was replaced', () => {
  const disk = new ManualDisk();
  disk.storage.append(commands(1, 4));
  disk.storage.truncate(logIndex(3));
  disk.storage.append(commands(3, 1, 2));

  expect(disk.complete(0)).toEqual([{ type: 'log-durable', last: { index: 2, term: 1 } }]);

  expect(disk.ops()).toEqual([
    'log append-sync',
    // The cut is announced, done, and over before the first new byte.
    ...['log write-file', 'log sync', 'log rename', 'log sync-directory'],
    ...['log truncate', 'log sync'],
    ...['log remove', 'log sync-directory'],
    'log append-sync',
  ]);
  expect(disk.complete(9)).toEqual([{ type: 'log-durable', last: { index: 3, term: 2 } }]);
});

test('rule 15, R37: what is committed is never cut', () => {
  const disk = new ManualDisk();
  disk.storage.append(commands(1, 4));
  disk.storage.noteCommit(logIndex(3));

  expect(() => {
    disk.storage.truncate(logIndex(3));
  }).toThrow('entry 3 is committed');
  disk.storage.truncate(logIndex(4));
});

test('the note of what is synced is written alone after 20 ms without a write', () => {
  const disk = new ManualDisk();
  disk.storage.append(commands(1, 2));
  disk.complete(0, 100);
  disk.storage.noteCommit(logIndex(1));
  expect(disk.storage.deadline()).toBe(120);

  disk.storage.tick(119);
  expect(disk.ops()).toHaveLength(1);
  disk.storage.tick(120);

  expect(disk.ops()).toEqual(['log append-sync', 'log append-sync']);
  expect(textOf(disk.requests[1])).toMatch(
    /^\{"note":\{"synced":2,"committed":1\},"crc":"[0-9a-f]{8}"\}\n$/,
  );
  expect(disk.complete(1, 121)).toEqual([]);
  expect(disk.storage.deadline()).toBe(Infinity);
});

test('a note that only raises the commit index is not synced', () => {
  const disk = new ManualDisk();
  disk.storage.append(commands(1, 2));
  disk.complete(0, 0);
  disk.storage.tick(20);
  disk.complete(1, 21);

  disk.storage.noteCommit(logIndex(2));
  disk.storage.tick(disk.storage.deadline());

  expect(disk.ops()[2]).toBe('log append');
});

test('a failed sync is reported once, and nothing is written after it', () => {
  const disk = new ManualDisk();
  disk.storage.append(commands(1, 2));
  disk.storage.append(commands(3, 2));
  disk.storage.saveVote({ term: term(2), votedFor: null });
  const failure = { ok: false, code: 'failed', message: 'EIO' } as const;

  const events = disk.storage.complete({ id: disk.requests[0]?.id ?? 0, result: failure }, 0);

  expect(events).toEqual([{ type: 'failed', code: 'failed', message: 'EIO' }]);
  const before = disk.requests.length;
  disk.storage.append(commands(5, 2));
  disk.storage.saveVote({ term: term(3), votedFor: null });
  for (let at = 1; at < before; at++) expect(disk.complete(at)).toEqual([]);
  expect(disk.storage.tick(1_000)).toEqual([]);
  expect(disk.requests).toHaveLength(before);
});

test('a full disk is said to be full, and what was acknowledged stays', () => {
  const bench = new StorageBench(2);
  bench.start();
  bench.storage.append(commands(1, 3));
  bench.settle();
  bench.disk.full = true;
  bench.storage.append(commands(4, 3));
  bench.settle();

  expect(bench.events.at(-1)).toMatchObject({ type: 'failed', code: 'full' });
  bench.disk.full = false;
  bench.crash();
  expect(bench.start().entries.length).toBeGreaterThanOrEqual(3);
});

test('rule 2: the vote is replaced by write, sync, rename, sync of the directory', () => {
  const disk = new ManualDisk();
  const vote = { term: term(4), votedFor: nodeId(2) };
  disk.storage.saveVote(vote);

  expect(disk.ops()).toEqual([
    'vote write-file',
    'vote sync',
    'vote rename',
    'vote sync-directory',
  ]);
  for (const at of [0, 1, 2]) expect(disk.complete(at)).toEqual([]);
  expect(disk.complete(3)).toEqual([{ type: 'vote-durable', vote }]);
});

test('R40: segments rotate at their size, and are removed oldest first as far as asked', () => {
  const bench = new StorageBench(4, { segmentBytes: 700 });
  bench.start();
  for (let first = 1; first <= 40; first += 2) {
    bench.storage.append(commands(first, 2));
    bench.settle();
  }
  bench.storage.noteCommit(logIndex(40));
  bench.storage.append([{ index: logIndex(41), term: term(1), body: { kind: 'checkpoint' } }]);
  bench.settle();
  bench.storage.noteCommit(logIndex(41));
  const names = (): string[] =>
    bench.disk.files().flatMap(([name]) => (name.startsWith('log/') ? [name] : []));
  const before = names();
  expect(before.length).toBeGreaterThan(4);
  bench.storage.releaseLog(logIndex(41));
  bench.settle();
  expect(names()).toEqual(before);

  const marker = {
    index: logIndex(41),
    term: term(1),
    membership: { voters: [nodeId(1)], learners: [] },
  };
  bench.storage.beginCheckpoint(marker, { next: () => null, close: () => undefined });
  bench.settle();
  bench.storage.releaseLog(logIndex(30));
  bench.settle();

  const kept = names();
  expect(kept).toEqual(before.slice(-kept.length));
  expect(kept.length).toBeLessThan(before.length);
  expect(bench.storage.linesBetween(logIndex(31), logIndex(41)).length).toBeGreaterThan(0);
  bench.storage.append(commands(42, 1));
  bench.settle();
  expect(names()).toContain(segmentPath(42));
  bench.crash();
  const { entries, base } = bench.start();
  expect(base.index).toBeLessThanOrEqual(30);
  expect(entries.at(-1)?.index).toBe(42);
});

test('R26: an entry stands in the file as soon as it is durable, as text', () => {
  const bench = new StorageBench(6);
  bench.start();
  bench.storage.append(commands(1, 1));
  bench.settle();

  expect(bench.text(LOG)).toContain(
    '{"index":1,"term":1,"put":{"key":"k1","value":"v1.1"},"crc":"',
  );
});

test('R38: on two nodes that batch differently, the entry lines are the same bytes', () => {
  const lines = [1, 2].map((node) => {
    const bench = new StorageBench(node, { segmentBytes: node * 900 });
    bench.start();
    for (let first = 1; first <= 60; first += node * 3) {
      bench.storage.append(commands(first, node * 3));
      if (first % 2 === 0) bench.settle();
    }
    bench.settle();
    const text = bench.disk
      .files()
      .flatMap(([name]) => (name.startsWith('log/') ? [bench.text(name)] : []));
    return text
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('{"index"'))
      .slice(0, 60);
  });

  expect(lines[0]).toHaveLength(60);
  expect(lines[0]).toEqual(lines[1]);
});

test('the whole state is plain data, and goes on where it was loaded', () => {
  const bench = new StorageBench(8, { segmentBytes: 500 });
  bench.start();
  for (let first = 1; first <= 12; first += 3) bench.storage.append(commands(first, 3));
  bench.deliver();
  const state = structuredClone(bench.storage.dump());
  const disk = {
    submitted: [] as DiskRequest[],
    submit: (one: DiskRequest) => disk.submitted.push(one),
  };

  const copy = new Storage(disk, state, { segmentBytes: 500 });

  expect(copy.dump()).toEqual(state);
  expect(copy.chainAt(logIndex(12))).toBe(bench.storage.chainAt(logIndex(12)));
  expect(copy.linesBetween(logIndex(2), logIndex(11))).toEqual(
    bench.storage.linesBetween(logIndex(2), logIndex(11)),
  );
});

test('recovery of the identity tells what it was made for', () => {
  const bench = new StorageBench(9);
  const { identity } = bench.start();
  bench.storage.saveIdentity({ ...identity, askedToLead: true });
  bench.settle();
  expect(bench.events).toEqual([
    { type: 'identity-saved', identity: { ...identity, askedToLead: true } },
  ]);
  bench.crash();

  expect(bench.start().identity).toMatchObject({ ...BENCH_EXPECTATION, askedToLead: true });
});

test('a log that ends at a marker goes on in the empty segment behind it', () => {
  const bench = new StorageBench(5, { segmentBytes: 800 });
  bench.start();
  bench.storage.append(commands(1, 9));
  bench.storage.append([{ index: logIndex(10), term: term(1), body: { kind: 'checkpoint' } }]);
  bench.settle();
  bench.storage.append(commands(11, 1));
  bench.settle();
  bench.kill();
  const path = segmentPath(11);
  const segment = bench.disk.files().find(([name]) => name === path)?.[1] ?? new Uint8Array(0);
  // The power failed after the segment's header, and before its first entry.
  bench.disk.plant(path, segment.slice(0, segment.indexOf(10) + 1));
  expect(bench.start().entries.at(-1)?.index).toBe(10);

  bench.storage.append(commands(11, 2));
  bench.settle();

  expect(bench.events).toContainEqual({ type: 'log-durable', last: { index: 12, term: 1 } });
});
