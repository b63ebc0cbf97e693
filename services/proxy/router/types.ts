/** The router's vocabulary: what it is told, what it asks of the world, and what it shows. */
import type { NodeState, Outcome, Reply, Request, Welcome } from '#rpc/session/frames';
import type { LaneName } from './lane-name.js';
import type { ServedView } from './served.js';

export interface RouterConfig {
  /** Ids of every node that the proxy dials, ascending. */
  readonly nodes: readonly number[];
  /** A node unheard for so long gets nothing more; nodes speak every 100 ms. */
  readonly nodeSilenceMs: number;
  /** A follower further behind than so many entries is not read from. */
  readonly maxLagEntries: number;
  /** Without any follower, linearizable reads go to the leader. */
  readonly readFromLeader: boolean;
  /** How long a request may wait for a node that can take it. */
  readonly queueTimeoutMs: number;
  readonly queueRequestsMax: number;
  readonly queueBytesMax: number;
  /** What each client may have in flight (and in the queue); the same numbers as in its Welcome. */
  readonly requestsPerConnection: number;
  readonly bytesPerConnection: number;
  /** For a request that names no time of its own. */
  readonly requestTimeoutMs: number;
  readonly requestBytesMax: number;
  /** The nodes judge values; here it serves to say what is wrong with a request that is too large. */
  readonly valueBytesMax: number;
}

/** Everything but the nodes; a process's settings replace some of it. */
export const ROUTER_DEFAULTS: Omit<RouterConfig, 'nodes'> = Object.freeze({
  nodeSilenceMs: 300,
  maxLagEntries: 20_000,
  readFromLeader: true,
  queueTimeoutMs: 15_000,
  queueRequestsMax: 100_000,
  queueBytesMax: 64 * 1024 * 1024,
  requestsPerConnection: 8192,
  bytesPerConnection: 16 * 1024 * 1024,
  requestTimeoutMs: 30_000,
  requestBytesMax: 1.5 * 1024 * 1024,
  valueBytesMax: 1024 * 1024,
});

/** Requests and replies are read, never changed: the caller may keep them. */
export type RouterEvent =
  /** Time has passed; needed at the latest at `deadline()`. */
  | { readonly type: 'tick' }
  | { readonly type: 'client-opened'; readonly connection: number }
  | { readonly type: 'client-closed'; readonly connection: number }
  | {
      readonly type: 'client-requests';
      readonly connection: number;
      readonly requests: readonly Request[];
    }
  | { readonly type: 'node-connected'; readonly node: number; readonly welcome: Welcome }
  | { readonly type: 'node-lost'; readonly node: number }
  | { readonly type: 'node-state'; readonly node: number; readonly state: NodeState }
  | { readonly type: 'node-replies'; readonly node: number; readonly replies: readonly Reply[] }
  /** Takes no more work; answers what waits unsent with `stopping`, finishes what is in flight. */
  | { readonly type: 'stop' };

export interface RouterPorts {
  /** At most once for each node and handled event. */
  toNode(node: number, requests: Request[]): void;
  /** At most once for each connection and handled event. */
  toClient(connection: number, replies: Reply[]): void;
  /** Bytes of replies that the client has not taken yet. */
  unread(connection: number): number;
  report(report: RouterReport): void;
}

/** For logs; never on the hot path. */
export type RouterReport =
  | { readonly type: 'leader'; readonly node: number; readonly term: number }
  | { readonly type: 'no-leader'; readonly previous: number }
  /** The nodes that linearizable reads go to, in turn. */
  | { readonly type: 'readers'; readonly nodes: readonly number[] }
  /** Requests taken back from a node; those with a session go out again under the same number. */
  | {
      readonly type: 'taken-back';
      readonly node: number;
      readonly requests: number;
      readonly reason: 'lost' | 'silent' | 'deposed';
    }
  /** A request that failed, or took long; a bounded number of them. */
  | {
      readonly type: 'request';
      readonly lane: LaneName;
      /** 0 for both: it has no id that others know. */
      readonly session: number;
      readonly sequence: number;
      readonly outcome: Outcome;
      readonly code: string;
      /** Whose word it is; 0: the router's own. */
      readonly node: number;
      readonly ms: number;
    }
  /** So many more of them, which were not told of. */
  | { readonly type: 'more-requests'; readonly requests: number };

export interface RouterNodeView {
  readonly node: number;
  /** What it last said of itself; null before it spoke, and once it is lost. */
  readonly state: NodeState | null;
  readonly connected: boolean;
  /** On the clock of `handle`'s `now`; null: never. */
  readonly lastHeard: number | null;
  /** Requests answered by it. */
  readonly reads: number;
  readonly writes: number;
  readonly inFlight: number;
}

export interface RouterView {
  readonly nodes: readonly RouterNodeView[];
  /** The node that writes go to; 0 for none. */
  readonly leader: number;
  /** The nodes that linearizable reads go to. */
  readonly readers: readonly number[];
  readonly clients: number;
  readonly queued: number;
  readonly queuedBytes: number;
  readonly inFlight: number;
  /** Requests sent again after a node was lost, silent, deposed or refused them. */
  readonly resends: number;
  readonly overloaded: number;
  readonly timedOut: number;
  readonly served: ServedView;
}
