/**
 * The replicated state: a deterministic machine driven by committed entries. Applying is total: no text
 * makes it throw.
 */
import { CheckpointCursor, type CursorState } from './checkpoint-cursor.js';
import { restore, type Restored } from './checkpoint-restore.js';
import { CommandMalformed, decodeCommand } from './command-decoding.js';
import { branchesOf, Execution, perform, refusalOf, stepsOf } from './execution.js';
import { FIRST_FORMAT } from './format-level.js';
import { isTombstone } from './item.js';
import { Keyspace, type KeyspaceState } from './keyspace.js';
import { inOrder, type Member, type Members } from './members.js';
import { LONG_RANGE_KEYS, RangeCursor, type RangeCursorState } from './range-cursor.js';
import { recall } from './recollection.js';
import * as refusal from './refusal.js';
import { productionRules, type StateRules } from './rules.js';
import { OUTSTANDING_MAX, Session, Sessions, type SessionState } from './sessions.js';
import { StateHash } from './state-hash.js';
import type {
  Applied,
  Change,
  Changes,
  Command,
  Operation,
  OperationResult,
  Put,
  Range,
  Refused,
  SessionView,
} from './types.js';
import { isReadOnly, problemOf } from './validation.js';

/**
 * The whole machine as plain data, with what nobody can see in its answers: what compaction has yet to
 * remove. Open cursors are dumped by whoever reads them.
 */
export interface StoreState {
  readonly appliedIndex: number;
  readonly keyspace: KeyspaceState;
  readonly sessions: readonly SessionState[];
  readonly members: readonly (readonly [number, Member])[];
  readonly formatLevel: number;
}

type Write = Extract<Command, { kind: 'write' }>;

const DONE = { kind: 'done' } as const;
const LINES_AT_ONCE = 1024;

export class Store {
  readonly #rules: StateRules;
  readonly #keyspace: Keyspace;
  readonly #sessions: Sessions;
  readonly #members: Members;
  readonly #cursors = new Set<CheckpointCursor | RangeCursor>();
  #appliedIndex: number;
  #formatLevel: number;

  /** An empty state at index 0; `restored` is for `fromCheckpoint`. */
  constructor(rules: StateRules = productionRules, restored?: Restored, appliedIndex = 0) {
    this.#rules = rules;
    this.#keyspace = restored?.keyspace ?? new Keyspace();
    this.#sessions = restored?.sessions ?? new Sessions();
    this.#members = restored?.members ?? new Map<number, Member>();
    this.#formatLevel = restored?.formatLevel ?? FIRST_FORMAT;
    this.#appliedIndex = appliedIndex;
  }

  /** The state that the cursor's lines describe. Throws `CheckpointMalformed`. */
  static fromCheckpoint(
    lines: Iterable<string>,
    appliedIndex: number,
    rules: StateRules = productionRules,
  ): Store {
    const restored = restore(lines);
    const sessions = rules.restoresSessions() ? restored.sessions : new Sessions();
    return new Store(rules, { ...restored, sessions }, rules.appliedByCheckpoint(appliedIndex));
  }

  static load(state: StoreState, rules: StateRules = productionRules): Store {
    const sessions = new Sessions();
    for (const session of state.sessions) sessions.restore(Session.load(session));
    const keyspace = Keyspace.load(state.keyspace);
    const members = new Map(state.members);
    const { formatLevel } = state;
    return new Store(rules, { keyspace, sessions, members, formatLevel }, state.appliedIndex);
  }

  /** The index of the last entry that was applied or skipped. */
  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** 1 for a fresh store; each write that changes anything raises it by one. */
  get revision(): number {
    return this.#keyspace.revision;
  }

  /** The oldest revision that can be read; 0 if there was no compaction. */
  get compactedRevision(): number {
    return this.#keyspace.compacted;
  }

  /** The highest format level that the log up to here, and a checkpoint of this state, may hold. */
  get formatLevel(): number {
    return this.#formatLevel;
  }

  /** Keys that are there now. */
  get keyCount(): number {
    return this.#keyspace.size;
  }

  /** The changes since the last compaction, and about how many bytes compacting them all would free. */
  get historySize(): { changes: number; bytes: number } {
    return this.#keyspace.history;
  }

  /**
   * Carries the command of entry `index` out, which is the one after `appliedIndex`. `known`: the command
   * that `text` was made of, for who has it still; it is not read again then.
   */
  apply(index: number, text: string, known: Command | null = null): Applied {
    this.#advance(index);
    if (known !== null) return this.#carryOut(known, index);
    let command: Command;
    try {
      command = decodeCommand(text);
    } catch (error) {
      if (error instanceof CommandMalformed) return refusal.refused('invalid', error.message);
      throw error;
    }
    return this.#carryOut(command, index);
  }

