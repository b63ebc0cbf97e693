import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDirectory } from './directory-reader.js';
import { TestWorld } from './testing/test-world.js';

let folder: string;
let world: TestWorld;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-inspect-'));
  world = new TestWorld();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('inspect', () => {
  test('explains a blank directory, and leaves it blank', async () => {
    const { exit, out } = await world.run('inspect', folder);

    expect(exit).toBe(0);
    expect(out).toContain(`${folder}: `);
    expect(out).toContain('no entries behind 0');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('exits 1 on a directory that a node would refuse, and says why', async () => {
    writeFileSync(join(folder, 'identity.json'), 'scribble\n');

    const { exit, out } = await world.run('inspect', folder);

    expect(exit).toBe(1);
    expect(out).toContain('identity.json');
  });

  test('--json has all of it, and the comparison of several', async () => {
    mkdirSync(join(folder, 'other'));

    const { out } = await world.run('inspect', folder, join(folder, 'other'), '--json');

    const all = JSON.parse(out) as { directories: object[]; comparison: object };
    expect(all.directories).toMatchObject([{ name: folder }, { name: join(folder, 'other') }]);
    expect(all.comparison).toMatchObject({ differences: [] });
  });

  test('a directory that is not there is wrong usage', async () => {
    expect(await world.run('inspect', join(folder, 'none'))).toMatchObject({ exit: 2 });
  });
});

test('looking never changes: a step that would is a mistake of ours', () => {
  function* steps() {
    yield { op: 'remove', path: 'vote.json' } as const;
  }
  writeFileSync(join(folder, 'vote.json'), '{}');

  expect(() => readDirectory(folder, steps())).toThrow('must not remove');
  expect(readdirSync(folder)).toEqual(['vote.json']);
});
