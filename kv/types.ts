/**
 * The vocabulary of the replicated state. Keys and values are byte-strings: one character for each
 * byte, codes 0 to 255, so that `<` is byte order and a million small values stay cheap.
 */
export type ByteString = string;

/**
 * Which keys: `end` null is the one key; '\0' is everything from `key` on; otherwise the first key that
 * is no longer in the range.
 */
export interface KeyRange {
  readonly key: ByteString;
  readonly end: ByteString | null;
}

export interface Pair {
  readonly key: ByteString;
  readonly value: ByteString;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** 0: none. */
  readonly lease: number;
}

export type Put = {
  readonly kind: 'put';
  readonly key: ByteString;
  readonly value: ByteString;
  readonly lease: number;
  readonly returnPrevious: boolean;
};
export type Range = KeyRange & {
  readonly kind: 'range';
  /** At most so many pairs; 0: all. */
  readonly limit: number;
  /** As of this revision; 0: now. */
  readonly revision: number;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
};
export type Delete = KeyRange & { readonly kind: 'delete'; readonly returnPrevious: boolean };
export type Compare = KeyRange & {
  readonly result: 'equal' | 'greater' | 'less' | 'not-equal';
} & (
    | { readonly target: 'version' | 'create' | 'mod' | 'lease'; readonly number: number }
    | { readonly target: 'value'; readonly value: ByteString }
  );
export type Txn = {
  readonly kind: 'txn';
  readonly compares: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure: readonly Operation[];
};
export type Operation = Put | Range | Delete | Txn;

/** Of a write that was done before: what it read then is compacted, and left out of this answer. */
type Recalled = { readonly readGone?: true };

export type PutResult = Recalled & {
  readonly kind: 'put';
  readonly revision: number;
  readonly previous: Pair | null;
};
export type RangeResult = Recalled & {
  readonly kind: 'range';
  /** The store's revision when this was read. */
  readonly revision: number;
  readonly pairs: readonly Pair[];
  readonly more: boolean;
  readonly count: number;
};
export type DeleteResult = Recalled & {
  readonly kind: 'delete';
  readonly revision: number;
  readonly deleted: number;
  readonly previous: readonly Pair[];
};
export type TxnResult = Recalled & {
  readonly kind: 'txn';
  readonly revision: number;
  readonly succeeded: boolean;
  readonly results: readonly OperationResult[];
};
export type OperationResult = PutResult | RangeResult | DeleteResult | TxnResult;

/** Refusals of the state machine: the same on every node, and final. */
export type RefusalCode =
  | 'revision-compacted'
  | 'revision-in-future'
  | 'duplicate-key'
  | 'lease-not-found'
  | 'session-expired'
  | 'session-full'
  | 'already-answered'
  | 'invalid';
export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  /** Names the thing, the value and what to do next. */
  readonly message: string;
}

/** What stands in the log. */
export type Command =
  | {
      readonly kind: 'write';
      readonly session: number;
      readonly sequence: number;
      readonly lowestAwaited: number;
      readonly operation: Operation;
    }
  /** The session's id is the index of this entry. */
  | { readonly kind: 'open-session' }
  | { readonly kind: 'close-session'; readonly session: number }
  /** Ignored if the session was active after the entry `lastActivity`. */
  | { readonly kind: 'expire-session'; readonly session: number; readonly lastActivity: number }
  | { readonly kind: 'compact'; readonly revision: number }
  /** A node's directory, so that a wiped disk under a known id shows. */
  | {
      readonly kind: 'member';
      readonly node: number;
      readonly storeId: string;
      readonly name: string;
    }
  /** From here on the log and the state may hold what is of this format level; never lowered. */
  | { readonly kind: 'raise-format'; readonly level: number };

/** What applying one entry came to. */
export type Applied =
  | OperationResult
  | Refused
  | { readonly kind: 'session-opened'; readonly session: number }
  | { readonly kind: 'done' };

export interface SessionView {
  readonly session: number;
  /** The index of its last logged write, or of its opening. */
  readonly lastActivity: number;
}

/** One change of the history, as a watch tells it. */
export type Change =
  | { readonly kind: 'put'; readonly pair: Pair }
  | { readonly kind: 'delete'; readonly key: ByteString; readonly modRevision: number };

export interface Changes {
  readonly kind: 'changes';
  /** The store's revision when this was read. */
  readonly revision: number;
  readonly changes: readonly Change[];
}
