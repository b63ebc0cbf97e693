/** Checkpoints: written in slices, sent in parts, installed, and what a crash leaves of all that. */
import fc from 'fast-check';
import { logIndex, nodeId, term, type CheckpointMeta } from '#raft';
import { BENCH_EXPECTATION, commands, SimulatedDisk, StorageBench } from '#simulator';
import { checkpointPath, segmentPath } from './paths.js';
import { Storage } from './storage.js';
import type { DiskCompletion, StorageEvent } from './types.js';

const MEMBERSHIP = { voters: [nodeId(1), nodeId(2)], learners: [nodeId(9)] };
const FILE = checkpointPath(10);

const linesUpTo = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `{"key":"k${at}","value":"${'é'.repeat(at % 30)}"}`);

/** A node with entries to 12 and a checkpoint of 10. */
function withCheckpoint(seed: number, lines = linesUpTo(50), batch = 3): StorageBench {
  // Small enough that a marker ends a segment.
  const bench = new StorageBench(seed, { segmentBytes: 8192 });
  bench.start();
  for (let first = 1; first <= 9; first += batch) {
    bench.storage.append(commands(first, Math.min(batch, 10 - first)));
  }
  const marker = { index: logIndex(10), term: term(1), membership: MEMBERSHIP };
  bench.storage.append([{ ...marker, body: { kind: 'checkpoint' } }, ...commands(11, 2)]);
  bench.settle();
  bench.storage.noteCommit(logIndex(12));
  let at = 0;
  bench.storage.beginCheckpoint(marker, {
    next: (max) => (at >= lines.length ? null : lines.slice(at, (at += Math.min(max, batch)))),
    close: () => undefined,
  });
  bench.settle();
  return bench;
}

const savedIn = (bench: StorageBench): CheckpointMeta => {
  const event = bench.events.find(({ type }) => type === 'checkpoint-saved');
  if (event?.type !== 'checkpoint-saved') throw new Error('no checkpoint was saved');
  return event.checkpoint;
};

const typesOf = (events: readonly StorageEvent[]): string[] => events.map(({ type }) => type);

/** Sends the source's checkpoint from `from` on, in parts; returns what the receiver reported. */
function transfer(
  source: StorageBench,
  target: StorageBench,
  part: number,
  from = 0,
  to = Infinity,
): StorageEvent[] {
  const meta = savedIn(source);
  target.events = [];
  for (let offset = from; offset < Math.min(to, meta.size); offset += part) {
    source.events = source.events.filter(({ type }) => type !== 'checkpoint-read');
    source.storage.readCheckpoint(meta.index, offset, part, offset);
    source.settle();
    const read = source.events.find(({ type }) => type === 'checkpoint-read');
    if (read?.type !== 'checkpoint-read') throw new Error('nothing was read');
    target.storage.storeCheckpoint(meta, offset, read.data);
    target.settle();
  }
  return target.events;
}

test('R38: the same state is the same file, whoever writes it and in whatever slices', () => {
  const files = [1, 2, 3].map((batch) => withCheckpoint(batch, undefined, batch).text(FILE));

  expect(files[0]?.split('\n').at(-2)).toMatch(/^\{"end":\{"lines":50,"crc":"[0-9a-f]{8}"\}\}$/);
  expect(files[1]).toBe(files[0]);
  expect(files[2]).toBe(files[0]);
});

test('writes go on while a checkpoint is written', () => {
  const bench = new StorageBench(1);
  bench.start();
  bench.storage.append([{ index: logIndex(1), term: term(1), body: { kind: 'checkpoint' } }]);
  bench.settle();
  const lines = linesUpTo(20_000);
  let at = 0;
  let next = 2;
  bench.storage.beginCheckpoint(
    { index: logIndex(1), term: term(1), membership: MEMBERSHIP },
    {
      next: (max) => (at >= lines.length ? null : lines.slice(at, (at += max))),
      close: () => undefined,
    },
  );
  let slices = 0;
  while (!typesOf(bench.events).includes('checkpoint-saved')) {
    bench.storage.work(500);
    bench.storage.append(commands(next++, 1));
    while (bench.deliver());
    slices++;
  }

  expect(slices).toBeGreaterThan(30);
  expect(savedIn(bench).size).toBe(bench.file(checkpointPath(1)).length);
  bench.settle();
  bench.crash();
  const { stateLines, entries } = bench.start();
  expect(stateLines).toEqual(lines);
  expect(entries).toHaveLength(next - 1);
});

test("another cluster's checkpoint is not installed", () => {
  const source = withCheckpoint(1);
  const target = new StorageBench(2);
  const node = { format: 1, clusterId: 'ffff', storeId: '77', askedToLead: false };
  const identity = { ...BENCH_EXPECTATION, ...node };
  target.disk.runStart(Storage.initialise(identity, { term: term(0), votedFor: null }));
  const found = target.disk.runStart(Storage.recover(identity));
  if ('code' in found) throw new Error(found.message);
  const events: StorageEvent[] = [];
  const waiting: DiskCompletion[] = [];
  const disk = new SimulatedDisk(target.random, {
    now: () => 0,
    complete: (completion) => waiting.push(completion),
  });
  const storage = new Storage(disk, found);
  storage.storeCheckpoint(savedIn(source), 0, source.file(FILE));
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
    events.push(...storage.complete(one, 0));
  }

  expect(typesOf(events)).toEqual(['checkpoint-rejected', 'checkpoint-stored']);
  expect(events[0]).toMatchObject({
    reason: 'it is of cluster a1b2c3d4, and this node belongs to cluster ffff',
  });
});

