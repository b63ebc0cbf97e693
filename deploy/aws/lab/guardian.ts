/**
 * Starts the lab in a process of its own, and takes it down whatever became of that: done, failed, interrupted or
 * killed. Afterwards it looks whether anything is left on the machine.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { enterGroup, makeGroup } from './machine/cgroups.js';
import { must } from './machine/commands.js';
import { namesOf } from './machine/names.js';
import type { LabNames } from './machine/names.js';
import { leftovers, tearDown } from './machine/teardown.js';
import type { Order } from './inner.js';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Gives the exit status: that of the course, or 1 if something was left behind. */
export async function guard(
  order: Omit<Order, 'id'>,
  say: (line: string) => void,
): Promise<number> {
  const names = namesOf(randomBytes(3).toString('hex'));
  mkdirSync(names.folder, { recursive: true });
  makeGroup(`${names.group}/course`);
  await must('ip', ['netns', 'add', names.group]);
  const begun = performance.now();
  const status = await course(names, { ...order, id: names.id });
  const ended = performance.now();
  await tearDown(names);
  const left = await leftovers(names);
  const seconds = ((performance.now() - ended) / 1000).toFixed(1).padStart(6);
  const verdict = left.length === 0 ? 'nothing is left behind' : `left behind: ${left.join(', ')}`;
  say(`${left.length === 0 ? 'ok  ' : 'FAIL'} ${seconds} s  ${'tear-down'.padEnd(16)} ${verdict}`);
  say(`${((performance.now() - begun) / 1000).toFixed(0)} s in all`);
  return left.length === 0 ? status : 1;
}

/** Signals go to the course's whole group of processes from a terminal; from elsewhere they are handed on. */
function course(names: LabNames, order: Order): Promise<number> {
  return new Promise((resolve, reject) => {
    const line = `${enterGroup(`${names.group}/course`)} && exec nsenter --net=/run/netns/${names.group} "$@"`;
    const words = [process.execPath, ...process.execArgv, MAIN, '--inside', JSON.stringify(order)];
    const child = spawn('sh', ['-c', line, 'sh', ...words], { stdio: 'inherit' });
    let interrupted = 0;
    for (const [signal, number] of [
      ['SIGINT', 2],
      ['SIGTERM', 15],
      ['SIGHUP', 1],
    ] as const) {
      process.on(signal, () => {
        interrupted = 128 + number;
        child.kill('SIGKILL');
      });
    }
    child.on('error', reject);
    child.on('close', (status) => {
      resolve(interrupted === 0 ? (status ?? 1) : interrupted);
    });
  });
}
