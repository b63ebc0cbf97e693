/** The artefact of an instance, unpacked where no repository is: it has all that it needs. */
import { choosePort, isPortFree } from '../../cluster/ports.js';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const READY_MS_MAX = 15_000;

let directory = '';
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-artefact-test-'));
  await run(process.execPath, [join(ROOT, 'scripts/artefact.js'), join(directory, 'out')]);
}, 120_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

function packed(): string {
  const name = readdirSync(join(directory, 'out')).find((each) => each.endsWith('.tgz'));
  if (name === undefined) throw new Error('nothing was packed');
  return join(directory, 'out', name);
}

function start(service: string, environment: Record<string, string>): void {
  const program = join(directory, 'relevo/dist/services', service, 'main.js');
  const child = spawn(process.execPath, [program], {
    cwd: directory,
    env: { PATH: process.env['PATH'], LOG_FORMAT: 'json', REFLECTION: 'true', ...environment },
    stdio: 'ignore',
  });
  children.push(child);
}

async function answers(port: number, path: string): Promise<string> {
  const end = performance.now() + READY_MS_MAX;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
    if (answer?.ok === true) return answer.text();
    if (performance.now() > end) throw new Error(`${path} on ${port} does not answer`);
    await sleep(50);
  }
}

test('its checksum is that of its bytes, and its name begins with it', () => {
  const file = packed();
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  expect(readFileSync(`${file}.sha256`, 'utf8')).toBe(`${sha256}  ${file.split('/').at(-1)}\n`);
  expect(file).toContain(sha256.slice(0, 12));
});

test('nothing that proves or measures goes to an instance', async () => {
  const { stdout } = await run('tar', ['-tzf', packed()], { maxBuffer: 1 << 24 });
  const names = stdout.trim().split('\n');
  expect(names).toContain('relevo/dist/services/leader/main.js');
  expect(names.filter((name) => /^relevo\/dist\/(tests|simulator|zoo|bench)\//.test(name))).toEqual(
    [],
  );
  expect(
    names.filter((name) => /^relevo\/node_modules\/(jest|typescript|eslint)\//.test(name)),
  ).toEqual([]);
});

test('unpacked in an empty directory it starts, and answers health, metrics, a write and a read', async () => {
  await run('tar', ['-xzf', packed(), '-C', directory]);
  const taken = new Set<number>();
  const free = async (): Promise<number> => {
    const port = await choosePort(0, 'random', taken, isPortFree);
    taken.add(port);
    return port;
  };
  const [port, peerPort, http, proxyPort, proxyHttp] = [
    ...[await free(), await free(), await free(), await free(), await free()],
  ] as [number, number, number, number, number];
  const NODES = `6787=127.0.0.1:${port}/${peerPort}`;
  start('leader', {
    NODES,
    NODE_ID: '6787',
    HTTP_PORT: `${http}`,
    DATA_DIR: join(directory, 'data'),
  });
  start('proxy', { NODES, PROXY_PORT: `${proxyPort}`, PROXY_HTTP_PORT: `${proxyHttp}` });

  expect(await answers(http, '/livez')).not.toBe('');
  expect(await answers(http, '/readyz')).not.toBe('');
  expect(await answers(proxyHttp, '/readyz')).not.toBe('');
  expect(await answers(http, '/metrics')).toMatch(/^relevo_/m);

  const relevo = (...words: string[]): Promise<{ stdout: string }> =>
    run(process.execPath, [
      ...[join(directory, 'relevo/bin/relevo.js'), '--endpoints', `127.0.0.1:${proxyPort}`],
      ...words,
    ]);
  expect((await relevo('set', 'a', 'from the artefact')).stdout).toMatch(/OK rev 2/);
  expect((await relevo('get', 'a')).stdout).toBe('from the artefact\n');
  const { stdout } = await run(process.execPath, [
    ...[join(directory, 'relevo/bin/relevo.js'), 'inspect', join(directory, 'data')],
  ]);
  expect(stdout).toMatch(/the node would start on it/);
}, 60_000);
