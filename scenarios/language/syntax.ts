/** A scenario as it was read. All durations are in milliseconds, all lines count from 1. */

/** A node: by its name, by a name that was given with `as`, or `leader`, whoever leads at that moment. */
export type NodeName = string;

export interface ClusterSpec {
  /** Of the nodes, in order: `ada`, `bob`, `cy`, ... */
  readonly names: readonly string[];
  /** Of each node: fixed, or null: drawn at random, as by default. */
  readonly electionMs: readonly (number | null)[];
}

/** A wrong practice (a bug of the zoo) that stands in the place of one of the protocol's rules. */
export interface RuleSpec {
  readonly name: string;
  /** Afterwards the same steps happen once more, with the right rule. */
  readonly thenOn: boolean;
}

export interface Settings {
  readonly seed: number;
  /** What durations and timeouts are divided by in the scenario's fast form; 1: it has none. */
  readonly fast: number;
  /** A checkpoint after so many entries; null: as by default. */
  readonly checkpointEntries: number | null;
  readonly heartbeatMs: number | null;
  /** On a link, one way; in the playground alone. */
  readonly linkMs: number | null;
  /** Of one write to a disk; in the playground alone. */
  readonly diskMs: number | null;
}

/** Whom a client asks: `proxy`, or a node. */
export type Via = NodeName;

export type Outcome =
  | { readonly type: 'done' }
  | { readonly type: 'value'; readonly value: string }
  | { readonly type: 'missing' }
  /** No answer yet, as long as one waits for it. */
  | { readonly type: 'pending' }
  /** Surely nothing happened. */
  | { readonly type: 'not-done' }
  /** It may have happened. */
  | { readonly type: 'unknown' }
  /** One of the two: nobody said that it was done. */
  | { readonly type: 'unavailable' }
  | { readonly type: 'refused'; readonly code: string | null };

export interface CallSpec {
  readonly kind: 'set' | 'get' | 'delete';
  readonly key: string;
  /** Of a set. */
  readonly value: string | null;
  readonly via: Via;
  readonly stale: boolean;
  /** Names it to later statements. */
  readonly as: string | null;
  /** How long the client waits for the answer; null: the usual patience. */
  readonly withinMs: number | null;
  /** Null: it is not waited for (it has a name, and is looked at later). */
  readonly outcome: Outcome | null;
}

export type NodeDeed =
  | 'kill'
  | 'stop'
  | 'start'
  | 'pause'
  | 'resume'
  | 'lose-power'
  | 'wipe'
  | 'isolate'
  | 'expire'
  | 'transfer';

export const ROLES = ['follower', 'pre-candidate', 'candidate', 'leader', 'learner'] as const;
export type Role = (typeof ROLES)[number];

export const DISK_STATES = ['stalls', 'full', 'fails', 'works'] as const;
export type DiskState = (typeof DISK_STATES)[number];

/** What can be seen of a cluster, and holds at a moment or does not. */
export type Condition =
  | { readonly type: 'leader'; readonly is: NodeName | null; readonly not: boolean }
  /** In a higher term than anybody whom this scenario saw lead. */
  | { readonly type: 'new-leader' }
  | { readonly type: 'no-leader' }
  /** All that run have the same log, have applied all of it, and follow one leader. */
  | { readonly type: 'converged' }
  | { readonly type: 'role'; readonly node: NodeName; readonly role: Role; readonly not: boolean }
  | { readonly type: 'term'; readonly node: NodeName; readonly term: number }
  | { readonly type: 'same-term'; readonly nodes: readonly [NodeName, NodeName] }
  /** The terms of all its entries that it still has, in order. */
  | { readonly type: 'log'; readonly node: NodeName; readonly terms: readonly number[] }
  | {
      readonly type: 'logs';
      readonly nodes: readonly [NodeName, NodeName];
      readonly equal: boolean;
    }
  | { readonly type: 'longer'; readonly nodes: readonly [NodeName, NodeName] }
  /** There is an entry that it has and does not know to be committed. */
  | { readonly type: 'uncommitted'; readonly node: NodeName }
  | { readonly type: 'checkpoint'; readonly node: NodeName }
  | { readonly type: 'begins-behind'; readonly node: NodeName; readonly index: number }
  /** The newest data file has one name and one content on all that run. */
  | { readonly type: 'files-equal' }
  /** Too few run to elect anybody. */
  | { readonly type: 'quorum-lost' }
  | { readonly type: 'state'; readonly node: NodeName; readonly state: 'up' | 'down' | 'paused' }
  /** It has said so, since the scenario began. */
  | { readonly type: 'told'; readonly node: NodeName; readonly words: string }
  /** A key was changed so often since it was created, by this node's own state. */
  | {
      readonly type: 'version';
      readonly node: NodeName;
      readonly key: string;
      readonly version: number;
    }
  | { readonly type: 'call'; readonly call: string; readonly outcome: Outcome }
  /** An invariant does not hold; null: whichever. In the playground alone. */
  | { readonly type: 'broken'; readonly property: string | null }
  | { readonly type: 'sound' };

export type Action =
  | { readonly type: 'call'; readonly call: CallSpec }
  | { readonly type: 'node'; readonly deed: NodeDeed; readonly node: NodeName }
  | {
      readonly type: 'link';
      readonly cut: boolean;
      readonly from: NodeName;
      readonly to: NodeName;
      readonly both: boolean;
    }
  | { readonly type: 'disk'; readonly node: NodeName; readonly how: DiskState }
  | { readonly type: 'heal' }
  /** So many writes through the proxy, one after the other, of keys `fill-1`, `fill-2`, ... */
  | { readonly type: 'fill'; readonly count: number }
  | { readonly type: 'wait'; readonly ms: number }
  | {
      readonly type: 'until';
      readonly condition: Condition;
      readonly withinMs: number | null;
      /** The name by which the leader that was found is known from then on. */
      readonly as: string | null;
    }
  /** `forMs`: so long, without a break; null: now. */
  | { readonly type: 'expect'; readonly condition: Condition; readonly forMs: number | null };

export interface Statement {
  readonly line: number;
  /** As it stands in the file, without the guard and the comment. */
  readonly text: string;
  /** In which of the two runs of a scenario with a rule; null: in both. */
  readonly when: 'off' | 'on' | null;
  readonly action: Action;
}

export interface Step {
  /** Unique in its scenario: texts are found by it. */
  readonly id: string;
  readonly line: number;
  readonly statements: readonly Statement[];
}

export interface Scenario {
  /** Of its file, without the ending. */
  readonly name: string;
  readonly cluster: ClusterSpec;
  readonly settings: Settings;
  readonly rule: RuleSpec | null;
  readonly steps: readonly Step[];
}
