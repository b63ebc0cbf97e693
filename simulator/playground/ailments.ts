/** What ails the cluster because somebody wanted it to: what `heal` ends. */
import type { SimulatedNode } from '../node.js';
import type { PlayWorld } from './play-world.js';
import type { DiskState } from './types.js';

export class Ailments {
  private readonly cuts = new Map<string, readonly [SimulatedNode, SimulatedNode]>();
  private readonly disks = new Map<SimulatedNode, Exclude<DiskState, 'works'>>();

  constructor(private readonly world: PlayWorld) {}

  /** False: it is cut already. */
  cut(from: SimulatedNode, to: SimulatedNode): boolean {
    const link = linkOf(from, to);
    if (this.cuts.has(link)) return false;
    this.cuts.set(link, [from, to]);
    this.world.network.cut(from.number, to.number);
    return true;
  }

  /** False: it is not cut. */
  mend(from: SimulatedNode, to: SimulatedNode): boolean {
    if (!this.cuts.delete(linkOf(from, to))) return false;
    this.world.network.heal(from.number, to.number, this.world.now);
    return true;
  }

  /** False: it is so already. */
  disk(node: SimulatedNode, how: DiskState): boolean {
    if ((this.disks.get(node) ?? 'works') === how) return false;
    this.world.guard(node, () => node.disk.mend());
    if (how === 'works') {
      this.disks.delete(node);
      return true;
    }
    this.disks.set(node, how);
    if (how === 'stalls') node.disk.hang();
    else if (how === 'full') node.disk.full = true;
    else node.disk.break();
    return true;
  }

  /** False: nothing ails anybody. */
  heal(): boolean {
    const paused = this.world.members.filter(({ state }) => state === 'frozen');
    const some = this.cuts.size + this.disks.size + paused.length > 0;
    for (const [from, to] of [...this.cuts.values()]) this.mend(from, to);
    for (const node of [...this.disks.keys()]) this.disk(node, 'works');
    for (const node of paused) this.world.guard(node, () => node.resume());
    return some;
  }

  *words(): Iterable<string> {
    for (const [from, to] of this.cuts.values()) yield `#${from.id} is not heard by #${to.id}`;
    for (const [node, how] of this.disks) yield `the disk of #${node.id} ${DISK_WORDS[how]}`;
    for (const { id, state } of this.world.members) {
      if (state === 'frozen') yield `#${id} is paused`;
    }
  }
}

const DISK_WORDS = { stalls: 'stalls', full: 'is full', fails: 'fails' } as const;

function linkOf(from: SimulatedNode, to: SimulatedNode): string {
  return `${from.number}>${to.number}`;
}
