/** The doors of the storage: the disk below it, and what it reports above. */
import type { CheckpointMeta, Entry, LogIndex, LogPosition, NodeId, Vote } from '#raft';
import type { LogState } from './log-state.js';

/**
 * A disk, as requests and completion events. Paths are relative to the data directory, with forward
 * slashes. Requests of one `lane` are carried out in order; lanes are independent of each other. Every
 * request is answered by exactly one completion with its id. After a failure the lane's later requests
 * are answered with the same failure and not tried (an fsync that failed is never repeated).
 */
export type DiskRequest = { readonly id: number; readonly lane: DiskLane } & DiskOperation;

/** `log`: segments. `vote`: vote.json. `checkpoint`: data/. `start`: recovery, before all others. */
export type DiskLane = 'start' | 'log' | 'vote' | 'checkpoint';

export type DiskOperation =
  /** Creates or empties a file, and writes all of it. */
  | { readonly op: 'write-file'; readonly path: string; readonly data: Uint8Array }
  /** Writes at the file's end (`size` is what the end must be, in bytes), creating it if it is new. */
  | {
      readonly op: 'append';
      readonly path: string;
      readonly size: number;
      readonly data: Uint8Array;
    }
  /** fsync: the file's contents and length survive a power cut. */
  | { readonly op: 'sync'; readonly path: string }
  /** append and then sync, as one request: the write path's own, where one trip is to be saved. */
  | {
      readonly op: 'append-sync';
      readonly path: string;
      readonly size: number;
      readonly data: Uint8Array;
    }
  /** The names in the directory survive a power cut. A no-op where the platform has none. */
  | { readonly op: 'sync-directory'; readonly path: string }
  | { readonly op: 'rename'; readonly from: string; readonly to: string }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'truncate'; readonly path: string; readonly size: number }
  /** Creates the directory and its parents; no error if it is there. */
  | { readonly op: 'make-directory'; readonly path: string }
  /** Names in a directory, sorted; [] if it is not there. */
  | { readonly op: 'list'; readonly path: string }
  /** The bytes from `offset`, at most `length` of them; null if there is no such file. */
  | {
      readonly op: 'read';
      readonly path: string;
      readonly offset: number;
      readonly length: number;
    };

export type DiskResult =
  | { readonly ok: true; readonly names?: readonly string[]; readonly data?: Uint8Array | null }
  | { readonly ok: false; readonly code: DiskErrorCode; readonly message: string };

/** `full`: no space. `failed`: any other failure to write or sync. */
export type DiskErrorCode = 'full' | 'failed';

export interface DiskCompletion {
  readonly id: number;
  readonly result: DiskResult;
}

/** Where requests go. Completions come back through `Storage.complete`. */
export interface Disk {
  submit(request: DiskRequest): void;
}

/** identity.json: whose directory this is. */
export interface Identity {
  readonly format: number;
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly name: string;
  /** Random, chosen once when the directory was made. */
  readonly storeId: string;
  /** A leader-born node has used its one chance to ask for the leadership. */
  readonly askedToLead: boolean;
}

/** Whose a file is: the segments and the vote name both, a checkpoint the cluster alone. */
export type Owner = Pick<Identity, 'clusterId' | 'storeId'>;

/** What recovery found, mended and kept. */
export interface Recovered {
  readonly identity: Identity;
  readonly vote: Vote;
  /** Entries after the checkpoint (and those kept before it), contiguous. */
  readonly entries: readonly Entry[];
  /** Where the kept log begins: the position before its first entry. */
  readonly base: LogPosition;
  /** Known to have been committed, from the notes; at least the checkpoint's index. */
  readonly commitIndex: LogIndex;
  readonly checkpoint: CheckpointMeta | null;
  /** The checkpoint's state lines, without line feeds, header and footer excepted. */
  readonly stateLines: readonly string[];
  /** What was cut or set aside, for the log. */
  readonly remarks: readonly string[];
  /** The storage's own: where the lines stand in the files. */
  readonly log: LogState;
}

/** Whose directory it has to be. */
export interface Expectation {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly name: string;
}

/** The directory holds nothing yet: `Storage.initialise` makes it. */
export interface Blank {
  readonly code: 'blank';
  readonly message: string;
}

/** Why a directory can't be used: the sentence names file, line and remedy. */
export interface Refusal {
  readonly code:
    'damaged' | 'other-node' | 'other-cluster' | 'other-format' | 'vote-missing' | 'disk-failed';
  readonly message: string;
}

export type StorageEvent =
  | { readonly type: 'vote-durable'; readonly vote: Vote }
  | { readonly type: 'log-durable'; readonly last: LogPosition }
  /** This node's own checkpoint at a marker is durable, and what it replaces is removed. */
  | { readonly type: 'checkpoint-saved'; readonly checkpoint: CheckpointMeta }
  | { readonly type: 'checkpoint-stored'; readonly index: LogIndex; readonly offset: number }
  /** A received checkpoint is verified and durable; the log now begins behind it. */
  | {
      readonly type: 'checkpoint-installed';
      readonly checkpoint: CheckpointMeta;
      readonly stateLines: readonly string[];
    }
  /** A received checkpoint did not verify: it was removed; the transfer starts over. */
  | { readonly type: 'checkpoint-rejected'; readonly index: LogIndex; readonly reason: string }
  | {
      readonly type: 'checkpoint-read';
      readonly index: LogIndex;
      readonly offset: number;
      readonly token: number;
      /** Empty: this node no longer has that checkpoint. */
      readonly data: Uint8Array;
    }
  | { readonly type: 'identity-saved'; readonly identity: Identity }
  /** The disk failed; nothing more will be written. The node has to stop. */
  | { readonly type: 'failed'; readonly code: DiskErrorCode; readonly message: string };
