/**
 * Whose directory each node came with. The leader writes it into the replicated state, so that a wiped
 * disk under a known id shows.
 */
import type { Command, Store } from '#kv';
import type { NodeId } from '#raft';

interface Member {
  readonly storeId: string;
  readonly name: string;
}

export class MemberRecords {
  readonly #greeted = new Map<NodeId, Member>();
  readonly #self: readonly [NodeId, Member];
  /** Records may be missing: looked for at the leader's next look. */
  #due = false;

  constructor(node: NodeId, self: Member) {
    this.#self = [node, self];
  }

  greeted(peer: NodeId, member: Member): void {
    this.#greeted.set(peer, member);
    this.#due = true;
  }

  /** It greeted this node since the start. */
  reached(peer: NodeId): boolean {
    return this.#greeted.has(peer);
  }

  /** A role was taken, or a proposal refused. */
  lookAgain(): void {
    this.#due = true;
  }

  /** What a leader has to propose now. */
  missing(store: Store): Command[] {
    if (!this.#due) return [];
    this.#due = false;
    const commands: Command[] = [];
    for (const [node, { storeId, name }] of [...this.#greeted, this.#self]) {
      if (!store.memberOf(node)) commands.push({ kind: 'member', node, storeId, name });
    }
    return commands;
  }
}
