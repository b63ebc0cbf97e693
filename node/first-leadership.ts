/** The one time in its life that a leader-born node asks for the leadership. */
import { firstCampaign } from '#follower';
import type { NodeId, Raft } from '#raft';
import type { Identity } from '#storage';

/** As plain data. */
export interface FirstLeadershipState {
  readonly identity: Identity;
  readonly asking: boolean;
}

export class FirstLeadership {
  #identity: Identity;
  readonly #bornLeader: boolean;
  /** That it asks is being written down. */
  #asking: boolean;

  constructor({ identity, asking }: FirstLeadershipState, bornLeader: boolean) {
    this.#identity = identity;
    this.#asking = asking;
    this.#bornLeader = bornLeader;
  }

  dump(): FirstLeadershipState {
    return { identity: this.#identity, asking: this.#asking };
  }

  /** The identity to save before it asks; null if it is not to ask, or not yet. */
  due(raft: Raft, appliedIndex: number, reached: (peer: NodeId) => boolean): Identity | null {
    if (!this.#bornLeader || this.#identity.askedToLead || this.#asking) return null;
    const { voters } = raft.membership;
    const others = voters.filter((id) => id !== this.#identity.nodeId && reached(id));
    const step = firstCampaign({
      leader: raft.leader,
      appliedIndex,
      commitIndex: raft.commitIndex,
      votersReached: others.length + 1,
      quorum: Math.floor(voters.length / 2) + 1,
    });
    if (step === 'wait' && raft.role !== 'leader') return null;
    this.#asking = true;
    return { ...this.#identity, askedToLead: true };
  }

  /** It is written down: whether and how to ask. */
  saved(identity: Identity, raft: Raft): 'campaign' | 'ask-leader' | 'nothing' {
    this.#identity = identity;
    if (!this.#asking || raft.role === 'leader') return 'nothing';
    return raft.leader === null ? 'campaign' : 'ask-leader';
  }
}
