/** Who is meant by a name, and what has been seen so far. */
import type { NodeName } from './syntax.js';
import type { NodeView, View } from './stage.js';

export class Cast {
  /** The highest term of a leader that a statement has found. */
  highestTerm = 0;
  readonly #leaders = new Map<string, number>();
  readonly #calls = new Map<string, number>();

  /** A statement was about the leader of `view`: from now on it is not a new one. */
  knowsLeader(view: View): void {
    this.highestTerm = Math.max(this.highestTerm, leaderIn(view)?.term ?? 0);
  }

  nameLeader(name: string, node: number): void {
    this.#leaders.set(name, node);
  }

  nameCall(name: string, call: number): void {
    this.#calls.set(name, call);
  }

  call(name: string): number {
    const call = this.#calls.get(name);
    if (call === undefined) throw new Error(`no call is named ${name}`);
    return call;
  }

  /** Null: `leader` is meant, and nobody leads; or who led was never found. */
  find(name: NodeName, view: View): NodeView | null {
    if (name === 'leader') return leaderIn(view);
    const id = this.#leaders.get(name);
    return view.nodes.find((node) => node.name === name || node.id === id) ?? null;
  }
}

/** Who runs and leads, in the highest term; null: nobody. */
export function leaderIn(view: View): NodeView | null {
  let leader: NodeView | null = null;
  for (const node of view.nodes) {
    if (node.state !== 'up' || node.role !== 'leader') continue;
    if (leader === null || node.term > leader.term) leader = node;
  }
  return leader;
}

export function nameOf(view: View, id: number): string {
  return view.nodes.find((node) => node.id === id)?.name ?? `#${id}`;
}

/** `#6789`, and `6789`, as `cy`: so do nodes speak of others. */
export function named(text: string, view: View): string {
  return text.replace(/#?\b(\d+)\b/g, (mark, id: string) => {
    return view.nodes.find((node) => node.id === Number(id))?.name ?? mark;
  });
}
