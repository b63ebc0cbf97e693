import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ESBUILD = pathToFileURL(join(process.cwd(), 'node_modules/esbuild/lib/main.js')).href;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-orphans-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Ends when its parent is gone, as the nodes and the proxy do, and leaves a file that says so. */
const CHILD = `
import { writeFileSync } from 'node:fs';
process.stdin.on('end', () => { writeFileSync(process.env.ENDED, ''); process.exit(0); }).resume();
writeFileSync(process.env.STARTED, '');
`;

/** Runs the real ClusterProcess in a process of its own, with one child that runs and one that is frozen. */
const parent = (): string => `
import { buildSync } from ${JSON.stringify(ESBUILD)};
import { existsSync, writeFileSync } from 'node:fs';
process.chdir(${JSON.stringify(folder)});
buildSync({
  entryPoints: [${JSON.stringify(join(process.cwd(), 'cluster/process.ts'))}],
  bundle: true, format: 'esm', platform: 'node', outfile: ${JSON.stringify(join(folder, 'process.mjs'))}, logLevel: 'error',
});
const { ClusterProcess } = await import(${JSON.stringify(pathToFileURL(join(folder, 'process.mjs')).href)});
const children = ['runs', 'frozen'].map((name) => new ClusterProcess({
  name, kind: 'node', program: 'child.mjs', workingDirectory: '.', logFile: name + '.log',
  environment: { STARTED: name + '.started', ENDED: name + '.ended' },
}));
for (const child of children) await child.start();
while (!children.every((child) => existsSync(child.name + '.started'))) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
if (process.platform !== 'win32') children[1].pause();
writeFileSync('ready', '');
setInterval(() => {}, 1e6);
`;

/** jest's own time limit ends it if it never comes. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('children end when their parent is killed with SIGKILL, a frozen one too', async () => {
  writeFileSync(join(folder, 'child.mjs'), CHILD);
  writeFileSync(join(folder, 'parent.mjs'), parent());
  const log = join(folder, 'parent.log');
  const running = spawn(process.execPath, [join(folder, 'parent.mjs')], { stdio: 'pipe' });
  running.stderr.on('data', (data: Buffer) => {
    writeFileSync(log, data);
  });
  await until(() => existsSync(join(folder, 'ready')) || running.exitCode !== null);
  expect(existsSync(log) ? readFileSync(log, 'utf8') : '').toBe('');
  const ended = (): boolean[] =>
    ['runs', 'frozen'].map((name) => existsSync(join(folder, `${name}.ended`)));
  expect(ended()).toEqual([false, false]);

  running.kill('SIGKILL');

  await until(() => ended().every(Boolean));
  expect(ended()).toEqual([true, true]);
}, 20_000);
