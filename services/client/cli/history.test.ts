import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { History } from './history.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-history-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the history', () => {
  test('is kept between prompts, newest first, each line once', () => {
    const file = join(folder, 'below', 'history');
    const history = new History(file);
    for (const line of ['set 1 1', 'get 1', '  ', 'set 1 1']) history.add(line);
    expect(history.save()).toBeNull();

    expect(new History(file).newestFirst()).toEqual(['set 1 1', 'get 1']);
  });

  test('is for its owner alone, also where the file was there before', () => {
    const file = join(folder, 'history');
    writeFileSync(file, 'get 1\n');
    chmodSync(file, 0o644);
    const history = new History(file);
    history.add('get 2');
    history.save();

    // Windows knows no such modes.
    const expected = process.platform === 'win32' ? 0o666 : 0o600;
    expect(statSync(file).mode & 0o777).toBe(expected);
    expect(new History(file).newestFirst()).toEqual(['get 2', 'get 1']);
  });

  test('keeps a thousand lines', () => {
    const history = new History(join(folder, 'history'));
    for (let number = 0; number < 1_200; number += 1) history.add(`get ${String(number)}`);

    expect(history.newestFirst()).toHaveLength(1_000);
    expect(history.newestFirst()[0]).toBe('get 1199');
  });

  test('that can not be kept says why, and is no error', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(new History(join(folder, 'file', 'history')).save()).toMatch(/ENOTDIR|EEXIST/);
  });
});
