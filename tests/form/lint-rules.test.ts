/** The lint rules and the compiler of the pure rooms, each proved by a mistake that it catches. */
import { rmSync } from 'node:fs';
import { plantedTree, runNode } from './tree.js';

const LONG_FUNCTION = `export function long(): void {\n${'  void 0;\n'.repeat(71)}}\n`;
const LONG_FILE = 'export {};\n'.repeat(401);

/** Mistakes in a pure room; each file holds one. */
const IMPURE: readonly (readonly [name: string, text: string, rule: string])[] = [
  ['date', 'export const now = Date.now();', 'no-restricted-globals'],
  ['random', 'export const chance = Math.random();', 'no-restricted-properties'],
  ['timer', 'setTimeout(() => undefined, 1);', 'no-restricted-globals'],
  ['process', 'export const id = process.pid;', 'no-restricted-globals'],
  ['buffer', "export const bytes = Buffer.from('');", 'no-restricted-globals'],
  ['promise', 'export const later = Promise.resolve(1);', 'no-restricted-globals'],
  ['promise-type', 'export type Later = Promise<number>;', 'no-restricted-syntax'],
  ['async', 'export async function later(): Promise<void> {}', 'no-restricted-syntax'],
  ['console', "console.log('here');", 'no-restricted-globals'],
  ['collation', "export const order = 'a'.localeCompare('b');", 'no-restricted-properties'],
  ['builtin', "import { join } from 'node:path';\nexport { join };", 'no-restricted-syntax'],
];

/** Mistakes anywhere. */
const CARELESS: readonly (readonly [name: string, text: string, rule: string])[] = [
  [
    'floating',
    'async function later(): Promise<void> {\n  await Promise.resolve();\n}\nlater();',
    '@typescript-eslint/no-floating-promises',
  ],
  [
    'switch',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}",
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  ['any', 'export const loose: any = 1;', '@typescript-eslint/no-explicit-any'],
  [
    'non-null',
    'export const first = (xs: string[]): string => xs[0]!;',
    '@typescript-eslint/no-non-null-assertion',
  ],
  ['enum', 'export enum Colour {\n  red,\n}', 'no-restricted-syntax'],
  [
    'type-import',
    "import { Careless } from './careless.js';\nexport type Same = Careless;",
    '@typescript-eslint/consistent-type-imports',
  ],
  ['long-function', LONG_FUNCTION, 'max-lines-per-function'],
  ['long-file', LONG_FILE, 'max-lines'],
];

const NOT_LINTED = 'rpc/generated/relevo.ts';

interface Linted {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null }[];
}

describe('lint rules', () => {
  let directory: string;
  let rulesByFile: Map<string, readonly (string | null)[]>;

  beforeAll(() => {
    directory = plantedTree({
      ...Object.fromEntries(IMPURE.map(([name, text]) => [`raft/${name}.ts`, text])),
      ...Object.fromEntries(CARELESS.map(([name, text]) => [`cluster/${name}.ts`, text])),
      'cluster/careless.ts': 'export interface Careless {\n  readonly a: number;\n}\n',
      'cluster/clock.ts': 'export const now = Date.now();\n',
      'raft/long.test.ts': LONG_FUNCTION,
      [NOT_LINTED]: 'export const generated: any = 1;',
      // A comment can't switch a rule off.
      'cluster/silenced.ts': `/* ${['eslint', 'disable'].join('-')} */\nexport const loose: any = 1;\n`,
    });
    const { output } = runNode(directory, 'node_modules/eslint/bin/eslint.js', '-f', 'json', '.');
    const results = JSON.parse(output) as readonly Linted[];
    rulesByFile = new Map(
      results.map(({ filePath, messages }) => [
        filePath.replaceAll('\\', '/').replace(/^.*relevo-planted-[^/]*\//, ''),
        messages.map(({ ruleId }) => ruleId),
      ]),
    );
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(IMPURE)('a pure room with %s is caught', (name, _text, rule) => {
    expect(rulesByFile.get(`raft/${name}.ts`)).toContain(rule);
  });

  test.each(CARELESS)('%s is caught everywhere', (name, _text, rule) => {
    expect(rulesByFile.get(`cluster/${name}.ts`)).toContain(rule);
  });

  test('a comment does not silence a rule', () => {
    expect(rulesByFile.get('cluster/silenced.ts')).toContain('@typescript-eslint/no-explicit-any');
  });

  test('what is allowed is left alone', () => {
    expect(rulesByFile.get('cluster/careless.ts')).toEqual([]);
    expect(rulesByFile.get('cluster/clock.ts')).toEqual([]);
    expect(rulesByFile.get('raft/long.test.ts')).toEqual([]);
    expect(rulesByFile.has(NOT_LINTED)).toBe(false);
  });

  test('the compiler of the pure rooms knows no Node', () => {
    const tsc = 'node_modules/typescript/bin/tsc';
    const { status, output } = runNode(directory, tsc, '-p', 'tsconfig.pure.json');
    expect(status).not.toBe(0);
    for (const file of ['timer', 'process', 'buffer', 'console', 'builtin']) {
      expect(output).toContain(`raft/${file}.ts(`);
    }
    expect(output).not.toContain('raft/long.test.ts');
  });
});
