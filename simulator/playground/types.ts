/** The playground's vocabulary: how it starts, what can be done to it, and what it says. */

/** A node's data directory: paths below it, and the text of each file. */
export interface ForkedNode {
  readonly node: number;
  readonly name: string;
  /** Empty: nothing is known of it, and it stays down. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** It campaigns as soon as it is connected. */
  readonly led?: boolean;
}

export interface Start {
  readonly seed: number;
  /** 1 to 7. */
  readonly nodes: number;
  /** By node: a fixed election timeout, ms; null or left out: random, 1 to 2 s. */
  readonly electionMs?: readonly (number | null)[];
  readonly heartbeatMs?: number;
  /** A checkpoint is made after so many entries. */
  readonly checkpointEntries?: number;
  /** How long a write takes on disk, on average, ms. */
  readonly diskMs?: number;
  /** How long a message takes, ms; give or take a tenth. */
  readonly linkMs?: number;
  /** Names of wrong rules, resolved by a table that is handed in. */
  readonly rulesOff?: readonly string[];
  /** A live state, all of its members; `nodes` is then their number. */
  readonly files?: readonly ForkedNode[];
}

export type Via = 'proxy' | number;

export interface Asked {
  readonly via: Via;
  /** How long the caller waits, ms; 30 s if it is left out. */
  readonly timeoutMs?: number;
}

/** What somebody can do. Nodes are named by their ids. */
export type Act =
  | ({ readonly type: 'set'; readonly key: string; readonly value: string } & Asked)
  | ({ readonly type: 'get'; readonly key: string; readonly stale?: boolean } & Asked)
  | ({ readonly type: 'delete'; readonly key: string } & Asked)
  /** Sets the value if the present one is `expected`; null: if there is none. */
  | ({
      readonly type: 'cas';
      readonly key: string;
      readonly expected: string | null;
      readonly value: string;
    } & Asked)
  | { readonly type: NodeActType; readonly node: number }
  | { readonly type: 'expire'; readonly node: number; readonly timer: 'election' }
  /** One direction. */
  | { readonly type: 'cut' | 'mend'; readonly from: number; readonly to: number }
  /** A message between nodes, by its number in the sight. */
  | { readonly type: 'drop'; readonly flight: number }
  | { readonly type: 'disk'; readonly node: number; readonly how: DiskState }
  /** Mends links and disks and resumes what is paused; who is down stays down. */
  | { readonly type: 'heal' }
  | { readonly type: 'add-node' }
  /** Leadership is handed over to this node. */
  | { readonly type: 'transfer'; readonly to: number }
  /** The election timers that run all end when the first one does. */
  | { readonly type: 'align-timers' };

/** `kill`: the process dies; `lose-power`: the machine, with what was not synced; `wipe`: while it is down. */
export type NodeActType =
  | 'kill'
  | 'stop'
  | 'start'
  | 'pause'
  | 'resume'
  | 'lose-power'
  | 'wipe'
  /** From every other node, both ways; clients and the proxy still reach it. */
  | 'isolate'
  | 'remove-node';

export type DiskState = 'stalls' | 'full' | 'fails' | 'works';

export type ActResult =
  /** `call`: the number of the call that was asked for. */
  { readonly ok: true; readonly call?: number } | { readonly ok: false; readonly reason: string };

export interface ScriptedAct {
  /** So many events were handled before it. */
  readonly at: number;
  /** When, ms of the playground; between the last event and the next. */
  readonly atMs: number;
  readonly act: Act;
}

/** All that is needed to do it again. */
export interface Script {
  readonly start: Start;
  readonly acts: readonly ScriptedAct[];
  /** Where it stands: so many events were handled, and it is so late. */
  readonly events: number;
  readonly atMs: number;
}

/** What a caller asked for, and what became of it. */
export interface CallSight {
  readonly call: number;
  readonly act: Extract<Act, { readonly via: Via }>;
  readonly askedMs: number;
  /** Null while it is pending. */
  readonly doneMs: number | null;
  /** `not-done`: it did not happen. `refused`: it can't. `unknown`: it may have happened. */
  readonly outcome: 'pending' | 'ok' | 'not-done' | 'refused' | 'unknown';
  /** Of a failure. */
  readonly code: string;
  readonly message: string;
  /** The store's revision when it was done; 0 unless it is ok. */
  readonly revision: number;
  /** The node that answered; 0 unless it is ok. */
  readonly servedBy: number;
  /** Of a get, and of a cas that found another value: what was there; null: nothing. */
  readonly value: string | null;
  /** Of a cas: whether it did it; of a delete: whether there was something. */
  readonly succeeded: boolean | null;
}

/** A key as it stands in one node's state. */
export interface KeySight {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}

/** A version of a key; value null: it was deleted. */
export interface VersionSight {
  readonly revision: number;
  readonly value: string | null;
}
