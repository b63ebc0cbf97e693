/** The `.env` file: where it is looked for, what it says, and what in it nobody would ever read. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'dotenv';
import type { Environment } from './environment.js';
import { nearest } from './nearest.js';
import type { Problem } from './problem.js';
import { CLIENT_SETTINGS, NODE_SETTINGS, PROXY_SETTINGS } from './settings.js';

export const DOT_ENV = '.env';

/**
 * `ours`: a node's or a proxy's, in which every line has to be one of ours. `any`: that of the folder in
 * which a client happens to stand, which may be another program's; only names that are meant for the
 * client are judged.
 */
export type DotEnvOwner = 'ours' | 'any';

/** One file may serve a node, a proxy and a client. */
const ALL_NAMES = [NODE_SETTINGS, PROXY_SETTINGS, CLIENT_SETTINGS].flatMap(namesIn);
const CLIENT_NAMES = namesIn(CLIENT_SETTINGS);
const CLIENT_PREFIX = 'RELEVO_';
const PROTO_LINE = /^\s*(?:export\s+)?__proto__\s*(?:=|:\s)/m;

/** npm runs scripts in their package's folder, and says where the user stood. */
export function standingDirectory(environment: Environment, workingDirectory: string): string {
  const { INIT_CWD: stood, npm_package_json: script } = environment;
  // Programs that npm started start others, elsewhere: for those it says nothing.
  const isScript = script !== undefined && dirname(script) === workingDirectory;
  return isScript && stood !== undefined && stood !== '' ? stood : workingDirectory;
}

/**
 * The folder whose `.env` counts, and where relative paths begin: where the user stands, or the
 * script's own folder if there is a `.env` in that alone.
 */
export function settingsDirectory(environment: Environment, workingDirectory: string): string {
  const stood = standingDirectory(environment, workingDirectory);
  if (existsSync(join(stood, DOT_ENV))) return stood;
  return existsSync(join(workingDirectory, DOT_ENV)) ? workingDirectory : stood;
}

/** What the file says; nothing if there is none. Notes what is wrong with it as a whole. */
export function readDotEnv(
  directory: string,
  owner: DotEnvOwner,
  problems: Problem[],
): Environment {
  const file = join(directory, DOT_ENV);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') problems.push(unreadable(file, code));
    return {};
  }
  const values = parse(text);
  for (const name of Object.keys(values)) {
    const problem = owner === 'ours' ? strangerTo(name) : strangerToClient(name);
    if (problem !== null) problems.push({ ...problem, given: `in ${file}` });
  }
  if (owner === 'ours') {
    problems.push(...linesOfNoSetting(text, file));
    // The one name that is no member of what is parsed.
    if (PROTO_LINE.test(text)) {
      const expected = 'there is no such setting; remove the line';
      problems.push({ name: '__proto__', given: `in ${file}`, expected });
    }
  }
  return values;
}

function strangerTo(name: string): Pick<Problem, 'name' | 'expected'> | null {
  if (ALL_NAMES.includes(name)) return null;
  const near = nearest(name.toUpperCase(), ALL_NAMES);
  const remedy = near === null ? 'remove the line; .env.example has them all' : `perhaps ${near}?`;
  return { name, expected: `there is no such setting; ${remedy}` };
}

function strangerToClient(name: string): Pick<Problem, 'name' | 'expected'> | null {
  const isMeant = name.startsWith(CLIENT_PREFIX) || nearest(name, CLIENT_NAMES) !== null;
  return isMeant ? strangerTo(name) : null;
}

/** `ELECTION_TIMEOUT 10s` would be passed over without a word. No setting has several lines. */
function linesOfNoSetting(text: string, file: string): readonly Problem[] {
  return text
    .split(/\r?\n/)
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .filter(({ line }) => !/^(?:export\s+)?[\w.-]+\s*(?:=|:\s)/.test(line))
    .map(({ line, number }) => ({
      name: `line ${number}`,
      given: `${JSON.stringify(line)} (${file})`,
      expected: 'expected NAME=value',
    }));
}

function unreadable(file: string, code: string): Problem {
  return {
    name: DOT_ENV,
    given: '',
    expected: `${file} can't be read (${code}); make it a readable file, or remove it`,
  };
}

function namesIn(table: Readonly<Record<string, { readonly name: string }>>): readonly string[] {
  return Object.values(table).map(({ name }) => name);
}
