/** What the lab needs of the machine: root, commands, and a kernel that lets it. */
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { trees } from './cgroups.js';
import { run } from './commands.js';

const COMMANDS: Readonly<Record<string, string>> = {
  'systemd-nspawn': 'systemd-container',
  debootstrap: 'debootstrap',
  nft: 'nftables',
  ip: 'iproute2',
  losetup: 'mount',
  mount: 'mount',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  'mkfs.ext4': 'e2fsprogs',
};

/** One line for each thing that is missing; none: the lab can run. */
export async function missing(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [`this is ${process.platform}: Linux is needed`];
  if (process.getuid?.() !== 0) return ['root is needed, for containers, loop devices and mounts'];
  const found: string[] = [];
  for (const [command, owner] of Object.entries(COMMANDS)) {
    const { status } = await run('sh', ['-c', `command -v ${command}`]);
    if (status !== 0) found.push(`the command ${command} (Debian package ${owner})`);
  }
  if (found.length > 0) return found;
  if (!existsSync('/dev/loop-control')) found.push('loop devices: there is no /dev/loop-control');
  // Mounting loads the module where it is one.
  await run('modprobe', ['overlay']).catch(() => undefined);
  const systems = readFileSync('/proc/filesystems', 'utf8');
  for (const system of ['overlay', 'ext4']) {
    if (!systems.includes(`\t${system}\n`)) found.push(`the file system ${system} in this kernel`);
  }
  if (trees().length === 0) found.push('control groups: none are mounted');
  const filter =
    'table inet t { chain c { type filter hook input priority 0; ct state new accept; }; }';
  const rules = await run('unshare', ['--net', 'nft', filter]);
  if (rules.status !== 0) found.push(`packet filters: ${rules.error.trim()}`);
  return found;
}
