/**
 * Where a scenario is performed: the playground, or real processes. A performance (performance.ts) asks,
 * the stage answers; so that one performance serves stages that answer at once and stages that take time.
 * Times are in milliseconds.
 */

/** A fresh cluster, and nothing else. */
export interface WorldSpec {
  readonly names: readonly string[];
  /** Of each node: fixed, or null: random. */
  readonly electionMs: readonly (number | null)[];
  readonly seed: number;
  readonly checkpointEntries: number | null;
  readonly heartbeatMs: number | null;
  readonly linkMs: number | null;
  readonly diskMs: number | null;
  /** Wrong practices, by name. */
  readonly rulesOff: readonly string[];
}

/** What somebody does. Nodes are named by their ids. */
export type StageAct =
  | { readonly type: 'set'; readonly key: string; readonly value: string; readonly via: StageVia }
  | {
      readonly type: 'get';
      readonly key: string;
      readonly via: StageVia;
      readonly stale: boolean;
    }
  | { readonly type: 'delete'; readonly key: string; readonly via: StageVia }
  | {
      readonly type: 'kill' | 'stop' | 'start' | 'pause' | 'resume' | 'lose-power' | 'wipe';
      readonly node: number;
    }
  | { readonly type: 'isolate'; readonly node: number }
  | { readonly type: 'expire'; readonly node: number; readonly timer: 'election' }
  | { readonly type: 'transfer'; readonly to: number }
  | { readonly type: 'cut' | 'mend'; readonly from: number; readonly to: number }
  | {
      readonly type: 'disk';
      readonly node: number;
      readonly how: 'stalls' | 'full' | 'fails' | 'works';
    }
  | { readonly type: 'heal' };

export type StageVia = 'proxy' | number;

export type StageResult =
  { readonly ok: true; readonly call?: number } | { readonly ok: false; readonly reason: string };

/** `starting`: its process runs, and it has not said anything yet. */
export type NodeStanding = 'up' | 'starting' | 'down' | 'paused';

export interface NodeView {
  readonly id: number;
  readonly name: string;
  readonly state: NodeStanding;
  /** What follows is what was seen of it last. */
  readonly role: string;
  readonly term: number;
  /** 0: it knows of none. */
  readonly leader: number;
  readonly lastIndex: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** 0: none. */
  readonly checkpointIndex: number;
}

export interface View {
  /** Since the world began. */
  readonly atMs: number;
  readonly nodes: readonly NodeView[];
  /** The invariant that does not hold, with its reason; empty: all hold, or nobody examines them. */
  readonly broken: string;
}

export type CallView =
  | { readonly state: 'pending' }
  | {
      readonly state: 'answered';
      /** Of a get; null: there is no such key. Undefined: it was a write. */
      readonly value?: string | null;
      readonly revision: number;
      /** The node's id. */
      readonly servedBy: number;
    }
  | {
      readonly state: 'failed';
      readonly code: string;
      readonly outcome: 'not-done' | 'refused' | 'unknown';
    };

/** The newest file of the state of a node that runs; an empty path: it has none. */
export interface StateFile {
  readonly node: number;
  readonly path: string;
  readonly sha256: string;
}

/** The entries that a node still has, in order. */
export interface LogView {
  readonly firstIndex: number;
  readonly terms: readonly number[];
}

/** Something that a node said, or somebody did, in words. */
export interface Remark {
  readonly atMs: number;
  /** 0: nobody's. */
  readonly node: number;
  readonly text: string;
}

export type Ask =
  | { readonly type: 'begin'; readonly world: WorldSpec }
  | { readonly type: 'step'; readonly id: string }
  | { readonly type: 'act'; readonly act: StageAct; readonly timeoutMs: number }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'look' }
  | { readonly type: 'call'; readonly call: number }
  | { readonly type: 'log'; readonly node: number }
  | { readonly type: 'version'; readonly node: number; readonly key: string }
  | { readonly type: 'files' }
  | { readonly type: 'remarks'; readonly from: number };

/** Each answer has the name of what was asked. */
export type Answer =
  | { readonly type: 'begin' }
  | { readonly type: 'step' }
  | { readonly type: 'act'; readonly result: StageResult }
  | { readonly type: 'pass' }
  | { readonly type: 'look'; readonly view: View }
  | { readonly type: 'call'; readonly call: CallView }
  | { readonly type: 'log'; readonly log: LogView }
  /** How often the key was changed, as this node has applied it; 0: it has no such key. Null: it does not say. */
  | { readonly type: 'version'; readonly version: number | null }
  | { readonly type: 'files'; readonly files: readonly StateFile[] }
  /** Those from the position `from` on. */
  | { readonly type: 'remarks'; readonly remarks: readonly Remark[] };

export type AnswerTo<Type extends Ask['type']> = Extract<Answer, { readonly type: Type }>;
