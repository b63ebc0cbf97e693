/** A node's disk: a file system of its own (ext4 in a file), so that it can be full, or lose its power, alone. */
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed, run } from './command.js';

const MIB = 1024 * 1024;
const VOLUME_BYTES = 1024 * MIB;
const FILLER = 'filler';

/** EXT4_IOC_SHUTDOWN without writing anything back: what was not synced is lost, as when the power fails. */
const CUT_POWER = [
  'import fcntl, os, struct, sys',
  "fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack('I', 2))",
].join('\n');

export class Volume {
  /** False while the power is off. */
  mounted = false;

  constructor(
    readonly imageFile: string,
    readonly directory: string,
  ) {}

  static async make(imageFile: string, directory: string): Promise<Volume> {
    closeSync(openSync(imageFile, 'w'));
    truncateSync(imageFile, VOLUME_BYTES);
    await run('mkfs.ext4', ['-q', '-m', '0', imageFile]);
    mkdirSync(directory, { recursive: true });
    const volume = new Volume(imageFile, directory);
    await volume.mount();
    return volume;
  }

  async mount(): Promise<void> {
    await run('mount', ['-o', 'loop,noatime', this.imageFile, this.directory]);
    this.mounted = true;
  }

  /** Whoever used it must be gone. */
  async unmount(): Promise<void> {
    this.mounted = false;
    await run('umount', [this.directory]);
  }

  /** Nothing more can be written. */
  async fill(): Promise<void> {
    const filler = join(this.directory, FILLER);
    // The file system keeps some blocks for itself, and says so only when asked for them.
    for (let leave = 0; leave < 64 * MIB; leave = leave === 0 ? MIB / 4 : leave * 2) {
      const { bavail, bsize } = statfsSync(this.directory);
      const bytes = bavail * bsize - leave;
      if (bytes <= 0) return;
      try {
        await run('fallocate', ['-l', String(bytes), filler]);
      } catch (error) {
        if (!(error instanceof CommandFailed)) throw error;
        continue;
      }
      if (leave === 0) return;
      // What was left: byte for byte, until there is none.
      await run('sh', ['-c', 'cat /dev/zero > "$1" 2> /dev/null; true', 'fill', `${filler}-rest`]);
      return;
    }
  }

  /** Synced, or a power cut would fill it again. */
  async empty(): Promise<void> {
    rmSync(join(this.directory, FILLER), { force: true });
    rmSync(join(this.directory, `${FILLER}-rest`), { force: true });
    await run('sync', ['-f', this.directory]);
  }

  /** The writer must be gone: with it alive, its syncs would race the cut. */
  async cutPower(): Promise<void> {
    await run('python3', ['-c', CUT_POWER, this.directory]);
    await this.unmount();
  }
}
