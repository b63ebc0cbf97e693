/** The vocabulary of the consensus core. Names follow the Raft paper (figure 2) and its dissertation. */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A period with at most one leader. Starts at 0, before the first election. */
export type Term = Brand<number, 'Term'>;
/** Position of an entry in the log. The first entry has index 1; 0 stands for "before the log". */
export type LogIndex = Brand<number, 'LogIndex'>;
/** A node's id: a positive integer, unique in the cluster, not its address. */
export type NodeId = Brand<number, 'NodeId'>;

export const term = (value: number): Term => value as Term;
export const logIndex = (value: number): LogIndex => value as LogIndex;
export const nodeId = (value: number): NodeId => value as NodeId;

/** Who takes part. Learners receive the log, and neither vote nor count. Both in ascending order. */
export interface Membership {
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
}

/**
 * What an entry does. A command's `text` is opaque to the core: JSON members without braces, made by
 * the state machine. A `checkpoint` entry is the marker at which every node writes its state.
 */
export type EntryBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'membership'; readonly membership: Membership };

/** Immutable: the same object may stand in a log, in messages and in a disk's queue. */
export interface Entry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly body: EntryBody;
}

/** A position in a log: enough to compare two logs (paper, 5.4.1). */
export interface LogPosition {
  readonly index: LogIndex;
  readonly term: Term;
}

/** The one atomic record of figure 2's `currentTerm` and `votedFor`. */
export interface Vote {
  readonly term: Term;
  readonly votedFor: NodeId | null;
  /**
   * The term was learnt by a node that had lost, or never had, its history: as long as its log is empty
   * it is still a blank one.
   */
  readonly muted?: true;
}

/** A complete checkpoint on this node's disk. */
export interface CheckpointMeta extends LogPosition {
  readonly membership: Membership;
  /** Of the whole file, in bytes. */
  readonly size: number;
}

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** Every message carries its sender's current term. */
export type Message =
  /** Asks whether an election for `term + 1` could be won; changes nothing (dissertation, 9.6). */
  | {
      readonly type: 'pre-vote-request';
      readonly term: Term;
      readonly last: LogPosition;
      /** The sender lost its connection to the leader, rather than its patience. */
      readonly hinted: boolean;
    }
  | {
      readonly type: 'pre-vote-reply';
      readonly term: Term;
      readonly granted: boolean;
      /** The term that the request would have entered. */
      readonly proposedTerm: Term;
    }
  | {
      readonly type: 'vote-request';
      readonly term: Term;
      readonly last: LogPosition;
      /** The leader asked the sender to take over: stickiness does not apply (3.10). */
      readonly transfer: boolean;
    }
  | { readonly type: 'vote-reply'; readonly term: Term; readonly granted: boolean }
  | {
      readonly type: 'append-request';
      readonly term: Term;
      readonly previous: LogPosition;
      readonly entries: readonly Entry[];
      /** The leader's commit index, at most the last index that this message covers. */
      readonly commitIndex: LogIndex;
    }
  | {
      readonly type: 'append-reply';
      readonly term: Term;
      readonly success: true;
      /** Durable, and the same as the leader's, up to here. */
      readonly matchIndex: LogIndex;
    }
  | {
      readonly type: 'append-reply';
      readonly term: Term;
      readonly success: false;
      /** The `previous.index` that did not match. */
      readonly refusedIndex: LogIndex;
      /** The newest position of the follower's log at or before it that may match. */
      readonly hint: LogPosition;
    }
  | {
      readonly type: 'heartbeat-request';
      readonly term: Term;
      /** min(match index of the receiver, commit index). */
      readonly commitIndex: LogIndex;
      /** The newest read round; a reply confirms it and all before. */
      readonly round: number;
    }
  | {
      readonly type: 'heartbeat-reply';
      readonly term: Term;
      readonly round: number;
      /** Durable and verified against this leader; 0 if nothing is verified yet. */
      readonly matchIndex: LogIndex;
    }
  | { readonly type: 'read-index-request'; readonly term: Term; readonly id: number }
  | {
      readonly type: 'read-index-reply';
      readonly term: Term;
      readonly id: number;
      /** Null: the receiver does not lead, or can't confirm that it does. */
      readonly index: LogIndex | null;
    }
  | {
      readonly type: 'checkpoint-chunk';
      readonly term: Term;
      readonly checkpoint: CheckpointMeta;
      readonly offset: number;
      readonly data: Uint8Array;
    }
  | {
      readonly type: 'checkpoint-reply';
      readonly term: Term;
      /** Which checkpoint this speaks of. */
      readonly index: LogIndex;
      /** The next byte wanted. */
      readonly offset: number;
      /** The whole file is verified and installed. */
      readonly installed: boolean;
    }
  | { readonly type: 'timeout-now'; readonly term: Term };

