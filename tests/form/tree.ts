/** The repository's own files, and a small copy of its rules to plant mistakes in. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every file that git has, or would add, with forward slashes, relative to the root. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((file) => file !== '');
  return files.filter((file) => lstatSync(join(ROOT, file), { throwIfNoEntry: false })?.isFile());
}

export function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

export interface PackageJson {
  readonly scripts: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}

export function packageJson(): PackageJson {
  return JSON.parse(textOf('package.json')) as PackageJson;
}

export interface Finished {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a script with this very Node; the output is both streams'. */
export function runNode(directory: string, ...args: string[]): Finished {
  const result = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
  return { status: result.status, output: result.stdout + result.stderr };
}

const RULES = [
  'package.json',
  'tsconfig.json',
  'tsconfig.pure.json',
  'pure.d.ts',
  'eslint.config.js',
  '.dependency-cruiser.cjs',
  'scripts/pure-files.cjs',
  'scripts/source-names.cjs',
];

/** A new temporary directory with the project's rules, its packages, and nothing but `files`. */
export function plantedTree(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-planted-'));
  for (const rule of RULES) {
    mkdirSync(dirname(join(directory, rule)), { recursive: true });
    copyFileSync(join(ROOT, rule), join(directory, rule));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}
