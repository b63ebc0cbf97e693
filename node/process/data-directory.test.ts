import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeDataDirectory } from './data-directory.js';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'relevo-data-directory-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

test('rule 32: every directory that was given a name is synced, outermost first', async () => {
  const directory = path.join(root, 'a', 'b', 'c');

  const synced = await makeDataDirectory(directory);

  expect(synced).toEqual([root, path.join(root, 'a'), path.join(root, 'a', 'b')]);
  expect(await readdir(directory)).toEqual([]);
});

test('rule 32: the parent of a directory that is there is synced: who made it may have died', async () => {
  const directory = path.join(root, 'a');
  await mkdir(directory);

  expect(await makeDataDirectory(directory)).toEqual([root]);
});

test('what can not be made is refused with the setting, the path and the reason', async () => {
  const file = path.join(root, 'file');
  await writeFile(file, '');

  await expect(makeDataDirectory(path.join(file, 'a'))).rejects.toThrow(
    /^DATA_DIR: can't make the data directory .*file\/a: .*ENOTDIR/,
  );
});
