/**
 * A wall clock of its own for each process, through libfaketime; the monotonic clock stays what it is, as
 * it does when somebody sets a machine's time.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOTS = ['/usr/lib', '/lib', '/usr/lib64'];
const LIBRARY = 'libfaketimeMT.so.1';

/** Debian and its kin keep it below a folder named after the processor; null: it is not installed. */
export function findLibrary(): string | null {
  for (const root of ROOTS) {
    const folders = existsSync(root) ? readdirSync(root) : [];
    for (const folder of ['', ...folders]) {
      const file = join(root, folder, 'faketime', LIBRARY);
      if (existsSync(file)) return file;
    }
  }
  return null;
}

export class WallClock {
  constructor(private readonly file: string) {
    this.shift(0);
  }

  /** From now on it shows the true time and so many seconds more; within a second. */
  shift(seconds: number): void {
    writeFileSync(this.file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);
  }

  environment(library: string): Record<string, string> {
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_CACHE_DURATION: '1',
    };
  }
}
