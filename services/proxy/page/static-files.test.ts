import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticFiles } from './static-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-site-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the page’s files', () => {
  test('are those that were built, by their paths, and no others', () => {
    writeFileSync(join(folder, 'index.html'), '<p>');
    writeFileSync(join(folder, 'main-0A1B2C3D.js'), '1');
    writeFileSync(join(folder, 'notes.md'), 'not for a browser');
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'inner/style.css'), 'p {}');

    const files = staticFiles(folder);
    expect([...(files?.keys() ?? [])].sort()).toEqual([
      ...['/', '/index.html', '/inner/style.css', '/main-0A1B2C3D.js'],
    ]);
    expect(files?.get('/../package.json')).toBeUndefined();
    expect(files?.get('/')?.data.toString()).toBe('<p>');
  });

  test('say what they are, and whether a browser may keep them', () => {
    writeFileSync(join(folder, 'index.html'), '');
    writeFileSync(join(folder, 'main-0A1B2C3D.js'), '');

    const files = staticFiles(folder);
    expect(files?.get('/index.html')).toMatchObject({
      ...{ type: 'text/html; charset=utf-8', isNamedByContents: false },
    });
    expect(files?.get('/main-0A1B2C3D.js')).toMatchObject({
      ...{ type: 'text/javascript; charset=utf-8', isNamedByContents: true },
    });
  });

  test('are none before the page was built', () => {
    expect(staticFiles(join(folder, 'nowhere'))).toBeNull();
    expect(staticFiles(folder)).toBeNull();
  });
});
