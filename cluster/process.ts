/**
 * One child process of the cluster. It is in a process group of its own, so that a terminal's Ctrl+C
 * reaches the cluster alone, which then stops its children in order. Its standard input is a pipe on
 * which nothing is ever written: when the pipe ends, whoever owned the child is gone, and the child
 * stops by itself (RELEVO_PARENT_PIPE=1 tells it to watch).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { ClusterError } from './error.js';

export const PARENT_PIPE = 'RELEVO_PARENT_PIPE';

/** A node or a proxy that stops properly takes less. */
const STOP_MS_MAX = 5_000;

export interface ProcessSettings {
  readonly name: string;
  readonly kind: 'node' | 'proxy' | 'client';
  /** A command that becomes the program, which follows it: `nsenter` and its like. */
  readonly launcher?: readonly string[];
  /** The JavaScript file to run. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Standard output and errors are appended to it. */
  readonly logFile: string;
}

export type ProcessState = 'stopped' | 'running' | 'paused';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
}

export class ClusterProcess {
  /** Those of the next start. */
  settings: ProcessSettings;
  #child: ChildProcess | null = null;
  #paused = false;
  #exit: ProcessExit | null = null;
  #gone: Promise<ProcessExit> | null = null;
  #guard: ChildProcess | null = null;
  /** Whether somebody here asked for the end; otherwise the process died by itself. */
  #endAsked = false;
  readonly #exitListeners = new Set<() => void>();

  constructor(settings: ProcessSettings) {
    this.settings = settings;
  }

  get name(): string {
    return this.settings.name;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get state(): ProcessState {
    if (this.#child === null) return 'stopped';
    return this.#paused ? 'paused' : 'running';
  }

  /** How it ended last; null while it runs, and before the first start. */
  get exit(): ProcessExit | null {
    return this.#child === null ? this.#exit : null;
  }

  /** It ended, and nobody here asked for that. */
  get died(): boolean {
    return this.exit !== null && !this.#endAsked;
  }

  /** Resolves when the system runs it, which is well before it serves. */
  async start(): Promise<void> {
    if (this.#child !== null) {
      throw new ClusterError(
        'already-running',
        `${this.name} already runs (pid ${String(this.pid)}).`,
      );
    }
    const child = this.#spawn();
    this.#child = child;
    this.#exit = null;
    this.#endAsked = false;
    this.#gone = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(this.#ended(code, signal));
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        this.#child = null;
        reject(error);
      });
    });
  }

  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<ProcessExit> {
    const child = this.#running();
    this.#endAsked = true;
    child.kill('SIGKILL');
    return this.#whenGone();
  }

  /** SIGTERM, and SIGKILL if it takes more than `graceMs`. */
  async stop(graceMs = STOP_MS_MAX): Promise<ProcessExit> {
    const child = this.#running();
    this.#endAsked = true;
    // Windows has no SIGTERM: there the end of the pipe asks for the same.
    if (process.platform === 'win32') child.stdin?.end();
    else child.kill('SIGTERM');
    if (this.#paused) this.resume();
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    try {
      return await this.#whenGone();
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGSTOP: the process stands still, and its connections stay open. */
  pause(): void {
    const child = this.#running();
    if (process.platform === 'win32') {
      throw new ClusterError(
        'unsupported',
        'Windows can not pause a process (no SIGSTOP); use kill.',
      );
    }
    if (this.#paused) return;
    this.#guard = guardFrozen(this.#pidOf(child));
    this.#paused = true;
    child.kill('SIGSTOP');
  }

  resume(): void {
    const child = this.#running();
    if (!this.#paused) return;
    this.#paused = false;
    child.kill('SIGCONT');
    this.#dismissGuard();
  }

  /** Calls `listener` after each end. Returns how to unsubscribe. */
  onExit(listener: () => void): () => void {
    this.#exitListeners.add(listener);
    return () => this.#exitListeners.delete(listener);
  }

  /** For the last moment of this process, when nothing can be awaited any more. */
  killNow(): void {
    this.#endAsked = true;
    this.#child?.kill('SIGKILL');
  }

  #spawn(): ChildProcess {
    const { program, launcher = [], environment, workingDirectory, logFile } = this.settings;
    const [command, ...args] = [...launcher, process.execPath, program];
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    try {
      return spawn(command, args, {
        cwd: workingDirectory,
        env: { ...inheritedEnvironment(), ...environment, [PARENT_PIPE]: '1' },
        stdio: ['pipe', log, log],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
    } finally {
      closeSync(log);
    }
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): ProcessExit {
    this.#child = null;
    this.#paused = false;
    this.#dismissGuard();
    this.#exit = { code, signal, atMs: performance.now() };
    for (const listener of this.#exitListeners) listener();
    return this.#exit;
  }

  #running(): ChildProcess {
    if (this.#child !== null) return this.#child;
    throw new ClusterError(
      'not-running',
      `${this.name} does not run; start it first: start ${this.name}`,
    );
  }

  #whenGone(): Promise<ProcessExit> {
    if (this.#gone === null) throw new Error(`${this.name} was never started`);
    return this.#gone;
  }

  #pidOf(child: ChildProcess): number {
    if (child.pid === undefined) throw new Error(`${this.name} has no process id`);
    return child.pid;
  }

  #dismissGuard(): void {
    this.#guard?.kill('SIGKILL');
    this.#guard = null;
  }
}

/**
 * A frozen process can't see its pipe end. This small one does, when we are gone, and thaws it, upon
 * which it sees it too.
 */
function guardFrozen(pid: number): ChildProcess {
  return spawn('/bin/sh', ['-c', 'read nothing; kill -CONT "$1"', 'guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
}

/** What a program needs of its surroundings; settings of Relevo are given to each child explicitly. */
function inheritedEnvironment(): Record<string, string | undefined> {
  const names = [
    'PATH',
    'HOME',
    'TMPDIR',
    'TEMP',
    'TMP',
    'TZ',
    'SystemRoot',
    'NODE_OPTIONS',
    'NO_COLOR',
  ];
  return Object.fromEntries(
    names
      .filter((name) => process.env[name] !== undefined)
      .map((name) => [name, process.env[name]]),
  );
}
