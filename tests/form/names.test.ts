/** Names that lead somewhere: imports, scripts, commands in the documents. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageJson, repositoryFiles, ROOT, textOf } from './tree.js';

const { scripts, imports, bin } = packageJson();
const jestConfigUrl = new URL('../../jest.config.js', import.meta.url);
const { default: jestConfig } = (await import(jestConfigUrl.href)) as {
  readonly default: { readonly moduleNameMapper: Readonly<Record<string, string>> };
};

/** The source of a built file: dist/raft/index.js is raft/index.ts. */
const sourceOf = (built: string): string =>
  built.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '.ts');

/** What jest makes of a `#name`. */
function mappedByJest(name: string): string | undefined {
  for (const [pattern, target] of Object.entries(jestConfig.moduleNameMapper)) {
    const match = new RegExp(pattern).exec(name);
    if (match === null) continue;
    return target.replace('<rootDir>/', '').replace('$1', match[1] ?? '');
  }
  return undefined;
}

describe('names', () => {
  test.each(Object.entries(imports))(
    '%s leads to a source, for Node and for jest',
    (name, built) => {
      const source = sourceOf(built).replace('*', 'relevo/v1/kv');
      expect(existsSync(join(ROOT, source))).toBe(true);
      expect(mappedByJest(name.replace('*', 'relevo/v1/kv'))).toBe(source);
    },
  );

  test.each(Object.entries(scripts))('npm run %s starts a file that is there', (_name, command) => {
    const started = command.split('&&').map((part) => /^\s*node (?:--\S+ )*(\S+)/.exec(part)?.[1]);
    const missing = started
      .filter((file) => file !== undefined)
      .filter((file) => !existsSync(join(ROOT, file.startsWith('dist/') ? sourceOf(file) : file)));
    expect(missing).toEqual([]);
  });

  test.each(Object.entries(bin))('the command %s is there, and can be executed', (_name, file) => {
    const { mode } = statSync(join(ROOT, file));
    expect(mode & 0o111).not.toBe(0);
    expect(textOf(file)).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('every npm command in the documents is a script', () => {
    const documents = repositoryFiles().filter((file) => file.endsWith('.md'));
    const commands = documents.flatMap((file) => commandsIn(textOf(file)));
    expect(commands).toEqual(expect.arrayContaining(['start', 'test']));
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('every file that a document links to is there', () => {
    const documents = repositoryFiles().filter((file) => file.endsWith('.md'));
    const broken = documents.flatMap((file) =>
      linksIn(textOf(file))
        .filter((target) => !existsSync(join(ROOT, file, '..', target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

/** `npm start` and `npm test` are scripts too. */
function commandsIn(text: string): string[] {
  const commands = text.matchAll(/\bnpm (?:run (?:-s |--silent )?([a-z][\w-]*)|(start|test)\b)/g);
  return [...commands].map((match) => match[1] ?? match[2] ?? '');
}

function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
    (match) => match[1] ?? '',
  );
}
