/** Ends a lab by its name, however it was left, and says what is still there of it. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { processesIn, removeGroup, trees } from './cgroups.js';
import { must, run } from './commands.js';
import type { LabNames } from './names.js';
import { until } from './until.js';

const ENDED_MS_MAX = 20_000;

export async function tearDown(names: LabNames): Promise<void> {
  await endProcesses(names);
  for (const point of mountsOf(names)) await run('umount', [point]);
  for (const device of await loopsOf(names)) await run('losetup', ['--detach', device]);
  for (const space of networksOf(names)) await run('ip', ['netns', 'delete', space]);
  removeGroup(names.group);
  // Never through a mount that is still there.
  if (mountsOf(names).length === 0) rmSync(names.folder, { recursive: true, force: true });
}

/** One line for each thing that is left; none, if the machine is as it was. */
export async function leftovers(names: LabNames): Promise<readonly string[]> {
  return [
    ...processesOf(names).map((pid) => `process ${pid}`),
    ...mountsOf(names).map((point) => `mount ${point}`),
    ...(await loopsOf(names)).map((device) => `loop device ${device}`),
    ...networksOf(names).map((space) => `network namespace ${space}`),
    ...trees()
      .map((tree) => join(tree, names.group))
      .filter((folder) => existsSync(folder)),
    ...[names.folder].filter((folder) => existsSync(folder)),
  ];
}

async function endProcesses(names: LabNames): Promise<void> {
  await until('processes end', ENDED_MS_MAX, () => {
    const left = processesIn(names.group);
    for (const pid of left) kill(pid);
    return left.length === 0 ? true : undefined;
  }).catch(() => undefined);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/** By the group, and by what they were started with: one that left the group is found too. */
function processesOf({ group, folder }: LabNames): readonly number[] {
  const named = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => commandLine(pid).includes(`${folder}/`));
  return [...new Set([...processesIn(group), ...named.map(Number)])];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** The latest mount first. */
function mountsOf({ folder }: LabNames): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`))
    .reverse();
}

async function loopsOf({ folder }: LabNames): Promise<readonly string[]> {
  const list = await must('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE']);
  return list
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, file = '']) => file.startsWith(`${folder}/`))
    .map(([device = '']) => device);
}

function networksOf({ group }: LabNames): readonly string[] {
  const folder = '/run/netns';
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(group)) : [];
}
