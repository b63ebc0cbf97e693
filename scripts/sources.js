// Which files are built, and a stamp that changes when any of them does.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const rooms = [
  'raft',
  'kv',
  'storage',
  'node',
  'services',
  'rpc',
  'config',
  'driver',
  'telemetry',
  'tls',
  'cluster',
  'simulator',
  'exhaustive',
  'zoo',
  'scenarios',
  'bench',
  'tests',
];

/** Every TypeScript file to build, tests beside their sources excepted, as forward-slash paths. */
export function sources() {
  return rooms
    .filter((room) => existsSync(room))
    .flatMap((room) => readdirSync(room, { recursive: true }).map((name) => `${room}/${name}`))
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
    .sort();
}

/** A hash over the names and contents of all sources and of the build script. */
export function stampOfSources() {
  const hash = createHash('sha256');
  for (const file of [...sources(), 'scripts/build.js', 'package.json']) {
    hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
