/**
 * Who is struck at the moment: a machine has one fault of its own at a time, and a majority of the nodes
 * and one proxy are left alone, but in a storm. (Partitions are counted by nobody: they may take the
 * majority away too.)
 */
import type { Machine } from '../arena/machine.js';

export class Casualties {
  /** Everybody may be struck. */
  storm = false;
  readonly #struck = new Set<Machine>();

  constructor(
    private readonly nodes: number,
    private readonly proxies: number,
  ) {}

  /** False, and nothing taken, if it must not be struck now. */
  take(machine: Machine): boolean {
    if (this.#struck.has(machine)) return false;
    const { role } = machine.host;
    const alike = [...this.#struck].filter(({ host }) => host.role === role).length;
    const most = role === 'node' ? Math.floor((this.nodes - 1) / 2) : this.proxies - 1;
    if (!this.storm && alike >= most) return false;
    this.#struck.add(machine);
    return true;
  }

  release(machine: Machine): void {
    this.#struck.delete(machine);
  }
}