export type RaftEvent =
  /** Time has passed; needed at the latest at `deadline()`. */
  | { readonly type: 'tick' }
  | { readonly type: 'message'; readonly from: NodeId; readonly message: Message }
  /** Leader only: appends the bodies, in order; else answers `proposal-refused`. */
  | { readonly type: 'propose'; readonly bodies: readonly EntryBody[] }
  /** A linearizable read on this node; `id` is the caller's, answered once by read-ready or -failed. */
  | { readonly type: 'read'; readonly id: number }
  /** Leader only: hand leadership to `to`, or to the most advanced voter. */
  | { readonly type: 'transfer'; readonly to: NodeId | null }
  /** Leader only: change the membership by one server. */
  | { readonly type: 'change-membership'; readonly change: MembershipChange }
  /** The vote record is on disk. */
  | { readonly type: 'vote-durable'; readonly vote: Vote }
  /** Every entry up to this one is on disk; ignored if the log's entry there has another term. */
  | { readonly type: 'log-durable'; readonly last: LogPosition }
  /** The stream from this peer broke, and an immediate redial was refused or met a new process. */
  | { readonly type: 'connection-lost'; readonly peer: NodeId }
  /** This node's own checkpoint is complete; entries up to `keepAfter` may be dropped from memory. */
  | {
      readonly type: 'checkpoint-saved';
      readonly checkpoint: CheckpointMeta;
      readonly keepAfter: LogIndex;
    }
  /** Bytes up to `offset` of the checkpoint under way are stored. */
  | {
      readonly type: 'checkpoint-stored';
      readonly index: LogIndex;
      readonly offset: number;
    }
  /** The received checkpoint did not verify, and was removed: the transfer starts over. */
  | { readonly type: 'checkpoint-rejected'; readonly index: LogIndex }
  /** The received checkpoint is verified and is now this node's state. */
  | { readonly type: 'checkpoint-installed'; readonly checkpoint: CheckpointMeta }
  /** Leader: a `send-checkpoint` named a checkpoint whose file is not there any more. */
  | { readonly type: 'checkpoint-gone'; readonly to: NodeId; readonly index: LogIndex }
  /** Lets the election timer expire now (R25), or starts the leader-born's first campaign. */
  | { readonly type: 'campaign' }
  /** A reachable peer has history while this node is blank: do not vote or campaign until led. */
  | { readonly type: 'peer-has-history' }
  /** Leader: the disk does not keep up; hand over or step down. */
  | { readonly type: 'disk-stalled' };

export type MembershipChange =
  | { readonly type: 'add-learner'; readonly node: NodeId }
  | { readonly type: 'promote'; readonly node: NodeId }
  | { readonly type: 'remove'; readonly node: NodeId };

export type Effect =
  /** Replace the vote record atomically; report `vote-durable`. */
  | { readonly type: 'persist-vote'; readonly vote: Vote }
  /** Remove entries from here on; before any append that follows. */
  | { readonly type: 'truncate-log'; readonly from: LogIndex }
  /** Write these; report `log-durable` once synced. Not empty, contiguous. */
  | { readonly type: 'append-log'; readonly entries: readonly Entry[] }
  /** Send at once. Whatever had to be durable before is. */
  | { readonly type: 'send'; readonly to: NodeId; readonly message: Message }
  /** Entries up to here may be applied; rises only. */
  | { readonly type: 'commit'; readonly index: LogIndex }
  /** The read may be answered once `index` is applied. */
  | { readonly type: 'read-ready'; readonly id: number; readonly index: LogIndex }
  | {
      readonly type: 'read-failed';
      readonly id: number;
      readonly reason: 'no-leader' | 'leader-changed';
    }
  | {
      readonly type: 'proposal-refused';
      readonly reason: 'not-leader' | 'transferring' | 'too-many-uncommitted';
      readonly leader: NodeId | null;
    }
  | { readonly type: 'change-refused'; readonly reason: string }
  /** Leader: read the checkpoint file from `offset` and send a chunk of it (the driver's part). */
  | {
      readonly type: 'send-checkpoint';
      readonly to: NodeId;
      readonly term: Term;
      readonly checkpoint: CheckpointMeta;
      readonly offset: number;
    }
  /** Follower: store the chunk; report `checkpoint-stored`; after the last `checkpoint-installed` or -rejected. */
  | {
      readonly type: 'store-checkpoint';
      readonly checkpoint: CheckpointMeta;
      readonly offset: number;
      readonly data: Uint8Array;
    }
  /** Role, term or leader is another than before. */
  | {
      readonly type: 'role-changed';
      readonly role: Role;
      readonly term: Term;
      readonly leader: NodeId | null;
    }
  | { readonly type: 'membership-changed'; readonly membership: Membership }
  | { readonly type: 'transfer-ended'; readonly done: boolean }
  /** Why the core did what it did, in the words of a log line; for people. */
  | { readonly type: 'decision'; readonly text: string };
