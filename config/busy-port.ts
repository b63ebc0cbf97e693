/** A port that can't be listened on: which setting it is, who holds it, and what to do. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** As /proc/net/tcp writes a listening socket's state. */
const LISTENING = '0A';

/** Whoever starts a process prints `message` and exits with 2. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** What an attempt to listen failed with, in words; other errors come back as they are. */
export function listenError(error: unknown, setting: string, host: string, port: number): Error {
  const text = error instanceof Error ? error.message : String(error);
  const code = /EADDRINUSE|EACCES|EADDRNOTAVAIL|ENOTFOUND/.exec(text)?.[0];
  const at = `${host}:${port} (${setting})`;
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError(
        `${at} is in use by ${portHolder(port)}; end that, or set another ${setting}`,
      );
    case 'EACCES':
      return new ListenError(
        `this user may not listen on ${at}; set ${setting} above 1023, or grant the right`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError(
        `${at} is no address of this machine; listen on one that it has, or on 0.0.0.0`,
      );
    default:
      return error instanceof Error ? error : new Error(text);
  }
}

/** `process 4121 (node dist/x.js)`, or how to find out: only Linux says it by itself. */
export function portHolder(port: number): string {
  if (process.platform === 'win32') return `another process (see: netstat -ano | findstr ${port})`;
  const pid = process.platform === 'linux' ? listenerOf(port) : null;
  if (pid === null) return `another process (see: lsof -nP -iTCP:${port} -sTCP:LISTEN)`;
  return `process ${pid} (${commandOf(pid)})`;
}

function listenerOf(port: number): number | null {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => inodesIn(table, port)),
  );
  if (inodes.size === 0) return null;
  const found = namesIn('/proc').find(
    (entry) =>
      /^\d+$/.test(entry) &&
      namesIn(`/proc/${entry}/fd`).some((fd) => inodes.has(linkOf(`/proc/${entry}/fd/${fd}`))),
  );
  return found === undefined ? null : Number(found);
}

/** As the links in /proc/PID/fd name them. */
function inodesIn(table: string, port: number): readonly string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return textOf(table)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(end) === true && columns[3] === LISTENING)
    .map((columns) => `socket:[${columns[9] ?? ''}]`);
}

function commandOf(pid: number): string {
  const command = textOf(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
  return command === '' ? 'its command is not readable' : command;
}

// Other users' processes can't be read, and processes end while they are looked at.

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