  /** Entry `index` is no command. */
  skip(index: number): void {
    this.#advance(index);
  }

  #advance(index: number): void {
    if (index !== this.#appliedIndex + 1) {
      throw new Error(`entry ${index} was to be applied after entry ${this.#appliedIndex}.`);
    }
    this.#appliedIndex = index;
  }

  #carryOut(command: Command, index: number): Applied {
    switch (command.kind) {
      case 'write':
        return this.#write(command, index);
      case 'open-session':
        this.#sessions.open(index);
        return { kind: 'session-opened', session: index };
      case 'close-session':
        this.#sessions.end(command.session);
        return DONE;
      case 'expire-session':
        return this.#expire(command.session, command.lastActivity);
      case 'compact':
        return this.#compact(command.revision);
      case 'member':
        return this.#record(command.node, { storeId: command.storeId, name: command.name });
      case 'raise-format':
        this.#formatLevel = Math.max(this.#formatLevel, command.level);
        return DONE;
    }
  }

  #write({ session: id, sequence, lowestAwaited, operation }: Write, index: number): Applied {
    if (id === 0) return this.#operate(operation, null, 0);
    const session = this.#sessions.get(id);
    if (session === undefined) return refusal.sessionEnded(id);
    session.lastActivity = index;
    session.confirmed(lowestAwaited);
    if (this.#rules.refusesConfirmedWrites(sequence, session.lowestAwaited)) {
      return refusal.alreadyAnswered(id, sequence, session.lowestAwaited);
    }
    if (this.#rules.recognisesDuplicates(session.answers, sequence)) {
      return this.#answerAgain(operation, session, sequence);
    }
    if (session.answers.size >= OUTSTANDING_MAX) {
      return refusal.sessionFull(id, session.answers.size);
    }
    return this.#operate(operation, session, sequence);
  }

  #answerAgain(operation: Operation, session: Session, sequence: number): Applied {
    const answer = session.answers.get(sequence);
    if (typeof answer === 'string') return refusal.refusedBefore(answer);
    const result = answer === undefined ? null : recall(operation, answer, this.#keyspace);
    return result ?? refusal.otherOperation(session.session, sequence);
  }

  /** Does it, and keeps the answer if there is a session. */
  #operate(operation: Operation, session: Session | null, sequence: number): Applied {
    if (operation.kind === 'put') return this.#put(operation, session, sequence);
    const branches = branchesOf(operation, this.#keyspace);
    const refused = problemOf(operation) ?? refusalOf(stepsOf(operation, branches), this.#keyspace);
    if (refused !== null) {
      session?.answers.set(sequence, refused.code);
      return refused;
    }
    const execution = new Execution(this.#keyspace);
    const result = perform(operation, branches[Symbol.iterator](), execution);
    execution.end();
    const { revision, counts } = execution;
    const answer = operation.kind === 'range' ? revision : { revision, counts, branches };
    session?.answers.set(sequence, answer);
    return result;
  }

  /** What most writes are, without the detours that the others need. */
  #put(put: Put, session: Session | null, sequence: number): Applied {
    const refused =
      put.key === '' ? problemOf(put) : put.lease === 0 ? null : refusal.noLease(put.lease);
    if (refused !== null) {
      session?.answers.set(sequence, refused.code);
      return refused;
    }
    const revision = this.#keyspace.revision + 1;
    const previous = this.#keyspace.put(put.key, put.value, put.lease, revision);
    this.#keyspace.changed(revision, 1);
    session?.answers.set(sequence, revision);
    return { kind: 'put', revision, previous: put.returnPrevious ? (previous ?? null) : null };
  }

  #expire(id: number, judgedBy: number): Applied {
    const session = this.#sessions.get(id);
    if (session === undefined) return DONE;
    if (this.#rules.expiresOnlyIdleSessions(session.lastActivity, judgedBy)) this.#sessions.end(id);
    return DONE;
  }

  #compact(revision: number): Applied {
    const { revision: newest, compacted } = this.#keyspace;
    if (revision <= compacted) return refusal.compactedAway(revision, compacted);
    if (revision > newest) return refusal.inFuture(revision, newest);
    this.#keyspace.compact(revision);
    return DONE;
  }

  #record(node: number, member: Member): Applied {
    const known = this.#members.get(node);
    if (known !== undefined && known.storeId !== member.storeId) {
      return refusal.otherStore(node, known.storeId, member.storeId);
    }
    if (known === undefined) this.#members.set(node, member);
    return DONE;
  }

  /** Reads the state as it is; refuses operations that would change it. */
  read(operation: Operation): OperationResult | Refused {
    const problem = problemOf(operation);
    if (problem !== null) return problem;
    if (!isReadOnly(operation)) return refusal.notRead(operation.kind);
    const branches = branchesOf(operation, this.#keyspace);
    const refused = refusalOf(stepsOf(operation, branches), this.#keyspace);
    if (refused !== null) return refused;
    return perform(operation, branches[Symbol.iterator](), new Execution(this.#keyspace));
  }

  /** Whether `read` would take long: it is to be read in slices, by `beginRange`. */
  isLong(operation: Operation): operation is Range {
    if (operation.kind !== 'range' || operation.end === null) return false;
    const { limit, revision, countOnly } = operation;
    const counted = countOnly || (limit > 0 && limit <= LONG_RANGE_KEYS);
    // In the state as it is, the tree knows the count; in the past, keys are looked at one by one.
    if (counted && revision === 0) return false;
    return this.#keyspace.span(operation) > LONG_RANGE_KEYS;
  }

  /** Fixes what the range holds now, to be read in slices while writes go on. To be closed. */
  beginRange(range: Range): RangeCursor | Refused {
    const refused = problemOf(range) ?? refusalOf([range], this.#keyspace);
    if (refused !== null) return refused;
    return this.resumeRange(RangeCursor.at(this.#keyspace, range));
  }

  /** Goes on with a range that was being read when this state was dumped. */
  resumeRange(state: RangeCursorState): RangeCursor {
    const cursor = new RangeCursor(this.#keyspace, state, (closed) => this.#cursors.delete(closed));
    this.#cursors.add(cursor);
    return cursor;
  }

  /**
   * The changes made after `revision`, in order of revision and then of key: whole revisions, at least
   * `limit` (>= 1) changes if there are so many.
   */
  historyAfter(revision: number, limit: number): Changes | Refused {
    const { revision: newest, compacted } = this.#keyspace;
    if (revision < compacted) return refusal.compactedAway(revision, compacted);
    if (revision > newest) return refusal.inFuture(revision, newest);
    const changes = this.#keyspace.changesAfter(revision, limit).map((version): Change => {
      if (!isTombstone(version)) return { kind: 'put', pair: version };
      return { kind: 'delete', key: version.key, modRevision: version.modRevision };
    });
    return { kind: 'changes', revision: newest, changes };
  }

  sessions(): SessionView[] {
    return Array.from(this.#sessions.all(), ({ session, lastActivity }) => ({
      session,
      lastActivity,
    }));
  }

  hasSession(session: number): boolean {
    return this.#sessions.get(session) !== undefined;
  }

  sessionOf(session: number): SessionView | undefined {
    const found = this.#sessions.get(session);
    return found && { session, lastActivity: found.lastActivity };
  }

  memberOf(node: number): Member | undefined {
    return this.#members.get(node);
  }

  /**
   * Removes what compaction gave up from memory, in at most `steps` steps of about a microsecond.
   * Nobody can see it. Whether there is more that could be done now.
   */
  work(steps: number): boolean {
    let oldestMarker = Infinity;
    for (const { compacted } of this.#cursors) oldestMarker = Math.min(oldestMarker, compacted);
    const { compacted } = this.#keyspace;
    return this.#keyspace.work(steps, this.#rules.compactionSparesMarkers(compacted, oldestMarker));
  }

  /** Fixes the state as it is now, to be read in slices while writes go on. To be closed. */
  beginCheckpoint(): CheckpointCursor {
    const copies = {
      sessions: Array.from(this.#sessions.all(), (session) => session.copy()),
      members: inOrder(this.#members),
      formatLevel: this.#formatLevel,
    };
    return this.#cursor(copies);
  }

  /** Goes on with a cursor that was dumped together with this state. */
  resumeCheckpoint(cursor: CursorState): CheckpointCursor {
    return this.#cursor(cursor);
  }

  #cursor(from: ConstructorParameters<typeof CheckpointCursor>[1]): CheckpointCursor {
    const cursor = new CheckpointCursor(this.#keyspace, from, (closed) =>
      this.#cursors.delete(closed),
    );
    this.#cursors.add(cursor);
    return cursor;
  }

  /** Of the state alone, not of where in the log it stands: equal states, equal hashes. O(state). */
  hash(): string {
    const hash = new StateHash();
    for (const line of this.lines()) hash.add(line);
    return hash.digest;
  }

  dump(): StoreState {
    return {
      appliedIndex: this.#appliedIndex,
      keyspace: this.#keyspace.dump(),
      sessions: Array.from(this.#sessions.all(), (session) => session.dump()),
      members: [...this.#members],
      formatLevel: this.#formatLevel,
    };
  }

  /** A checkpoint of the state as it is now. Nothing may be applied before the last line is taken. */
  *lines(): Iterable<string> {
    const cursor = this.beginCheckpoint();
    for (
      let lines = cursor.next(LINES_AT_ONCE);
      lines !== null;
      lines = cursor.next(LINES_AT_ONCE)
    ) {
      yield* lines;
    }
  }
}
