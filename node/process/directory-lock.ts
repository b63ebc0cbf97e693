/**
 * One process a directory. The lock is a listening socket in it (on Windows a named pipe): the system
 * lets go of it whatever way the process ends. One that answers is held; one that refuses is stale.
 */
import { createHash } from 'node:crypto';
import { realpath, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartRefused } from '#driver';

export interface DirectoryLock {
  release(): Promise<void>;
}

/** Another process has the directory. */
export class DirectoryHeld extends StartRefused {
  override readonly name = 'DirectoryHeld';

  constructor(
    readonly directory: string,
    /** Of the process that holds it; null if it did not say. */
    readonly processId: number | null,
  ) {
    super(
      `the data directory ${directory} is in use by ${holderOf(processId)}: ` +
        'stop it first, or give this node a directory of its own',
    );
  }
}

const holderOf = (processId: number | null): string =>
  processId === null ? 'another process' : `process ${String(processId)}`;

/** The limit is 104 to 108 bytes, with the zero at the end. */
const SOCKET_PATH_BYTES_MAX = 103;
/** A holder that is stopped or busy for longer still holds. */
const ANSWER_MS = 1_000;
const TAKEOVER_MS_MAX = 10_000;
const ABANDONED_MS = 5_000;
const LOOK_AGAIN_MS = 10;

/** Throws DirectoryHeld if another process has it. The directory has to be there. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const address = addressOf(await realpath(directory));
  const end = performance.now() + TAKEOVER_MS_MAX;
  while (performance.now() < end) {
    const server = await listen(address);
    if (server !== null) return { release: () => close(server) };
    const holder = await ask(address);
    if (holder !== 'stale') throw new DirectoryHeld(directory, holder);
    if (!(await removeStale(address))) await sleep(LOOK_AGAIN_MS);
  }
  throw new DirectoryHeld(directory, null);
}

/** The same for every process, whatever its working directory. */
function addressOf(directory: string): string {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\relevo-${hash}`;
  const inside = path.join(directory, 'lock.sock');
  return Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX ? inside : `/tmp/relevo-${hash}.sock`;
}

/** Null if the address is taken. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {
        socket.destroy();
      });
      socket.end(`${String(process.pid)}\n`);
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve(server);
    });
  });
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });

/** The holder's process id, null if it does not say, or 'stale' if nobody listens. */
function ask(address: string): Promise<number | null | 'stale'> {
  return new Promise((resolve) => {
    const socket = connect(address);
    let answer = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_MS);
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('timeout', () => {
      socket.destroy();
      resolve(null);
    });
    socket.on('end', () => {
      socket.destroy();
      const id = Number.parseInt(answer, 10);
      resolve(Number.isSafeInteger(id) ? id : null);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'stale' : null);
    });
  });
}

/**
 * Removes a socket that nobody listens on any more, one process at a time: whoever has the mark asks once
 * more, so that a lock which another process has made meanwhile is never taken for the stale one. False:
 * another process is at it.
 */
async function removeStale(address: string): Promise<boolean> {
  const mark = `${address}.takeover`;
  try {
    await writeFile(mark, `${String(process.pid)}\n`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await removeAbandoned(mark);
    return false;
  }
  try {
    if ((await ask(address)) === 'stale') await rm(address, { force: true });
  } finally {
    await rm(mark, { force: true });
  }
  return true;
}

/** A process that died at the takeover, which takes milliseconds, has left its mark. */
async function removeAbandoned(mark: string): Promise<void> {
  const made = await stat(mark).catch(() => null);
  if (made !== null && Date.now() - made.mtimeMs > ABANDONED_MS) await rm(mark, { force: true });
}
