/** What the servers' processes hold, read from /proc while they are attacked. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface Watched {
  readonly name: string;
  readonly pid: number;
}

export interface Holding {
  readonly residentMiB: number;
  readonly files: number;
}

const SAMPLE_MS = 100;

export function holdingOf({ pid }: Watched): Holding {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return { residentMiB: resident / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
}

/** By name, the most of each that was seen between start and stop. */
export class PeakWatch {
  readonly peaks = new Map<string, Holding>();
  readonly #watched: readonly Watched[];
  #timer: NodeJS.Timeout;

  constructor(watched: readonly Watched[]) {
    this.#watched = watched;
    this.#look();
    this.#timer = setInterval(() => {
      this.#look();
    }, SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#look();
  }

  #look(): void {
    for (const each of this.#watched) {
      const now = holdingOf(each);
      const peak = this.peaks.get(each.name) ?? now;
      this.peaks.set(each.name, {
        residentMiB: Math.max(peak.residentMiB, now.residentMiB),
        files: Math.max(peak.files, now.files),
      });
    }
  }
}

/** Until no process has more open files than before, but for `slack`; names those that still do. */
export async function untilFilesAreBack(
  watched: readonly Watched[],
  before: ReadonlyMap<string, Holding>,
  slack: number,
  limitMs: number,
): Promise<readonly string[]> {
  const end = performance.now() + limitMs;
  for (;;) {
    const over = watched.flatMap((each) => {
      const files = holdingOf(each).files;
      const base = before.get(each.name)?.files ?? 0;
      return files > base + slack ? [`${each.name} has ${files} open files, ${base} before`] : [];
    });
    if (over.length === 0 || performance.now() > end) return over;
    await pause(SAMPLE_MS);
  }
}
