/**
 * The real disk of a data directory. Each lane is a queue of its own, worked off in order; files that are
 * appended to stay open. Completions are handed over in batches, as they come.
 */
import { constants, fdatasync, write } from 'node:fs';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type {
  Disk,
  DiskCompletion,
  DiskErrorCode,
  DiskLane,
  DiskOperation,
  DiskRequest,
  DiskResult,
  Steps,
} from '#storage';

type Failure = DiskResult & { readonly ok: false };

interface OpenFile {
  readonly handle: FileHandle;
  /** For writes that end when they are on the disk; opened with the first of them. Null: not supported. */
  syncing: FileHandle | null | undefined;
  /** Something was changed in it that no sync has covered yet. */
  unsynced: boolean;
  /** In bytes, as we left it. */
  size: number;
}

interface Lane {
  readonly queue: DiskRequest[];
  /** Ends when the queue is empty. */
  working: Promise<void>;
  isWorking: boolean;
  /** Sticky: an fsync that failed is never repeated, and nothing is written after it. */
  failure: Failure | null;
}

export class FileDisk implements Disk {
  readonly #root: string;
  readonly #deliver: (completions: DiskCompletion[]) => void;
  readonly #lanes = new Map<DiskLane, Lane>();
  readonly #open = new Map<string, OpenFile>();
  #done: DiskCompletion[] = [];
  #isScheduled = false;
  #onSync: (seconds: number) => void = () => undefined;

  constructor(root: string, deliver: (completions: DiskCompletion[]) => void) {
    this.#root = root;
    this.#deliver = deliver;
  }

  submit(request: DiskRequest): void {
    let lane = this.#lanes.get(request.lane);
    if (lane === undefined) {
      lane = { queue: [], working: Promise.resolve(), isWorking: false, failure: null };
      this.#lanes.set(request.lane, lane);
    }
    lane.queue.push(request);
    if (!lane.isWorking) lane.working = this.#work(lane);
  }

