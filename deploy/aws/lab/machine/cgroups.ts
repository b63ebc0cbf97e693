/**
 * A control group for all that a lab starts. systemd takes the group that it finds itself in for its own, so each
 * instance needs one; and whatever is in the lab's group when it ends is the lab's, and is ended with it.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Where groups of processes are made: version 2's tree, and systemd's own of version 1 where there is one. */
export function trees(mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [type = '', , options = ''] = after.split(' ');
    const point = before.split(' ')[4] ?? '';
    const isOurs = type === 'cgroup2' || (type === 'cgroup' && options.includes('name=systemd'));
    return isOurs ? [point] : [];
  });
}

const folders = (group: string): readonly string[] => trees().map((tree) => join(tree, group));

export function makeGroup(group: string): void {
  for (const folder of folders(group)) mkdirSync(folder, { recursive: true });
}

/** A line of shell that puts the shell itself into the group. */
export function enterGroup(group: string): string {
  return folders(group)
    .map((folder) => `echo $$ >'${folder}/cgroup.procs'`)
    .join(' && ');
}

export function moveInto(group: string, pid: number): void {
  for (const folder of folders(group)) writeFileSync(join(folder, 'cgroup.procs'), String(pid));
}

/** Groups that are named in a way that a lab's are. */
export function groupsWith(prefix: string): readonly string[] {
  const found = trees().flatMap((tree) =>
    existsSync(tree) ? readdirSync(tree).filter((name) => name.startsWith(prefix)) : [],
  );
  return [...new Set(found)];
}

/** Every process in the group, and in the groups below it. */
export function processesIn(group: string): readonly number[] {
  const found = folders(group).flatMap((folder) =>
    below(folder).flatMap((each) => {
      try {
        return readFileSync(join(each, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
      } catch {
        // It went away meanwhile.
        return [];
      }
    }),
  );
  return [...new Set(found.map(Number))].filter((pid) => pid !== process.pid);
}

export function removeGroup(group: string): void {
  for (const folder of folders(group)) {
    for (const each of below(folder)) {
      try {
        rmdirSync(each);
      } catch {
        // Not empty yet, or gone already: whoever looks for leftovers says so.
      }
    }
  }
}

/** The folder and all below it, the deepest first. */
function below(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...inner.flatMap(({ name }) => below(join(folder, name))), folder];
}
