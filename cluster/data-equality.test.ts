import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareFiles, waitForEqualFiles } from './data-equality.js';

let folder: string;
let nodes: { name: string; dataDirectory: string }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-equality-'));
  nodes = ['ada', 'bob'].map((name) => ({ name, dataDirectory: join(folder, name) }));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(node: string, name: string, content: string): void {
  mkdirSync(join(folder, node, 'data'), { recursive: true });
  writeFileSync(join(folder, node, 'data', name), content);
}

describe('the data files of all nodes', () => {
  test('are equal when the newest have one name and one sha256', async () => {
    write('ada', '0001.jsonl', 'older');
    for (const node of ['ada', 'bob']) write(node, '0002.jsonl', '{"key":"a"}\n');

    const { equal } = await compareFiles(nodes);

    expect(equal).toMatchObject({ path: 'data/0002.jsonl', size: 12 });
    expect(equal?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('differ by a byte, by a name, or by being absent, and it says who has what', async () => {
    write('ada', '0002.jsonl', 'a');
    expect(await compareFiles(nodes)).toMatchObject({
      equal: null,
      found: expect.stringContaining('bob no file') as string,
    });
    write('bob', '0002.jsonl', 'b');
    expect((await compareFiles(nodes)).equal).toBeNull();
    rmSync(join(folder, 'bob'), { recursive: true });
    write('bob', '0003.jsonl', 'a');
    expect((await compareFiles(nodes)).equal).toBeNull();
  });

  test('that are equal but without a key are not what was waited for', async () => {
    for (const node of ['ada', 'bob']) write(node, '0002.jsonl', '{"key":"a"}\n');

    expect((await waitForEqualFiles(nodes, ['a'], 0)).equal).not.toBeNull();
    expect(await waitForEqualFiles(nodes, ['a', 'b'], 0)).toEqual({
      equal: null,
      found: 'data/0002.jsonl, equal on all, is without b',
    });
  });
});
