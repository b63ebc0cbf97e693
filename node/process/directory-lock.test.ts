import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryHeld, lockDirectory } from './directory-lock.js';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'relevo-lock-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** A process that locks the directory by the same means and dies by SIGKILL, leaving its socket. */
async function leaveStale(at: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(at)}, () => process.stdout.write('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a second process on the directory is refused, and told who holds it', async () => {
  const lock = await lockDirectory(directory);

  const second = lockDirectory(directory);

  await expect(second).rejects.toBeInstanceOf(DirectoryHeld);
  await expect(lockDirectory(directory)).rejects.toThrow(`process ${String(process.pid)}`);
  await lock.release();
});

test('a released directory can be locked again, and nothing of the lock stays', async () => {
  await (await lockDirectory(directory)).release();
  expect(await readdir(directory)).toEqual([]);

  const again = await lockDirectory(directory);

  expect(await readdir(directory)).toEqual(['lock.sock']);
  await again.release();
});

test('the lock of a process that was killed is stale, and replaced', async () => {
  await leaveStale(path.join(directory, 'lock.sock'));
  expect(await readdir(directory)).toEqual(['lock.sock']);

  const lock = await lockDirectory(directory);

  await expect(lockDirectory(directory)).rejects.toBeInstanceOf(DirectoryHeld);
  expect(await readdir(directory)).toEqual(['lock.sock']);
  await lock.release();
});

test('of many that find a stale lock at once, one gets it', async () => {
  await leaveStale(path.join(directory, 'lock.sock'));

  const outcomes = await Promise.allSettled(
    Array.from({ length: 5 }, () => lockDirectory(directory)),
  );

  const won = outcomes.filter(({ status }) => status === 'fulfilled');
  expect(won).toHaveLength(1);
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.release();
});

test('a path that is too long for a socket is locked all the same, and under any name', async () => {
  const long = path.join(directory, 'd'.repeat(60), 'e'.repeat(60));
  await mkdir(long, { recursive: true });
  const lock = await lockDirectory(long);

  await expect(lockDirectory(`${long}/../${'e'.repeat(60)}`)).rejects.toThrow('is in use');
  await lock.release();
});