  /** Told how long each write and sync of the log took; beside those who asked before. */
  onSync(listener: (seconds: number) => void): void {
    const before = this.#onSync;
    this.#onSync = (seconds) => {
      before(seconds);
      listener(seconds);
    };
  }

  /** Drives recovery or initialisation to its end. */
  async runStart<Result>(steps: Steps<Result>): Promise<Result> {
    let step = steps.next();
    while (step.done !== true) step = steps.next(await this.#attempt(step.value));
    return step.value;
  }

  /** Closes what is open, once everything submitted is done. */
  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(({ working }) => working));
    const files = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(files.map(closeFile));
  }

  async #work(lane: Lane): Promise<void> {
    lane.isWorking = true;
    for (let next = lane.queue.shift(); next !== undefined; next = lane.queue.shift()) {
      const result = lane.failure ?? (await this.#attempt(next));
      if (!result.ok) lane.failure = result;
      this.#finish({ id: next.id, result });
    }
    lane.isWorking = false;
  }

  #finish(completion: DiskCompletion): void {
    this.#done.push(completion);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Not in the next turn: what is durable is what everybody waits for.
    queueMicrotask(() => {
      const done = this.#done;
      this.#done = [];
      this.#isScheduled = false;
      this.#deliver(done);
    });
  }

  async #attempt(operation: DiskOperation): Promise<DiskResult> {
    try {
      return await this.#perform(operation);
    } catch (error) {
      return failureOf(operation, error);
    }
  }

  async #perform(operation: DiskOperation): Promise<DiskResult> {
    switch (operation.op) {
      case 'append-sync':
      case 'append':
        return this.#append(operation);
      case 'sync':
        return this.#sync(operation.path);
      case 'write-file':
        return this.#writeFile(operation.path, operation.data);
      case 'sync-directory':
        await syncDirectory(this.#at(operation.path));
        return DONE;
      case 'rename':
        await this.#forget(operation.from);
        await this.#forget(operation.to);
        await rename(this.#at(operation.from), this.#at(operation.to));
        return DONE;
      case 'remove':
        await this.#forget(operation.path);
        await rm(this.#at(operation.path), { force: true });
        return DONE;
      case 'truncate':
        return this.#truncate(operation.path, operation.size);
      case 'make-directory':
        await mkdir(this.#at(operation.path), { recursive: true });
        return DONE;
      case 'list':
        return { ok: true, names: await list(this.#at(operation.path)) };
      case 'read':
        return { ok: true, data: await this.#read(operation) };
    }
  }

  async #append(operation: DiskOperation & { op: 'append' | 'append-sync' }): Promise<DiskResult> {
    const { path: name, size, data } = operation;
    const file = await this.#file(name);
    if (file.size !== size) {
      const message = `${name} has ${file.size} bytes, and ${size} were expected: something else writes here`;
      return { ok: false, code: 'failed', message };
    }
    file.size = size + data.length;
    if (operation.op === 'append') {
      file.unsynced = true;
      await writeAll(file.handle.fd, data, size);
      return DONE;
    }
    const started = performance.now();
    // A write that syncs itself covers its own bytes alone, not those before.
    const syncing = file.unsynced ? null : await this.#syncing(name, file);
    await writeAll((syncing ?? file.handle).fd, data, size);
    if (syncing === null) await syncData(file.handle.fd);
    file.unsynced = false;
    this.#onSync((performance.now() - started) / 1000);
    return DONE;
  }

  /**
   * A descriptor whose writes return when they are durable: one trip through the thread pool instead of a
   * write and a sync, each of which waits for the event loop. Linux alone: there a write under O_DSYNC is a
   * write and an fdatasync (open(2)); macOS does not flush the drive's cache for it.
   */
  async #syncing(name: string, file: OpenFile): Promise<FileHandle | null> {
    if (file.syncing === undefined) {
      const flags = constants.O_RDWR | constants.O_DSYNC;
      file.syncing = process.platform === 'linux' ? await open(this.#at(name), flags) : null;
    }
    return file.syncing;
  }

  async #sync(name: string): Promise<DiskResult> {
    const file = await this.#file(name);
    await file.handle.sync();
    file.unsynced = false;
    return DONE;
  }

  async #writeFile(name: string, data: Uint8Array): Promise<DiskResult> {
    const file = await this.#file(name);
    file.unsynced = true;
    await file.handle.truncate(0);
    await writeAll(file.handle.fd, data, 0);
    file.size = data.length;
    return DONE;
  }

  async #truncate(name: string, size: number): Promise<DiskResult> {
    const file = await this.#file(name);
    file.unsynced = true;
    await file.handle.truncate(size);
    file.size = size;
    return DONE;
  }

  async #read(operation: DiskOperation & { op: 'read' }): Promise<Uint8Array | null> {
    let handle: FileHandle;
    try {
      handle = await open(this.#at(operation.path), 'r');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
    try {
      const { size } = await handle.stat();
      const wanted = Math.max(0, Math.min(operation.length, size - operation.offset));
      const data = new Uint8Array(wanted);
      let filled = 0;
      while (filled < wanted) {
        const at = operation.offset + filled;
        const { bytesRead } = await handle.read(data, filled, wanted - filled, at);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return data.subarray(0, filled);
    } finally {
      await handle.close();
    }
  }

  /** Opened for reading and writing, created if it is new. */
  async #file(name: string): Promise<OpenFile> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const handle = await open(this.#at(name), constants.O_RDWR | constants.O_CREAT, 0o644);
    const { size } = await handle.stat();
    const file: OpenFile = { handle, syncing: undefined, unsynced: true, size };
    this.#open.set(name, file);
    return file;
  }

  async #forget(name: string): Promise<void> {
    const file = this.#open.get(name);
    if (file === undefined) return;
    this.#open.delete(name);
    await closeFile(file);
  }

  #at(name: string): string {
    return path.join(this.#root, name);
  }
}

const DONE: DiskResult = Object.freeze({ ok: true });

async function closeFile({ handle, syncing }: OpenFile): Promise<void> {
  await handle.close();
  await syncing?.close();
}

// The write path uses descriptors and callbacks: a FileHandle's promises cost several times as much.

async function writeAll(file: number, data: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < data.length;) {
    done += await writeSome(file, data, done, position + done);
  }
}

function writeSome(file: number, data: Uint8Array, from: number, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(file, data, from, data.length - from, at, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}

function syncData(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(file, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** Windows has no way to sync a directory; its file system journals names by itself. */
export async function syncDirectory(name: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(name, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function list(name: string): Promise<string[]> {
  try {
    return (await readdir(name)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

function failureOf(operation: DiskOperation, error: unknown): Failure {
  const what = 'path' in operation ? operation.path : operation.from;
  const message = error instanceof Error ? error.message : String(error);
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error));
  const code: DiskErrorCode = isFull ? 'full' : 'failed';
  return { ok: false, code, message: `${operation.op} of ${what}: ${message}` };
}
