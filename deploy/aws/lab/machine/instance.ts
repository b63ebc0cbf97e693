/** An instance: a container with systemd as its first process, cloud-init, and a root of its own. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { enterGroup, makeGroup } from './cgroups.js';
import { must, run } from './commands.js';
import type { Outcome } from './commands.js';
import type { Card } from './network.js';
import { NAMES_ADDRESS } from './network.js';
import { until } from './until.js';
import { deviceNumbers } from './volumes.js';
import type { Volume } from './volumes.js';

export interface InstanceSettings {
  readonly id: string;
  readonly host: string;
  readonly zone: string;
  readonly type: string;
  readonly card: Card;
  readonly userData: string;
  /** The root file system that it starts from. */
  readonly base: string;
  /** Its own files: the layer above the base, and what its console said. */
  readonly folder: string;
  readonly group: string;
}

const STARTED_MS_MAX = 30_000;
const BOOTED_MS_MAX = 120_000;
const SHIM = new URL('../amazon/aws.mjs', import.meta.url);

export class Instance {
  readonly settings: InstanceSettings;
  state: 'running' | 'terminated' = 'running';
  #starter: ChildProcess | null = null;
  #first = 0;

  constructor(settings: InstanceSettings) {
    this.settings = settings;
  }

  /** The id of its first process, as this machine sees it. */
  get first(): number {
    return this.#first;
  }

  get root(): string {
    return join(this.settings.folder, 'root');
  }

  /** A path inside, as seen from outside, what is mounted there included. */
  seen(path: string): string {
    return `/proc/${this.#first}/root${path}`;
  }

  async start(): Promise<void> {
    await this.#lay();
    const { folder, group, card, host } = this.settings;
    makeGroup(group);
    const console = openSync(join(folder, 'console.log'), 'a');
    const nspawn = [
      ...['systemd-nspawn', '--quiet', '--register=no', '--keep-unit', '--boot'],
      ...[`--directory=${this.root}`, `--machine=${host}`, `--hostname=${host}`],
      `--network-namespace-path=/run/netns/${card.space}`,
      `--bind-ro=${process.execPath}:/usr/bin/node`,
      ...['--link-journal=no', '--resolv-conf=off', '--timezone=off', '--console=pipe'],
    ];
    const line = `${enterGroup(group)} && exec "$@"`;
    const starter = spawn('sh', ['-c', line, 'sh', ...nspawn], {
      stdio: ['ignore', console, console],
    });
    closeSync(console);
    this.#starter = starter;
    this.#first = await until(`${host} starts`, STARTED_MS_MAX, () => this.#firstProcess());
  }

  /** Waits for cloud-init to end; rejects with what it said if the user data failed. */
  async booted(): Promise<void> {
    const { host } = this.settings;
    const result = await until(`${host} boots`, BOOTED_MS_MAX, () => {
      if (this.state === 'terminated') throw new Error(`${host} was terminated while it booted`);
      const file = this.seen('/run/cloud-init/result.json');
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    });
    const { v1 } = JSON.parse(result) as { v1: { errors: readonly string[] } };
    if (v1.errors.length > 0) {
      throw new Error(`${host}: ${v1.errors.join('; ')}:\n${this.bootLog()}`);
    }
  }

  /** What the user data and bootstrap.sh said. */
  bootLog(): string {
    const file = this.seen('/var/log/cloud-init-output.log');
    if (!existsSync(file)) return 'nothing yet';
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => !/^(?:ci-info|Cloud-init v|\d{4}-)/.test(line)).join('\n');
  }

  /** The status with which the user data ended, as cloud-init noted it; 0 if it noted none. */
  bootStatus(): number {
    const log = readFileSync(this.seen('/var/log/cloud-init.log'), 'utf8');
    return Number(/part-001'\]\nExit code: (\d+)/.exec(log)?.[1] ?? 0);
  }

  /** A line of shell as root inside. Status 137: the instance ended under it. */
  run(line: string, limitMs = 120_000): Promise<Outcome> {
    const inside = ['--target', String(this.#first), '--all', '--', '/bin/sh', '-c', line];
    return run('nsenter', inside, { env: ENVIRONMENT, limitMs });
  }

  async must(line: string, limitMs = 120_000): Promise<string> {
    const { status, output, error } = await this.run(line, limitMs);
    if (status === 0) return output.trimEnd();
    throw new Error(`${this.settings.host}: ${line}: exit status ${status}: ${error}${output}`);
  }

  /** The device shows up under the volume's own id, as on Nitro. */
  async attach({ id, device }: Volume): Promise<void> {
    const name = `nvme-Amazon_Elastic_Block_Store_${id.replace('-', '')}`;
    const folder = this.seen('/dev/disk/by-id');
    const [major, minor] = deviceNumbers(device);
    mkdirSync(folder, { recursive: true });
    await must('mknod', [this.seen('/dev/nvme1n1'), 'b', String(major), String(minor)]);
    await must('ln', ['-s', '../../nvme1n1', join(folder, name)]);
  }

  /** As a power cut ends it: nothing inside is asked. Its root goes with it. */
  async terminate(): Promise<void> {
    if (this.state === 'terminated') return;
    this.state = 'terminated';
    const ended = new Promise((resolve) => this.#starter?.once('close', resolve));
    if (this.#starter?.exitCode === null) {
      process.kill(this.#first, 'SIGKILL');
      await ended;
    }
    await must('umount', [this.root]);
    rmSync(join(this.settings.folder, 'upper'), { recursive: true, force: true });
  }

  #firstProcess(): number | undefined {
    const { pid, exitCode } = this.#starter ?? {};
    const { folder, host } = this.settings;
    if (pid === undefined || exitCode !== null) {
      throw new Error(`${host}: ${readFileSync(join(folder, 'console.log'), 'utf8')}`);
    }
    const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    const isUp = first !== '' && existsSync(`/proc/${first}/root/run/systemd/system`);
    return isUp ? Number(first) : undefined;
  }

  /** The layer of its own, with what Amazon and its image would bring: user data, names, the command aws. */
  async #lay(): Promise<void> {
    const { folder, base, id, host, userData } = this.settings;
    for (const part of ['upper', 'work', 'root'])
      mkdirSync(join(folder, part), { recursive: true });
    const options = `lowerdir=${base},upperdir=${folder}/upper,workdir=${folder}/work`;
    await must('mount', ['-t', 'overlay', 'overlay', '-o', options, this.root]);
    const write = (path: string, text: string, mode = 0o644) => {
      const target = join(this.root, path);
      mkdirSync(join(target, '..'), { recursive: true });
      writeFileSync(target, text, { mode });
    };
    const seed = 'var/lib/cloud/seed/nocloud';
    write(`${seed}/user-data`, userData);
    write(`${seed}/meta-data`, `instance-id: ${id}\nlocal-hostname: ${host}\n`);
    write('etc/cloud/cloud.cfg.d/90-lab.cfg', CLOUD_INIT);
    write('etc/resolv.conf', `nameserver ${NAMES_ADDRESS}\noptions timeout:1 attempts:3\n`);
    // Otherwise systemd takes the boot for an image's first one, and asks for a locale.
    write('etc/machine-id', `${createHash('md5').update(id).digest('hex')}\n`);
    write('usr/bin/aws', '', 0o755);
    copyFileSync(SHIM, join(this.root, 'usr/bin/aws'));
  }
}

const CLOUD_INIT = `datasource_list: [ NoCloud ]
locale: false
ssh_genkeytypes: []
apt: { preserve_sources_list: true }
network: { config: disabled }
`;

const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};
