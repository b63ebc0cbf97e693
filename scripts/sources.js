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

/** What the page is made of besides them: its own sources, the lessons, the counter-examples. */
const ofThePage = ['dashboard', 'scenarios', 'zoo/kept'];

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => `${parentPath ?? path}/${name}`.replaceAll('\\', '/'));
}

/** Every TypeScript file to build, tests beside their sources excepted, as forward-slash paths. */
export function sources() {
  return rooms
    .flatMap(filesIn)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
    .sort();
}

/** A hash over the names and contents of all that is built, and of the build script. */
export function stampOfSources() {
  const page = ofThePage.flatMap(filesIn).filter((name) => !/\.(test\.ts|md)$/.test(name));
  const all = new Set([...sources(), ...page, 'scripts/build.js', 'package.json']);
  const hash = createHash('sha256');
  for (const file of [...all].sort()) {
    hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
