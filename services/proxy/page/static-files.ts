/** The page's own files, as they were built: few, small, and read once. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface StaticFile {
  readonly type: string;
  readonly data: Buffer;
  /** Changes with the contents, so that a browser keeps it until then. */
  readonly isNamedByContents: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** Null: the page was not built. By path, `/` for the first page. */
export function staticFiles(folder: string): ReadonlyMap<string, StaticFile> | null {
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return null;
  }
  const files = new Map<string, StaticFile>();
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const path = `/${name.replaceAll('\\', '/')}`;
    const data = readFileSync(join(folder, name));
    files.set(path, { type, data, isNamedByContents: /-[A-Z0-9]{8}\./.test(name) });
  }
  const first = files.get('/index.html');
  if (first === undefined) return null;
  files.set('/', first);
  return files;
}

/** Where the build puts them, seen from the proxy's program: dist/site, and site/ in the artefact. */
const FOLDERS = ['../../../site', '../../site'];

/** Null: the page was not built. */
export function builtPage(program: string): ReadonlyMap<string, StaticFile> | null {
  const here = fileURLToPath(new URL('.', program));
  for (const folder of FOLDERS) {
    const files = staticFiles(join(here, folder));
    if (files !== null) return files;
  }
  return null;
}
