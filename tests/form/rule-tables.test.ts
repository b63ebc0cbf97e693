/**
 * The rules can be replaced in tests alone: what the services load holds no wrong one, nobody on the way
 * from a `main.ts` to a machine hands one in, and the tables that count then are frozen.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SESSION_RULES } from '#client/session';
import { productionRules } from '#kv';
import { NODE_RULES } from '#node/replica';
import { ROUTER_RULES } from '#proxy/router';
import { RULES } from '#raft';
import { RULES as STORAGE_RULES } from '#storage';
import { packageJson, repositoryFiles, textOf } from './tree.js';

const require = createRequire(import.meta.url);
const { purePatterns } = require('../../scripts/pure-files.cjs') as {
  purePatterns: () => { readonly path: string; readonly pathNot: string };
};

const { imports } = packageJson();
const files = new Set(repositoryFiles());
const mains = [...files].filter((file) => /^services\/.*main\.ts$/.test(file));

/** The source that an import leads to; null: a package. */
function sourceOf(name: string, from: string): string | null {
  if (name.startsWith('.')) return join(dirname(from), name).replace(/\.js$/, '.ts');
  const [, tail] = /^#rpc\/generated\/(.*)$/.exec(name) ?? [];
  if (tail !== undefined) return `rpc/generated/${tail}.ts`;
  return imports[name]?.replace('./dist/', '').replace(/\.js$/, '.ts') ?? null;
}

function loadedFrom(start: readonly string[]): Set<string> {
  const loaded = new Set(start);
  for (const file of loaded) {
    for (const [, name] of textOf(file).matchAll(/(?:from|import)\s*\(?'([^']+)'/g)) {
      const source = sourceOf(name ?? '', file);
      if (source !== null && files.has(source)) loaded.add(source);
    }
  }
  return loaded;
}

/** What it hands on from elsewhere, and what it says in words, is not what it does. */
function mentionsRules(text: string): boolean {
  const code = text
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\/\/.*/g, '')
    .replace(/export (type )?\{[^}]*\} from '[^']*';/g, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
  return /rules\b/i.test(code);
}

const loaded = loadedFrom(mains);
const { path, pathNot } = purePatterns();
const isPure = (file: string): boolean =>
  new RegExp(path).test(file) && !new RegExp(pathNot).test(file);

test('the services load neither the simulator nor the zoo, nor anything of a test', () => {
  expect(mains).toHaveLength(4);
  expect(loaded.size).toBeGreaterThan(150);
  expect(loaded).toContain('raft/rules.ts');
  const foreign = [...loaded].filter((file) =>
    /^(simulator|exhaustive|zoo|tests)\/|\/testing\/|\.test\.ts$/.test(file),
  );
  expect(foreign).toEqual([]);
});

test('whoever makes a machine of a service leaves its rules as they are', () => {
  const drivers = [...loaded].filter((file) => !isPure(file) && !file.startsWith('rpc/generated/'));
  expect(drivers).toEqual(
    expect.arrayContaining([
      'node/process/start.ts',
      'services/proxy/driver.ts',
      'services/client/calls.ts',
    ]),
  );
  expect(drivers.filter((file) => mentionsRules(textOf(file)))).toEqual([]);
});

test('a rule that is handed in would be noticed', () => {
  expect(mentionsRules('new Replica({ ...config, rules }, recovered, ports);')).toBe(true);
  expect(mentionsRules('const { ROUTER_RULES } = table;')).toBe(true);
  expect(mentionsRules("// its rules\nexport { RULES } from './rules.js';")).toBe(false);
});

test('the tables that production takes are frozen', () => {
  const tables = [RULES, STORAGE_RULES, productionRules, NODE_RULES, ROUTER_RULES, SESSION_RULES];
  for (const table of tables) {
    expect(Object.keys(table).length).toBeGreaterThan(3);
    expect(Object.isFrozen(table)).toBe(true);
  }
});
