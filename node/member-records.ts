/**
 * Whose directory each node came with. The leader writes it into the replicated state, so that a wiped
 * disk under a known id shows.
 */
import type { Command, Store } from '#kv';
import type { NodeId } from '#raft';
import { NODE_RULES, type NodeRules } from './rules.js';

interface Member {
  readonly storeId: string;
  readonly name: string;
}

/** As plain data. */
export interface MemberRecordsState {
  readonly greeted: readonly (readonly [NodeId, Member])[];
  readonly self: readonly [NodeId, Member];
  readonly due: boolean;
}

export class MemberRecords {
  readonly #greeted: Map<NodeId, Member>;
  readonly #self: readonly [NodeId, Member];
  /** Records may be missing: looked for at the leader's next look. */
  #due: boolean;

  constructor({ greeted, self, due }: MemberRecordsState) {
    this.#greeted = new Map(greeted);
    this.#self = self;
    this.#due = due;
  }

  dump(): MemberRecordsState {
    return { greeted: [...this.#greeted], self: this.#self, due: this.#due };
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
  /** Why a peer with this directory can't be talked to; null if it can (a wiped disk). */
  static refusal(
    store: Store,
    peer: NodeId,
    storeId: string,
    rules: NodeRules = NODE_RULES,
  ): string | null {
    const known = store.memberOf(peer);
    if (known === undefined || !rules.isStranger(known.storeId, storeId)) return null;
    return (
      `node ${peer} is known by the data directory ${known.storeId}, and comes with ${storeId}: ` +
      'its disk was wiped or swapped. Give it its old directory back, or remove it from the ' +
      'cluster and add it again as a new member.'
    );
  }
}
