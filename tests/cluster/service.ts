/** One service started by hand, as an operator would, and what became of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

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
