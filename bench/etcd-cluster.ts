/** Three etcd members with their default settings on this machine, for the comparison. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdConnection } from './etcd-connection.js';

const READY_MS_MAX = 20_000;

export class EtcdCluster {
  readonly version: string;
  readonly addresses: readonly string[];
  readonly #members: readonly ChildProcess[];
  readonly #directory: string;

  private constructor(
    version: string,
    addresses: readonly string[],
    members: readonly ChildProcess[],
    directory: string,
  ) {
    this.version = version;
    this.addresses = addresses;
    this.#members = members;
    this.#directory = directory;
  }

  /** The installed etcd's version, or null if there is none. */
  static installed(): string | null {
    const result = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
    return /etcd Version: (\S+)/.exec(result.stdout)?.[1] ?? null;
  }

  /** `root`: a folder on a real disk; the members' data goes under it and is removed by `stop`. */
  static async start(root: string, version: string): Promise<EtcdCluster> {
    mkdirSync(root, { recursive: true });
    const directory = mkdtempSync(join(root, 'etcd-'));
    const ports = await freePorts(6);
    const clients = ports.slice(0, 3).map((port) => `127.0.0.1:${port}`);
    const peers = ports.slice(3).map((port) => `127.0.0.1:${port}`);
    const list = peers.map((peer, i) => `m${i}=http://${peer}`).join(',');
    const members = clients.map((client, i) =>
      spawn(
        'etcd',
        [
          ...['--name', `m${i}`, '--data-dir', join(directory, `m${i}`)],
          ...['--listen-client-urls', `http://${client}`],
          ...['--advertise-client-urls', `http://${client}`],
          ...['--listen-peer-urls', `http://${peers[i] ?? ''}`],
          ...['--initial-advertise-peer-urls', `http://${peers[i] ?? ''}`],
          ...['--initial-cluster', list, '--initial-cluster-state', 'new'],
        ],
        { stdio: 'ignore' },
      ),
    );
    const cluster = new EtcdCluster(version, clients, members, directory);
    await cluster.#ready();
    return cluster;
  }

  get processIds(): readonly number[] {
    return this.#members.flatMap((member) => (member.pid === undefined ? [] : [member.pid]));
  }

  async stop(): Promise<void> {
    for (const member of this.#members) {
      const gone = member.exitCode === null ? once(member, 'exit') : null;
      member.kill('SIGTERM');
      await gone;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + READY_MS_MAX;
    for (const address of this.addresses) {
      while (!(await answers(address))) {
        if (Date.now() > deadline) {
          await this.stop();
          throw new Error(`etcd at ${address} did not answer within ${READY_MS_MAX} ms`);
        }
        await sleep(200);
      }
    }
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await EtcdConnection.open(address);
    try {
      await connection.range(Buffer.from('health'), false);
      return true;
    } finally {
      connection.close();
    }
  } catch {
    return false;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map((server) => {
      server.close();
      return once(server, 'close');
    }),
  );
  return ports;
}
