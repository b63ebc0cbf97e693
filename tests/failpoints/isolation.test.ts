/** No program that is shipped reaches a failpoint: not one of its modules is loaded, nor its variable read. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FOLDER_VARIABLE } from './order.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FAILPOINTS = 'tests/failpoints/';

const SHIPPED = [
  ...['services/leader/main.ts', 'services/follower/main.ts', 'services/proxy/main.ts'],
  ...['services/client/main.ts', 'cluster/main.ts', 'bench/main.ts', 'simulator/main.ts'],
];

const ENTRIES = ['leader', 'follower', 'proxy'].map((name) => `${FAILPOINTS}entries/${name}.ts`);

const NAMES = (
  JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { imports: Record<string, string> }
).imports;

const textOf = (file: string): string => readFileSync(`${ROOT}${file}`, 'utf8');

/** Every file of ours that is loaded, or whose types are looked at, with `file`. */
function reachedFrom(file: string, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const [, name = ''] of textOf(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    const next = sourceOf(name, file);
    if (next !== null) reachedFrom(next, reached);
  }
  return reached;
}

/** Null for what is not ours. Throws if a name of ours leads nowhere. */
function sourceOf(name: string, importer: string): string | null {
  if (!name.startsWith('.') && !name.startsWith('#')) return null;
  const target = name.startsWith('#') ? aliased(name) : join(dirname(importer), name);
  const source = normalize(target).replace(/\.js$/, '.ts');
  if (!existsSync(`${ROOT}${source}`)) throw new Error(`${name} in ${importer} leads nowhere`);
  return source;
}

function aliased(name: string): string {
  const generated = name.replace(/^#rpc\/generated\/(.*)$/, '#rpc/generated/*');
  const target = NAMES[generated] ?? '';
  return target.replace('./dist/', '').replace('*', name.replace('#rpc/generated/', ''));
}

describe('failpoints', () => {
  test.each(SHIPPED)('are out of reach of %s', (program) => {
    const reached = [...reachedFrom(program)];
    expect(reached.length).toBeGreaterThan(10);
    expect(reached.filter((file) => file.startsWith('tests/'))).toEqual([]);
    expect(reached.filter((file) => textOf(file).includes(`'${FOLDER_VARIABLE}'`))).toEqual([]);
  });

  test.each(ENTRIES)('are within reach of %s, by the same search', (entry) => {
    const reached = reachedFrom(entry);
    expect(reached).toContain(`${FAILPOINTS}wiring/trigger.ts`);
    expect([...reached].some((file) => textOf(file).includes(`'${FOLDER_VARIABLE}'`))).toBe(true);
  });

  test('stand in a process that is otherwise the one that is shipped', () => {
    expect(reachedFrom(ENTRIES[0] ?? '')).toContain('node/process/run.ts');
    expect(reachedFrom(ENTRIES[2] ?? '')).toContain('services/proxy/run.ts');
  });
});
