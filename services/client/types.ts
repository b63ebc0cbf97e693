/**
 * The library's public face. Keys and values go in as text (UTF-8) or bytes, and come out as bytes,
 * with the text beside them where they are text. Failures are `RelevoError` (error.ts).
 */

/** Text stands for its UTF-8 bytes. */
export type Data = string | Uint8Array;

/** A folder of `relevo certs` for this client, or the files one by one. They are looked at again as long as it runs. */
export type TlsFiles =
  | { readonly directory: string }
  | { readonly authority: string; readonly certificate: string; readonly key: string };

export interface ConnectOptions {
  /** How long a call may take unless it says otherwise, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** For people and logs on the other side. */
  readonly name?: string;
  /** The cluster that must answer; any, if it is left out. */
  readonly clusterId?: string;
  /** The files by which both sides show who they are (PEM); without them connections are plain. */
  readonly tls?: TlsFiles;
  /** Lets plain connections leave this machine: everybody on their way can read and change what is sent. */
  readonly plaintext?: boolean;
  /** Gives up waiting for the first connection, which otherwise waits up to `timeoutMs`. */
  readonly signal?: AbortSignal;
}

/**
 * `linearizable` (the default): as if there were one copy. `stale`: whatever the node that answers
 * has, which may be old, may go backwards, and is there without a leader too.
 */
export type Consistency = 'linearizable' | 'stale';

export interface CallOptions {
  /** In milliseconds; afterwards the call fails, with an outcome that says whether it was sent. */
  readonly timeoutMs?: number;
  /** Like a time-out, when it fires. */
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  readonly consistency?: Consistency;
  /** Answer from a state at least this new: with `stale`, reads what this client wrote. */
  readonly minRevision?: number;
  /** As of this revision; 0 or left out: now. */
  readonly revision?: number;
}

export interface WriteOptions extends CallOptions {
  /**
   * `session:sequence` of a write whose outcome was unknown (`RelevoError.requestId`): repeats that very
   * write, which then happens once at most, and gives its answer. Needs the same operation.
   */
  readonly requestId?: string;
}

export interface PutOptions extends WriteOptions {
  /** Return the pair as it was before. */
  readonly returnPrevious?: boolean;
  readonly lease?: number;
}

export interface DeleteOptions extends WriteOptions {
  /** Return the pairs that were deleted. */
  readonly returnPrevious?: boolean;
}

/** Which keys: one; from `key` up to and without `end`; those that begin with `prefix`; all. */
export type KeySelector =
  { readonly key: Data; readonly end?: Data } | { readonly prefix: Data } | { readonly all: true };

export interface RangeView {
  /** At most so many pairs; 0 or left out: all. */
  readonly limit?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
}

export interface RangeOptions extends ReadOptions, RangeView {}

/** One key with its value, as of one revision. */
export interface Pair {
  readonly key: Uint8Array;
  /** Empty with `keysOnly`. */
  readonly value: Uint8Array;
  /** The key as text; null if its bytes are not UTF-8. */
  readonly keyText: string | null;
  /** The value as text; null if its bytes are not UTF-8. Decoded when asked for. */
  readonly text: string | null;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Changes since the key was created; 1 for a new key. */
  readonly version: number;
  /** 0: none. */
  readonly lease: number;
}

/** How an answer came about. */
export interface Served {
  /** The store's revision when this was done or read. */
  readonly revision: number;
  /** The id of the node that answered. */
  readonly servedBy: number;
  /** False for a stale read. */
  readonly linearizable: boolean;
}

export interface Written extends Served {
  /** `session:sequence`; empty if the call changed nothing and was a read. */
  readonly requestId: string;
  /**
   * The write was done; what it read (previous pairs, a transaction's ranges) is left out: it is more than the
   * 4 MiB of a message, or the write was repeated under its request id and its reads are compacted since.
   */
  readonly readGone?: true;
}

export interface PutResult extends Written {
  /** With `returnPrevious`, if there was one. */
  readonly previous?: Pair;
}

export interface GetResult extends Served {
  /** Null: there is no such key, which is not the same as an empty value. */
  readonly pair: Pair | null;
}

export interface RangeResult extends Served {
  readonly pairs: readonly Pair[];
  /** There are more pairs than `limit`. */
  readonly more: boolean;
  /** How many keys the range holds, whatever the limit. */
  readonly count: number;
}

export interface DeleteResult extends Written {
  readonly deleted: number;
  /** With `returnPrevious`. */
  readonly previous: readonly Pair[];
}

/** A missing key has version, create, mod and lease 0, and equals no value. */
export type Compare = KeySelector & {
  readonly result: 'equal' | 'not-equal' | 'greater' | 'less';
} & (
    | { readonly target: 'version' | 'create' | 'mod' | 'lease'; readonly number: number }
    | { readonly target: 'value'; readonly value: Data }
  );

export type TxnOperation =
  | {
      readonly kind: 'put';
      readonly key: Data;
      readonly value: Data;
      readonly lease?: number;
      readonly returnPrevious?: boolean;
    }
  | (KeySelector & RangeView & { readonly kind: 'range'; readonly revision?: number })
  | (KeySelector & { readonly kind: 'delete'; readonly returnPrevious?: boolean })
  | ({ readonly kind: 'txn' } & Txn);

/** If every compare holds, `success` is done, else `failure`; all of it at one revision. */
export interface Txn {
  readonly compares?: readonly Compare[];
  readonly success?: readonly TxnOperation[];
  readonly failure?: readonly TxnOperation[];
}

export type TxnOperationResult =
  | { readonly kind: 'put'; readonly previous?: Pair }
  | {
      readonly kind: 'range';
      readonly pairs: readonly Pair[];
      readonly more: boolean;
      readonly count: number;
    }
  | { readonly kind: 'delete'; readonly deleted: number; readonly previous: readonly Pair[] }
  | {
      readonly kind: 'txn';
      readonly succeeded: boolean;
      readonly results: readonly TxnOperationResult[];
    };

export interface TxnResult extends Written {
  /** The compares held. */
  readonly succeeded: boolean;
  /** Of the list that was done, in its order. */
  readonly results: readonly TxnOperationResult[];
}

/** A read-only transaction takes `consistency` and `minRevision`; one that may write ignores them. */
export interface TxnOptions extends WriteOptions {
  readonly consistency?: Consistency;
  readonly minRevision?: number;
}

/** Who answers at the other end: a proxy (`nodeId` 0) or a node. */
export interface Peer {
  readonly endpoint: string;
  readonly name: string;
  readonly nodeId: number;
  readonly clusterId: string;
}

/**
 * Calls in flight together have no promised order: await one to order it before the next. Every method
 * rejects with a `RelevoError` alone (a programming mistake, such as a key of a wrong type, is a
 * `TypeError`).
 */
export interface RelevoClient {
  /** Null while there is no connection. */
  readonly peer: Peer | null;
  put(key: Data, value: Data, options?: PutOptions): Promise<PutResult>;
  get(key: Data, options?: ReadOptions): Promise<Pair | null>;
  getWithMeta(key: Data, options?: ReadOptions): Promise<GetResult>;
  range(selector: KeySelector, options?: RangeOptions): Promise<RangeResult>;
  delete(selector: Data | KeySelector, options?: DeleteOptions): Promise<DeleteResult>;
  txn(txn: Txn, options?: TxnOptions): Promise<TxnResult>;
  /** Waits for calls in flight (at most `timeoutMs`, default 5,000), ends the session, hangs up. */
  close(timeoutMs?: number): Promise<void>;
}