test('a large checkpoint is synced on the way, so that no sync is a long one', () => {
  const bench = new StorageBench(1);
  bench.start();
  bench.storage.append([{ index: logIndex(1), term: term(1), body: { kind: 'checkpoint' } }]);
  bench.settle();
  const { disk } = bench;
  const submit = disk.submit.bind(disk);
  let unsynced = 0;
  let most = 0;
  disk.submit = (request) => {
    if (request.lane === 'checkpoint' && request.op === 'append') unsynced += request.data.length;
    if (request.lane === 'checkpoint' && request.op === 'sync') unsynced = 0;
    most = Math.max(most, unsynced);
    submit(request);
  };
  const line = `{"key":"k","value":"${'v'.repeat(1000)}"}`;
  let left = 30_000;
  bench.storage.beginCheckpoint(
    { index: logIndex(1), term: term(1), membership: MEMBERSHIP },
    {
      next: (max) => {
        const count = Math.min(max, left);
        left -= count;
        return count === 0 ? null : Array.from({ length: count }, () => line);
      },
      close: () => undefined,
    },
  );
  while (!typesOf(bench.events).includes('checkpoint-saved')) {
    bench.storage.work(500);
    while (bench.deliver());
  }

  expect(savedIn(bench).size).toBeGreaterThan(30_000_000);
  expect(unsynced).toBe(0);
  expect(most).toBeLessThan(9 * 1024 * 1024);
});

test.each([1, 7, 64, 100_000])('rule 32: a transfer in parts of %i bytes is installed', (part) => {
  const source = withCheckpoint(1);
  const target = new StorageBench(2);
  target.start();
  target.storage.append(commands(1, 4));
  target.settle();

  const events = transfer(source, target, part);

  const installed = events.at(-1);
  expect(installed).toMatchObject({ type: 'checkpoint-installed', stateLines: linesUpTo(50) });
  expect(typesOf(events.slice(0, -1)).every((type) => type === 'checkpoint-stored')).toBe(true);
  expect(target.text(FILE)).toBe(source.text(FILE));
  expect(target.storage.chainAt(logIndex(10))).toBe(source.storage.chainAt(logIndex(10)));
  target.storage.append(commands(11, 2));
  target.settle();
  target.crash();
  const { base, entries, checkpoint } = target.start();
  expect(base).toEqual({ index: 10, term: 1 });
  expect(entries.map(({ index }) => index)).toEqual([11, 12]);
  expect(checkpoint).toEqual(savedIn(source));
});

test('another leader goes on where one stopped; what does not fit is answered with what does', () => {
  const first = withCheckpoint(1);
  const second = withCheckpoint(2, undefined, 1);
  const target = new StorageBench(3);
  target.start();
  transfer(first, target, 100, 0, 500);
  target.events = [];
  target.storage.storeCheckpoint(savedIn(second), 900, new Uint8Array(5));
  target.settle();
  expect(target.events).toEqual([{ type: 'checkpoint-stored', index: 10, offset: 500 }]);

  const events = transfer(second, target, 100, 500);

  expect(events.at(-1)).toMatchObject({ type: 'checkpoint-installed' });
});

test('any byte of a received checkpoint changed: it is rejected, and starts over', () => {
  const source = withCheckpoint(1, linesUpTo(3));
  const meta = savedIn(source);
  const file = source.file(FILE);
  const target = new StorageBench(2);
  target.start();
  for (let at = 0; at < file.length; at++) {
    const changed = file.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    target.events = [];
    target.storage.storeCheckpoint(meta, 0, changed);
    target.settle();
    expect(target.events).toMatchObject([
      { type: 'checkpoint-rejected', index: 10 },
      { type: 'checkpoint-stored', index: 10, offset: 0 },
    ]);
  }
  expect(target.disk.files().some(([name]) => name.startsWith('data/'))).toBe(false);
  expect(transfer(source, target, 64).at(-1)).toMatchObject({ type: 'checkpoint-installed' });
});

test('rule 35: a checkpoint that is not newer than what is committed is not taken', () => {
  const source = withCheckpoint(1);
  const target = new StorageBench(2);
  target.start();
  target.storage.append(commands(1, 11));
  target.settle();
  target.storage.noteCommit(logIndex(10));
  target.events = [];

  target.storage.storeCheckpoint(savedIn(source), 0, source.file(FILE));
  target.settle();

  expect(typesOf(target.events)).toEqual(['checkpoint-rejected', 'checkpoint-stored']);
});

