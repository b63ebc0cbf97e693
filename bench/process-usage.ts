/** What processes cost, read from /proc; null where there is none (Windows, macOS). */
import { readFileSync } from 'node:fs';

export interface Usage {
  /** Processor time since its start, ms. */
  readonly cpuMs: number;
  readonly memoryMiB: number;
}

/** Linux reports processor time in hundredths of a second, whatever the kernel's own tick. */
const MS_PER_TICK = 10;

export function usageOf(pid: number): Usage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in parentheses, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { cpuMs, memoryMiB: Number(resident ?? 0) / 1024 };
  } catch {
    return null;
  }
}
