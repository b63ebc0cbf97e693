import type { DiskCompletion, DiskOperation } from '#storage';
import { SimulatedDisk } from './disk.js';
import { Random } from './random.js';

class Rig {
  now = 0;
  readonly done: { readonly at: number; readonly completion: DiskCompletion }[] = [];
  readonly disk: SimulatedDisk;
  #id = 0;

  constructor(seed = 1) {
    this.disk = new SimulatedDisk(new Random(seed), {
      now: () => this.now,
      complete: (completion, delayMs) => this.done.push({ at: this.now + delayMs, completion }),
    });
  }

  submit(...operations: DiskOperation[]): void {
    for (const operation of operations)
      this.disk.submit({ id: ++this.#id, lane: 'log', ...operation });
  }

  /** Lets everything submitted be done. */
  settle(): void {
    for (const { at } of this.done) this.now = Math.max(this.now, at);
  }

  text(path: string): string | undefined {
    const found = this.disk.files().find(([name]) => name === path);
    return found === undefined ? undefined : new TextDecoder().decode(found[1]);
  }
}

const data = (text: string): Uint8Array => new TextEncoder().encode(text);
const append = (path: string, size: number, text: string): DiskOperation => ({
  op: 'append',
  path,
  size,
  data: data(text),
});
const made = (path: string, text: string): DiskOperation[] => [
  { op: 'write-file', path, data: data(text) },
  { op: 'sync', path },
  { op: 'sync-directory', path: '.' },
];

/** What the file is after a crash, by seed. */
function outcomes(prepare: (rig: Rig) => void, path = 'f'): Set<string | undefined> {
  const found = new Set<string | undefined>();
  for (let seed = 0; seed < 200; seed++) {
    const rig = new Rig(seed);
    prepare(rig);
    rig.disk.crash();
    found.add(rig.text(path));
  }
  return found;
}

test('what was synced, name and contents, survives every crash', () => {
  const found = outcomes((rig) => {
    rig.submit(...made('f', 'synced'));
    rig.settle();
  });

  expect([...found]).toEqual(['synced']);
});

test('a new name that was not synced may be lost, and the file with it', () => {
  const found = outcomes((rig) => {
    rig.submit({ op: 'write-file', path: 'f', data: data('x') }, { op: 'sync', path: 'f' });
    rig.settle();
  });

  expect(found).toEqual(new Set(['x', undefined]));
});

test('a rename is there or is not, and nothing between', () => {
  const found = outcomes((rig) => {
    rig.submit(...made('f', 'old'), ...made('g', 'new'), { op: 'rename', from: 'g', to: 'f' });
    rig.settle();
  });

  expect(found).toEqual(new Set(['old', 'new']));
});

test('an append that was not synced may be there, be gone, be zeros or be torn; the rest stays', () => {
  const found = outcomes((rig) => {
    rig.submit(...made('f', 'synced'), append('f', 6, 'abc'));
    rig.settle();
  });

  expect(found).toContain('synced');
  expect(found).toContain('syncedabc');
  expect(found).toContain('synced\0\0\0');
  expect([...found].every((text) => text?.startsWith('synced'))).toBe(true);
  expect(found.size).toBeGreaterThan(4);
});

test('of a long append, a later sector may survive without an earlier one', () => {
  const found = outcomes((rig) => {
    rig.submit(...made('f', ''), append('f', 0, 'a'.repeat(512) + 'b'.repeat(512)));
    rig.settle();
  });

  expect(found).toContain('\0'.repeat(512) + 'b'.repeat(512));
});

test('a request that had to wait never happened; one that was under way may have', () => {
  const found = outcomes((rig) => {
    rig.submit(...made('f', ''));
    rig.settle();
    rig.submit(
      { op: 'append-sync', path: 'f', size: 0, data: data('one') },
      { op: 'append-sync', path: 'f', size: 3, data: data('two') },
    );
    rig.now += 0.1;
  });

  expect(found).toContain('one');
  expect(found).toContain('');
  expect([...found].some((text) => text?.includes('t'))).toBe(false);
});

test('a process that dies loses what had to wait, and nothing that it wrote', () => {
  const rig = new Rig();
  rig.submit(append('f', 0, 'one'));
  rig.settle();
  rig.submit(append('f', 3, 'two'), append('f', 6, 'three'));
  rig.now += 0.1;

  rig.disk.kill();

  expect(rig.text('f')).toBe('onetwo');
});

test('a failure is sticky for its lane, until the next process', () => {
  const rig = new Rig();
  rig.disk.failNext('failed', 'sync');
  rig.submit(append('f', 0, 'one'), { op: 'sync', path: 'f' }, append('f', 3, 'two'));
  rig.disk.submit({ id: 9, lane: 'vote', ...append('v', 0, 'vote') });

  expect(rig.done.map(({ completion }) => completion.result.ok)).toEqual([
    true,
    false,
    false,
    true,
  ]);
  rig.settle();
  rig.disk.kill();
  rig.submit(append('f', 3, 'two'));
  expect(rig.text('f')).toBe('onetwo');
});

test('a full disk refuses what makes files longer, and reads and removes', () => {
  const rig = new Rig();
  rig.submit(append('f', 0, 'one'));
  rig.disk.full = true;
  rig.disk.submit({ id: 7, lane: 'vote', ...append('v', 0, 'vote') });
  rig.submit({ op: 'remove', path: 'f' });

  expect(rig.done.at(1)?.completion.result).toMatchObject({ ok: false, code: 'full' });
  expect(rig.done.at(2)?.completion.result).toEqual({ ok: true });
});

test('a snapshot is plain data, and the same seed from it goes the same way', () => {
  const rig = new Rig(5);
  rig.submit(...made('f', 'synced'), append('f', 6, 'x'.repeat(3_000)));
  rig.now += 1;
  const snapshot = structuredClone(rig.disk.snapshot());
  rig.disk.crash(new Random(77));
  const first = rig.disk.files();

  rig.disk.restore(snapshot);
  rig.disk.crash(new Random(77));

  expect(rig.disk.files()).toEqual(first);
});