test('rules 32, 34: whatever a crash leaves of an installation is the old state or the new one', () => {
  let installed = 0;
  let before = 0;
  fc.assert(
    fc.property(fc.nat(), fc.nat(80), fc.integer({ min: 1, max: 14 }), (seed, steps, entries) => {
      const source = withCheckpoint(1);
      const target = new StorageBench(seed, { segmentBytes: 300 });
      target.start();
      // Entries of another term: a suffix that conflicts with the checkpoint, where it is long enough.
      for (let first = 1; first <= entries; first++) {
        target.storage.append(commands(first, 1, 7));
        target.settle();
      }
      target.events = [];
      target.storage.storeCheckpoint(savedIn(source), 0, source.file(FILE));
      for (let step = 0; step < steps; step++) target.deliver();
      const isInstalled = typesOf(target.events).includes('checkpoint-installed');
      target.crash();

      const recovered = target.start();

      if (isInstalled) expect(recovered.checkpoint?.index).toBe(10);
      if (recovered.checkpoint === null) {
        before++;
        expect(recovered.entries).toHaveLength(entries);
      } else {
        installed++;
        expect(recovered).toMatchObject({ base: { index: 10, term: 1 }, entries: [] });
        expect(recovered.stateLines).toEqual(linesUpTo(50));
      }
      target.storage.append(commands(recovered.checkpoint === null ? entries + 1 : 11, 1, 8));
      target.settle();
      target.crash();
      expect(target.start().entries.at(-1)?.term).toBe(8);
    }),
    { numRuns: 300 },
  );
  // Both ends came up: about 30 times each.
  expect(Math.min(installed, before)).toBeGreaterThan(0);
});

test('a newer checkpoint removes the older one, but not while it is being read', () => {
  const bench = withCheckpoint(1);
  const marker = { index: logIndex(13), term: term(1), membership: MEMBERSHIP };
  bench.storage.append([{ ...marker, body: { kind: 'checkpoint' } }]);
  bench.settle();
  bench.storage.noteCommit(logIndex(13));
  bench.storage.readCheckpoint(logIndex(10), 0, 10, 1);
  const names = (): string[] =>
    bench.disk.files().flatMap(([name]) => (name.startsWith('data/') ? [name] : []));
  bench.events = [];

  bench.storage.beginCheckpoint(marker, { next: () => null, close: () => undefined });
  while (bench.storage.work(10) || bench.deliver());

  expect(typesOf(bench.events)).toContain('checkpoint-saved');
  expect(names()).toEqual([FILE, checkpointPath(13)]);
  bench.settle();
  expect(names()).toEqual([checkpointPath(13)]);
  bench.storage.readCheckpoint(logIndex(10), 0, 10, 2);
  bench.settle();
  expect(bench.events.at(-1)).toMatchObject({
    type: 'checkpoint-read',
    token: 2,
    data: new Uint8Array(0),
  });
});

test('R40 a replaced checkpoint stays for as long as it is being sent, and no longer', () => {
  const bench = withCheckpoint(1);
  const marker = { index: logIndex(13), term: term(1), membership: MEMBERSHIP };
  bench.storage.append([{ ...marker, body: { kind: 'checkpoint' } }]);
  bench.settle();
  bench.storage.noteCommit(logIndex(13));
  const names = (): string[] =>
    bench.disk.files().flatMap(([name]) => (name.startsWith('data/') ? [name] : []));
  bench.storage.keepCheckpoints([logIndex(10)]);
  bench.storage.beginCheckpoint(marker, { next: () => null, close: () => undefined });
  bench.settle();
  expect(names()).toEqual([FILE, checkpointPath(13)]);
  expect(bench.storage.deadline()).toBe(Infinity);
  bench.storage.keepCheckpoints([]);
  bench.settle();
  expect(names()).toEqual([checkpointPath(13)]);
});

test('a damaged newest checkpoint with an older one and the whole log is set aside', () => {
  const bench = withCheckpoint(1);
  const older = bench.file(FILE);
  const marker = { index: logIndex(13), term: term(1), membership: MEMBERSHIP };
  bench.storage.append([{ ...marker, body: { kind: 'checkpoint' } }]);
  bench.settle();
  bench.storage.noteCommit(logIndex(13));
  bench.storage.beginCheckpoint(marker, { next: () => null, close: () => undefined });
  bench.settle();
  bench.kill();
  bench.disk.plant(FILE, older);
  bench.disk.plant(checkpointPath(13), new TextEncoder().encode('{"checkpoint":'));

  const recovered = bench.start();

  expect(recovered.checkpoint?.index).toBe(10);
  expect(recovered.entries.at(-1)?.index).toBe(13);
  expect(bench.text('quarantine/0001-data-00000000000000000013.jsonl')).toBe('{"checkpoint":');
});

test('a log that begins behind a missing checkpoint is refused (R40)', () => {
  const bench = withCheckpoint(1);
  bench.storage.releaseLog(logIndex(10));
  bench.settle();
  bench.kill();
  expect(bench.disk.files().map(([name]) => name)).not.toContain(segmentPath(1));
  bench.disk.plant(FILE, null);

  expect(bench.recover()).toMatchObject({
    code: 'damaged',
    message: expect.stringContaining('there is no checkpoint') as unknown,
  });
});
