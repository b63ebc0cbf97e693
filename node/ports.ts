/** What a replica needs of the world, and what the world tells it. Implemented by processes and by the simulator. */
import type { Operation, OperationResult } from '#kv';
import type { MembershipChange, Message, NodeId } from '#raft';
import type { NodeState, Reply, Request } from '#rpc/session/frames';
import type { Disk, DiskCompletion } from '#storage';

/** A client's or proxy's stream to this node; chosen by the driver, never reused. */
export type ConnectionId = number;

/** What a peer sends besides the core's messages: a client's request for the leader, and its reply. */
export type PeerMessage =
  | { readonly type: 'raft'; readonly message: Message }
  | { readonly type: 'forward-request'; readonly id: number; readonly request: Request }
  | { readonly type: 'forward-reply'; readonly id: number; readonly reply: Reply }
  /** A leader-born node's one request to be handed the leadership. */
  | { readonly type: 'leadership-request' };

export interface Network {
  /**
   * Best effort and in order while a connection lasts; may be lost. False: surely not sent, because
   * there is no connection, or too much waits on it.
   */
  send(to: NodeId, message: PeerMessage): boolean;
  /** Answers requests of one connection, in a batch; dropped if the connection is gone. */
  reply(connection: ConnectionId, replies: Reply[]): void;
  /** Bytes of replies that the connection has not taken yet. */
  unread(connection: ConnectionId): number;
  /** Tells every connected proxy. */
  publish(state: NodeState): void;
}

/** Turns payloads into operations and results into payloads; in production protobuf. */
export interface PayloadCodec {
  /** Throws a `MalformedPayload` whose message says what is wrong. */
  decodeOperation(payload: Uint8Array): Operation;
  encodeResult(result: OperationResult): Uint8Array;
}

/** What a replica reports for logs, metrics and the dashboard; never on the hot path. */
export type Report =
  | {
      readonly type: 'role';
      readonly role: string;
      readonly term: number;
      readonly leader: number | null;
    }
  | { readonly type: 'decision'; readonly text: string }
  | {
      readonly type: 'membership';
      readonly voters: readonly number[];
      readonly learners: readonly number[];
    }
  | {
      readonly type: 'checkpoint';
      readonly index: number;
      readonly bytes: number;
      readonly how: 'saved' | 'installed';
    }
  | {
      readonly type: 'recovered';
      readonly last: number;
      readonly applied: number;
      readonly remarks: readonly string[];
    }
  /** A write that was refused, or whose outcome this node does not know; a bounded number of them. */
  | {
      readonly type: 'request';
      readonly outcome: 'refused' | 'unknown';
      /** 0 for both: it has no id that others know. */
      readonly session: number;
      readonly sequence: number;
      readonly code: string;
    }
  /** So many more of them, which were not told of. */
  | { readonly type: 'more-requests'; readonly requests: number }
  | { readonly type: 'disk-full' | 'failed'; readonly message: string };

export interface Ports {
  readonly disk: Disk;
  readonly network: Network;
  readonly codec: PayloadCodec;
  report(report: Report): void;
}

export type ReplicaEvent =
  | { readonly type: 'tick' }
  | { readonly type: 'disk'; readonly completions: readonly DiskCompletion[] }
  | { readonly type: 'peer'; readonly from: NodeId; readonly messages: readonly PeerMessage[] }
  | {
      readonly type: 'requests';
      readonly connection: ConnectionId;
      readonly requests: readonly Request[];
    }
  | { readonly type: 'connection-closed'; readonly connection: ConnectionId }
  /** A peer greeted us: who it is, and whether its log holds anything. */
  | {
      readonly type: 'peer-greeted';
      readonly peer: NodeId;
      readonly storeId: string;
      readonly name: string;
      readonly hasHistory: boolean;
      /** The highest format level that it reads; 0: it does not say. */
      readonly formatMax: number;
    }
  /** A stream to or from this peer broke: what was sent last, or its answer, may be lost. */
  | { readonly type: 'peer-broken'; readonly peer: NodeId }
  /** The stream from this peer broke, and a redial was refused or met a new process. */
  | { readonly type: 'peer-lost'; readonly peer: NodeId }
  /** Hand over leadership and finish; `stopped()` tells when. */
  | { readonly type: 'stop' }
  | { readonly type: 'transfer'; readonly to: NodeId | null }
  /** By one server; a refusal is reported as a decision, and the outcome shows in the membership. */
  | { readonly type: 'change-membership'; readonly change: MembershipChange }
  | { readonly type: 'campaign' };
