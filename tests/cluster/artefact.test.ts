/** What goes to a host: one file, unpacked where nothing else of the project is. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Client, credentials, status } from '@grpc/grpc-js';
import { InflictRequest } from '#rpc/generated/relevo/v1/observe';
import { chooseNodePorts, choosePort, type NodePorts } from '../../cluster/ports.js';
import { writeDotEnv, type Environment } from './service.js';
import { portsOfCluster, until } from './temporary.js';

const asItIs = (bytes: Buffer): Buffer => bytes;
const EMPTY = Buffer.alloc(0);
/** A health response: field 1, `status`, is 1. */
const SERVING = Buffer.from([0x08, 0x01]);
/** A reflection request: field 7, `list_services`, of one byte. */
const LIST_SERVICES = Buffer.from([0x3a, 0x01, 0x2a]);

let root: string;
let release: string;
let node: NodePorts;
let proxyPort: number;
let proxyHttpPort: number;
const services: ChildProcess[] = [];

const script = new URL('../../scripts/artefact.js', import.meta.url).pathname;

function build(name: string): { readonly file: string; readonly sum: string } {
  const out = join(root, name);
  execFileSync(process.execPath, [script, '--out', out], { stdio: 'pipe' });
  const tarball = readdirSync(out).find((file) => file.endsWith('.tgz')) ?? 'none';
  return { file: join(out, tarball), sum: readFileSync(join(out, `${tarball}.sha256`), 'utf8') };
}

/** Nothing of the environment of this process but its PATH, and a folder that holds a `.env` alone. */
function startProgram(program: string, settings: Environment): void {
  const folder = join(root, program);
  mkdirSync(folder);
  writeDotEnv(folder, settings);
  const child = spawn(process.execPath, [join(release, 'lib/bin', `${program}.mjs`)], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: 'ignore',
  });
  services.push(child);
}

const relevo = (...words: string[]): string =>
  execFileSync(
    process.execPath,
    [join(release, 'lib/bin/client.mjs'), '--endpoints', `127.0.0.1:${proxyPort}`, ...words],
    { cwd: root, env: { PATH: process.env['PATH'] }, encoding: 'utf8' },
  );

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'relevo-unpacked-'));
  execFileSync('tar', ['-xzf', build('first').file, '-C', root]);
  release = join(root, readdirSync(root).find((name) => name.startsWith('relevo-')) ?? 'none');
  const range = portsOfCluster();
  [node = { port: 0, peerPort: 0, httpPort: 0 }] = await chooseNodePorts(1, range);
  const taken = new Set([node.port, node.peerPort, node.httpPort]);
  proxyPort = await choosePort(2379, range, taken);
  proxyHttpPort = await choosePort(8080, range, new Set([...taken, proxyPort]));
  const NODES = `1=127.0.0.1:${node.port}`;
  startProgram('leader', { NODES, NODE_ID: '1', NODE_NAME: 'ada', REFLECTION: 'true' });
  startProgram('proxy', {
    NODES,
    PROXY_PORT: String(proxyPort),
    PROXY_HTTP_PORT: String(proxyHttpPort),
  });
  await until('both are ready', async () => {
    const urls = [node.httpPort, proxyHttpPort].map((port) => `http://127.0.0.1:${port}/readyz`);
    const answers = await Promise.all(urls.map((url) => fetch(url).catch(() => null)));
    return answers.every((answer) => answer?.ok === true);
  });
}, 60_000);

afterAll(async () => {
  const gone = services.map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of services) child.kill();
  await Promise.all(gone);
  rmSync(root, { recursive: true, force: true });
});

describe('R4 the artefact, unpacked in an empty directory', () => {
  test('answers a write and a read', () => {
    expect(relevo('set', '1', '1')).toMatch(/^OK/);
    expect(relevo('get', '1')).toBe('1\n');
  });

  test('says its version', () => {
    const { version } = JSON.parse(readFileSync(join(release, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(relevo('--version')).toContain(version);
  });

  test('brings what boots a host, ready to be executed', () => {
    for (const script of ['bootstrap.sh', 'upgrade.sh', 'relevo']) {
      expect(statSync(join(release, 'instance', script)).mode & 0o111).toBe(0o111);
    }
    expect(readdirSync(join(release, 'instance/systemd'))).toContain('relevo-node.service');
  });

  test('shows metrics of node and proxy', async () => {
    const texts = [node.httpPort, proxyHttpPort].map(async (port) =>
      (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    );
    const [ofNode, ofProxy] = await Promise.all(texts);
    expect(ofNode).toContain('relevo_raft_is_leader{node="ada"} 1');
    expect(ofProxy).toContain('relevo_proxy_requests_total');
  });

  test('answers gRPC health, whose own .proto it has to find', async () => {
    const client = new Client(`127.0.0.1:${node.port}`, credentials.createInsecure());
    const answer = await new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        asItIs,
        asItIs,
        EMPTY,
        (error, value) => {
          if (error === null) resolve(value);
          else reject(error);
        },
      );
    });
    client.close();
    expect(answer).toEqual(SERVING);
  });

  test('can not be broken by whoever watches it: that code is not there', async () => {
    const client = new Client(`127.0.0.1:${node.port}`, credentials.createInsecure());
    const asked = InflictRequest.encode({ fault: { $case: 'heal', value: {} }, lastsMs: 0 });
    const refused = await new Promise<unknown>((resolve) => {
      client.makeUnaryRequest(
        '/relevo.v1.Observer/Inflict',
        asItIs,
        asItIs,
        Buffer.from(asked.finish()),
        resolve,
      );
    });
    client.close();
    expect(refused).toMatchObject({ code: status.PERMISSION_DENIED });
    const programs = readdirSync(join(release, 'lib'), { recursive: true, encoding: 'utf8' });
    const scripts = programs.filter((name) => name.endsWith('.mjs'));
    expect(scripts.length).toBeGreaterThan(3);
    const holding = scripts.filter((name) =>
      readFileSync(join(release, 'lib', name), 'utf8').includes('sends nothing to #'),
    );
    expect(holding).toEqual([]);
  });

  test('answers gRPC reflection, whose own .proto it has to find', async () => {
    const client = new Client(`127.0.0.1:${node.port}`, credentials.createInsecure());
    const stream = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      asItIs,
      asItIs,
    );
    const answer = new Promise<string>((resolve, reject) => {
      stream.once('data', (bytes: Buffer) => {
        resolve(bytes.toString('latin1'));
      });
      stream.once('error', reject);
    });
    stream.write(LIST_SERVICES);
    expect(await answer).toContain('relevo.v1.');
    stream.end();
    client.close();
  });
});

test('the same sources give the same bytes, and the sum beside them is theirs', () => {
  const [one, two] = [build('one'), build('two')];
  expect(one.sum).toBe(two.sum);
  const bytes = readFileSync(one.file);
  expect(one.sum.split(' ')[0]).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(bytes.equals(readFileSync(two.file))).toBe(true);
});
