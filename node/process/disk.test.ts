/** The real disk under the real storage, in a directory of its own. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { logIndex, nodeId, term, type Entry } from '#raft';
import { Storage, type DiskCompletion, type Recovered, type StorageEvent } from '#storage';
import { FileDisk } from './disk.js';

const EXPECT = { clusterId: 'a1b2', nodeId: nodeId(1), name: 'ada' };
const IDENTITY = { ...EXPECT, format: 1, storeId: '77', askedToLead: false };

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'relevo-disk-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** A storage over the directory, and its events as they come. */
class Node {
  readonly disk: FileDisk;
  readonly events: StorageEvent[] = [];
  #storage: Storage | null = null;
  #wake: () => void = () => undefined;

  constructor() {
    this.disk = new FileDisk(directory, (completions) => {
      for (const one of completions) this.events.push(...(this.#storage?.complete(one, 0) ?? []));
      this.#wake();
    });
  }

  get storage(): Storage {
    if (this.#storage === null) throw new Error('not started');
    return this.#storage;
  }

  async start(): Promise<Recovered> {
    let found = await this.disk.runStart(Storage.recover(EXPECT));
    if ('code' in found && found.code === 'blank') {
      await this.disk.runStart(Storage.initialise(IDENTITY, { term: term(0), votedFor: null }));
      found = await this.disk.runStart(Storage.recover(EXPECT));
    }
    if ('code' in found) throw new Error(found.message);
    this.#storage = new Storage(this.disk, found, { segmentBytes: 2048 });
    return found;
  }

  /** Resolves once such an event has come. */
  async until(isIt: (event: StorageEvent) => boolean): Promise<void> {
    while (!this.events.some(isIt)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const commands = (first: number, count: number): Entry[] =>
  Array.from({ length: count }, (_, at) => ({
    index: logIndex(first + at),
    term: term(1),
    body: { kind: 'command', text: `"put":{"key":"k${String(first + at)}"}` },
  }));

const isDurable =
  (index: number) =>
  (event: StorageEvent): boolean =>
    event.type === 'log-durable' && event.last.index === index;

test('R32: vote, log and checkpoint are there after a restart', async () => {
  const node = new Node();
  expect((await node.start()).entries).toEqual([]);
  node.storage.saveVote({ term: term(3), votedFor: nodeId(2) });
  node.storage.append(commands(1, 3));
  node.storage.append(commands(4, 3));
  const marker = {
    index: logIndex(7),
    term: term(1),
    membership: { voters: [nodeId(1)], learners: [] },
  };
  node.storage.append([{ ...marker, body: { kind: 'checkpoint' } }, ...commands(8, 5)]);
  await node.until(isDurable(12));
  node.storage.noteCommit(logIndex(9));
  const lines = ['{"a":1}', '{"b":"é"}'];
  node.storage.beginCheckpoint(marker, {
    next: (max) => (lines.length === 0 ? null : lines.splice(0, max)),
    close: () => undefined,
  });
  while (node.storage.work(1));
  await node.until(({ type }) => type === 'checkpoint-saved');
  await node.until(({ type }) => type === 'vote-durable');
  node.storage.truncate(logIndex(11));
  node.storage.append([{ index: logIndex(11), term: term(3), body: { kind: 'empty' } }]);
  await node.until((event) => event.type === 'log-durable' && event.last.term === 3);
  await node.disk.close();

  const again = new Node();
  const found = await again.start();

  expect(found.vote).toEqual({ term: 3, votedFor: 2 });
  expect(found.entries.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(found.entries.at(-1)?.term).toBe(3);
  expect(found.checkpoint?.index).toBe(7);
  expect(found.stateLines).toEqual(['{"a":1}', '{"b":"é"}']);
  expect(await readdir(directory)).toEqual(
    ['README.txt', 'data', 'identity.json', 'log', 'quarantine', 'vote.json'].sort(),
  );
  again.storage.releaseLog(logIndex(7));
  await again.disk.close();
  expect(await readdir(path.join(directory, 'log'))).toEqual(['00000000000000000008.jsonl']);
});

test('R38: the log is text that a person can read', async () => {
  const node = new Node();
  await node.start();
  node.storage.append(commands(1, 1));
  await node.until(isDurable(1));
  await node.disk.close();

  const text = await readFile(
    path.join(directory, 'log', `${'1'.padStart(20, '0')}.jsonl`),
    'utf8',
  );

  expect(text).toMatch(
    /^\{"log":.*\}\n\{"index":1,"term":1,"put":\{"key":"k1"\},"crc":"[0-9a-f]{8}"\}\n$/,
  );
});

test('requests of a lane are done in order, completed once each, and after a failure not tried', async () => {
  const done: DiskCompletion[] = [];
  const disk = new FileDisk(directory, (completions) => done.push(...completions));
  const data = new TextEncoder().encode('x');
  disk.submit({ id: 1, lane: 'log', op: 'append', path: 'a', size: 0, data });
  disk.submit({ id: 2, lane: 'log', op: 'append-sync', path: 'no/such/directory', size: 0, data });
  disk.submit({ id: 3, lane: 'log', op: 'write-file', path: 'never', data });
  disk.submit({ id: 4, lane: 'vote', op: 'write-file', path: 'b', data });
  await disk.close();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });

  const ofLog = done.filter(({ id }) => id < 4);
  expect(ofLog.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(ofLog.map(({ result }) => result.ok)).toEqual([true, false, false]);
  expect(ofLog[2]?.result).toEqual(ofLog[1]?.result);
  expect(done.find(({ id }) => id === 4)?.result).toEqual({ ok: true });
  expect(await readdir(directory)).toEqual(['a', 'b']);
});

test('somebody else who writes to the log is noticed', async () => {
  const done: DiskCompletion[] = [];
  const disk = new FileDisk(directory, (completions) => done.push(...completions));
  await writeFile(path.join(directory, 'a'), 'longer than it was');
  disk.submit({
    id: 1,
    lane: 'log',
    op: 'append-sync',
    path: 'a',
    size: 3,
    data: new Uint8Array(2),
  });
  await disk.close();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });

  expect(done[0]?.result).toMatchObject({
    ok: false,
    message: expect.stringContaining('18 bytes') as unknown,
  });
  expect(await readFile(path.join(directory, 'a'), 'utf8')).toBe('longer than it was');
});

test('listing, reading, and what is not there', async () => {
  const disk = new FileDisk(directory, () => undefined);
  await writeFile(path.join(directory, 'file'), '0123456789');
  const results: unknown[] = [];
  await disk.runStart(
    (function* () {
      results.push(yield { op: 'list', path: '.' });
      results.push(yield { op: 'list', path: 'nowhere' });
      results.push(yield { op: 'read', path: 'file', offset: 4, length: 3 });
      results.push(yield { op: 'read', path: 'file', offset: 10, length: 3 });
      results.push(yield { op: 'read', path: 'nowhere', offset: 0, length: 3 });
    })(),
  );
  await disk.close();

  expect(results).toEqual([
    { ok: true, names: ['file'] },
    { ok: true, names: [] },
    { ok: true, data: new TextEncoder().encode('456') },
    { ok: true, data: new Uint8Array(0) },
    { ok: true, data: null },
  ]);
});
