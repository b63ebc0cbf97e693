/** One service started by hand, as an operator would, and what became of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const RELEVO = fileURLToPath(new URL('../../bin/relevo.js', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../../dist/services/', import.meta.url));

export interface Ended {
  /** Null: it still ran after the limit, and was killed. */
  readonly status: number | null;
  /** Standard output and errors. */
  readonly output: string;
}

export type Environment = Readonly<Record<string, string>>;

/** Runs a service until it ends by itself. `environment` is all that it is told; there is no `.env`. */
export async function runService(
  service: 'leader' | 'follower' | 'proxy',
  environment: Environment,
  limitMs = 10_000,
): Promise<Ended> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-service-'));
  const child = spawn(process.execPath, [join(PROGRAMS, service, 'main.js')], {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  try {
    return await ended(child);
  } finally {
    clearTimeout(timer);
    rmSync(directory, { recursive: true, force: true });
  }
}

function ended(child: ChildProcess): Promise<Ended> {
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      resolve({ status, output });
    });
  });
}

/** A service that runs on, told by nothing but the `.env` in its directory. */
export interface Running {
  /** Standard output and errors so far. */
  readonly output: () => string;
  /** SIGTERM; resolves with the exit status. */
  readonly stop: () => Promise<number | null>;
}

export function startService(
  service: 'leader' | 'follower' | 'proxy',
  directory: string,
  dotEnv: Environment,
): Running {
  writeDotEnv(directory, dotEnv);
  const child = spawn(process.execPath, [join(PROGRAMS, service, 'main.js')], {
    cwd: directory,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const gone = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return {
    output: () => output,
    stop: () => {
      child.kill('SIGTERM');
      return gone;
    },
  };
}

export function writeDotEnv(directory: string, settings: Environment): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(directory, '.env'), lines.join(''));
}

export interface Answered {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** `relevo` as from a shell, in a directory. `child` is there at once, to be interrupted. */
export function runRelevo(
  words: readonly string[],
  directory: string,
): { readonly child: ChildProcess; readonly answered: Promise<Answered> } {
  const child = spawn(process.execPath, [RELEVO, ...words], {
    cwd: directory,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const answered = new Promise<Answered>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      resolve({ status, out, err });
    });
  });
  return { child, answered };
}
