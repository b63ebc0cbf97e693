/**
 * An ext4 file system on a loop device whose power can be cut: it forgets what it had not written, as
 * after a reset of the machine. Runs in a mount namespace of its own, so that nothing stays behind.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: not even the journal is written out. */
const SHUTDOWN = [
  'sysopen(F, $ARGV[0], 0) or die "$!\\n"',
  'my $flags = pack("L", 2)',
  'ioctl(F, 0x8004587d, $flags) or die "$!\\n"',
].join('; ');

/** Harsher than the default, each in its way; the last is the default. */
const MOUNT_OPTIONS = [
  'noauto_da_alloc',
  'data=writeback,noauto_da_alloc',
  'nodelalloc,noauto_da_alloc',
  'data=journal,nodelalloc',
  'defaults',
] as const;

export class PowerFailed extends Error {}

/** Runs a program, and says what was missing if it can't. */
function must(what: string, program: string, ...args: string[]): void {
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error === undefined && status === 0) return;
  const why = error === undefined ? stderr.trim() : error.message;
  throw new PowerFailed(`${what} (${program} ${args.join(' ')}): ${why}`);
}

export class PoweredDisk {
  readonly #image: string;
  readonly folder: string;
  #options: string = MOUNT_OPTIONS[0];

  constructor(root: string) {
    this.#image = join(root, 'image');
    this.folder = join(root, 'mounted');
    mkdirSync(this.folder, { recursive: true });
  }

  /** An empty file system; `choice` picks its mount options. */
  format(choice: number): void {
    this.#options = MOUNT_OPTIONS[choice % MOUNT_OPTIONS.length] ?? 'defaults';
    must('a file of 64 MiB can not be made', 'truncate', '-s', '64M', this.#image);
    must('ext4 can not be made', 'mkfs.ext4', '-q', '-F', '-O', 'has_journal', this.#image);
  }

  get options(): string {
    return this.#options;
  }

  on(): void {
    const options = `loop,${this.#options}`;
    must(
      'ext4 on a loop device can not be mounted',
      'mount',
      '-t',
      'ext4',
      '-o',
      options,
      this.#image,
      this.folder,
    );
  }

  /** What somebody else's sync does: it commits names and lengths whose contents are not written. */
  commitNames(): void {
    const file = openSync(this.folder, 'r');
    fsyncSync(file);
    closeSync(file);
  }

  /** From here on nothing reaches the disk any more, and everything that tries fails. */
  cut(): void {
    must('the file system can not be shut down', 'perl', '-e', SHUTDOWN, this.folder);
  }

  off(): void {
    must('it can not be unmounted', 'umount', this.folder);
  }
}

/** Whether this process may do all that; the sentence that names what is missing if not. */
export function whyNoPower(): string | null {
  if (process.platform !== 'linux') return `Linux is needed, and this is ${process.platform}`;
  if (process.getuid?.() !== 0)
    return 'root is needed: loop devices, mounting, and the ioctl that shuts ext4 down';
  for (const program of ['unshare', 'mount', 'umount', 'mkfs.ext4', 'truncate', 'perl']) {
    const { error } = spawnSync(program, ['--version']);
    if (error !== undefined)
      return `${program} is missing (Debian: util-linux, mount, e2fsprogs, perl-base)`;
  }
  return null;
}
