/** Each node as it was last seen running. */
import type { NodeView } from './invariants/index.js';
import type { SimulatedNode } from './node.js';

type Seen = { -readonly [K in keyof NodeView]: NodeView[K] };

export class NodeViews {
  private readonly views = new Map<number, Seen>();
  /** As they were when their disks were lost: what they had confirmed by then was so. */
  private readonly ghosts = new Map<number, Seen>();

  get all(): readonly NodeView[] {
    return [...this.views.values()];
  }

  get ever(): readonly NodeView[] {
    return [...this.views.values(), ...this.ghosts.values()];
  }

  of({ id }: SimulatedNode): NodeView | undefined {
    return this.views.get(id);
  }

  /** Its replica begins to run. */
  see({ id, name, replica, disk }: SimulatedNode): NodeView | null {
    if (replica === null) return null;
    const durableLog = (): readonly Uint8Array[] => disk.durable('log/');
    const view = { id, name, replica, up: true, durableLog };
    this.views.set(id, view);
    this.ghosts.delete(id);
    return view;
  }

  down({ id }: SimulatedNode): void {
    const view = this.views.get(id);
    if (view !== undefined) view.up = false;
  }

  /** What its disk held is gone. */
  forget({ id }: SimulatedNode): void {
    const view = this.views.get(id);
    if (view !== undefined) this.ghosts.set(id, view);
    this.views.delete(id);
  }
}
