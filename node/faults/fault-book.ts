/** What is inflicted on this process now. Each fault ends by itself. */
import type { InflictRequest } from '#rpc/generated/relevo/v1/observe';
import type { ReplicaEvent } from '../ports.js';
import type { Inflictor } from '../process/surroundings.js';

const LASTS_MS = 60_000;
const LASTS_MS_MAX = 3_600_000;
const DISK_FAULTS = ['stalls', 'full', 'fails'] as const;

export type DiskFault = (typeof DISK_FAULTS)[number];

export class FaultBook implements Inflictor {
  readonly #cuts = new Map<number, NodeJS.Timeout>();
  #disk: { readonly how: DiskFault; readonly ends: NodeJS.Timeout } | null = null;
  #handle: (event: ReplicaEvent) => void = () => undefined;
  #changed: () => void = () => undefined;
  #diskMended: () => void = () => undefined;

  attach(handle: (event: ReplicaEvent) => void, changed: () => void): void {
    this.#handle = handle;
    this.#changed = changed;
  }

  onDiskMended(listener: () => void): void {
    this.#diskMended = listener;
  }

  isCut(to: number): boolean {
    return this.#cuts.has(to);
  }

  get disk(): DiskFault | null {
    return this.#disk?.how ?? null;
  }

  active(): readonly string[] {
    const links = this.cuts().map((to) => `sends nothing to #${to}`);
    return this.#disk === null ? links : [...links, diskText(this.#disk.how)];
  }

  cuts(): readonly number[] {
    return [...this.#cuts.keys()].sort((a, b) => a - b);
  }

  inflict(fault: InflictRequest['fault'], lastsMs: number): string | null {
    if (lastsMs > LASTS_MS_MAX) return `a fault lasts ${LASTS_MS_MAX} ms at most`;
    const lasts = lastsMs === 0 ? LASTS_MS : lastsMs;
    switch (fault?.$case) {
      case undefined:
        return 'say what is to be inflicted: expire_timer, cut_link, break_disk or heal';
      case 'expireTimer':
        this.#handle({ type: 'campaign' });
        return null;
      case 'cutLink':
        if (fault.value.cut) this.#cut(fault.value.to, lasts);
        else this.#mend(fault.value.to);
        break;
      case 'breakDisk': {
        const how = DISK_FAULTS.find((each) => each === fault.value.how);
        if (how === undefined) return `a disk ${DISK_FAULTS.join(', ')}; not "${fault.value.how}"`;
        this.#breakDisk(how, lasts);
        break;
      }
      case 'heal':
        for (const to of [...this.#cuts.keys()]) this.#mend(to);
        this.#mendDisk();
    }
    this.#changed();
    return null;
  }

  #cut(to: number, lastsMs: number): void {
    this.#mend(to);
    this.#cuts.set(
      to,
      setTimeout(() => {
        this.#mend(to);
        this.#changed();
      }, lastsMs).unref(),
    );
  }

  #mend(to: number): void {
    clearTimeout(this.#cuts.get(to));
    this.#cuts.delete(to);
  }

  #breakDisk(how: DiskFault, lastsMs: number): void {
    this.#mendDisk();
    const ends = setTimeout(() => {
      this.#mendDisk();
      this.#changed();
    }, lastsMs).unref();
    this.#disk = { how, ends };
  }

  #mendDisk(): void {
    if (this.#disk === null) return;
    clearTimeout(this.#disk.ends);
    this.#disk = null;
    this.#diskMended();
  }
}

function diskText(how: DiskFault): string {
  if (how === 'stalls') return 'its disk stalls';
  return how === 'full' ? 'its disk is full' : 'its disk fails';
}
