/**
 * The replicated state as simply as can be: a full copy of all pairs for each revision, and every
 * answer kept whole. What the store does is compared with it.
 */
import type {
  Applied,
  Command,
  Compare,
  Delete,
  KeyRange,
  Operation,
  OperationResult,
  Pair,
  Put,
  Range,
  RangeResult,
  RefusalCode,
} from '../types.js';

/** Refusals without their words. */
export type Outcome =
  | Exclude<Applied, { kind: 'refused' }>
  | { kind: 'refused'; code: RefusalCode }
  /** A write that was done at this revision, and whose answer is not all there any more. */
  | { kind: 'gone'; revision: number };

/** What the repetition of a write is answered from. */
interface Remembered {
  readonly outcome: Outcome;
  /** The state's after it; 0 if it was refused. */
  readonly revision: number;
  /** The oldest revision that has to be readable for it; null: none. */
  readonly needs: number | null;
}

interface DumbSession {
  lastActivity: number;
  low: number;
  readonly answers: Map<number, Remembered>;
}

class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode) {
    super(code);
    this.code = code;
  }
}

const byKey = (a: Pair, b: Pair) => (a.key < b.key ? -1 : 1);

export class DumbStore {
  /** `states[r]`: the pairs at revision r, in order. */
  readonly states: (readonly Pair[])[] = [[], []];
  compacted = 0;
  index = 0;
  formatLevel = 1;
  readonly sessions = new Map<number, DumbSession>();
  readonly members = new Map<number, string>();

  get revision(): number {
    return this.states.length - 1;
  }

  apply(command: Command): Outcome {
    this.index++;
    try {
      return this.#carryOut(command);
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'refused', code: error.code };
      throw error;
    }
  }

  #carryOut(command: Command): Outcome {
    switch (command.kind) {
      case 'open-session':
        this.sessions.set(this.index, { lastActivity: this.index, low: 1, answers: new Map() });
        return { kind: 'session-opened', session: this.index };
      case 'close-session':
        this.sessions.delete(command.session);
        return { kind: 'done' };
      case 'expire-session': {
        const session = this.sessions.get(command.session);
        if (session !== undefined && session.lastActivity <= command.lastActivity) {
          this.sessions.delete(command.session);
        }
        return { kind: 'done' };
      }
      case 'compact':
        this.#checkRevision(command.revision);
        if (command.revision === this.compacted) throw new Refusal('revision-compacted');
        this.compacted = command.revision;
        return { kind: 'done' };
      case 'member': {
        const known = this.members.get(command.node) ?? command.storeId;
        if (known !== command.storeId) throw new Refusal('invalid');
        this.members.set(command.node, known);
        return { kind: 'done' };
      }
      case 'raise-format':
        this.formatLevel = Math.max(this.formatLevel, command.level);
        return { kind: 'done' };
      case 'write':
        return this.#write(command);
    }
  }

  #write(command: Extract<Command, { kind: 'write' }>): Outcome {
    if (command.session === 0) return this.#operate(command.operation).outcome;
    const session = this.sessions.get(command.session);
    if (session === undefined) throw new Refusal('session-expired');
    session.lastActivity = this.index;
    session.low = Math.max(session.low, command.lowestAwaited);
    for (const sequence of session.answers.keys()) {
      if (sequence < session.low) session.answers.delete(sequence);
    }
    if (command.sequence < session.low) throw new Refusal('already-answered');
    const known = session.answers.get(command.sequence);
    if (known === undefined) {
      const remembered = this.#operate(command.operation);
      session.answers.set(command.sequence, remembered);
      return remembered.outcome;
    }
    const isGone = known.needs !== null && known.needs < this.compacted;
    return isGone ? { kind: 'gone', revision: known.revision } : known.outcome;
  }

  #operate(operation: Operation): Remembered {
    try {
      checkForm(operation);
      this.#checkState(operation, this.#now());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { outcome: { kind: 'refused', code: error.code }, revision: 0, needs: null };
    }
    const base = this.revision;
    const attempt = new Attempt(this.states, base);
    const outcome = attempt.run(operation);
    if (attempt.revision > base) this.states.push([...attempt.pairs].sort(byKey));
    const needs = attempt.reads.map((revision) => (revision === 0 ? base : revision));
    const { revision } = outcome;
    return { outcome, revision, needs: needs.length === 0 ? null : Math.min(...needs) };
  }

  read(operation: Operation): Outcome {
    try {
      checkForm(operation);
      this.#checkState(operation, this.#now());
      return new Attempt(this.states, this.revision).run(operation);
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'refused', code: error.code };
      throw error;
    }
  }

  #now(): readonly Pair[] {
    return this.states[this.revision] ?? [];
  }

  #checkState(operation: Operation, now: readonly Pair[]): void {
    if (operation.kind === 'put' && operation.lease !== 0) throw new Refusal('lease-not-found');
    if (operation.kind === 'range' && operation.revision !== 0) {
      this.#checkRevision(operation.revision);
    }
    if (operation.kind !== 'txn') return;
    const held = operation.compares.every((compare) => holds(compare, now));
    for (const each of held ? operation.success : operation.failure) this.#checkState(each, now);
  }

  #checkRevision(revision: number): void {
    if (revision > this.revision) throw new Refusal('revision-in-future');
    if (revision < this.compacted) throw new Refusal('revision-compacted');
  }
}

/** One operation on a copy of the pairs. */
class Attempt {
  pairs: Pair[];
  revision: number;
  /** The revisions that parts of the answer were read at; 0 for "as it was then". */
  readonly reads: number[] = [];
  readonly #states: readonly (readonly Pair[])[];
  readonly #base: number;
  readonly #before: readonly Pair[];

  constructor(states: readonly (readonly Pair[])[], base: number) {
    this.#states = states;
    this.#base = base;
    this.#before = states[base] ?? [];
    this.pairs = [...this.#before];
    this.revision = base;
  }

  run(operation: Operation): OperationResult {
    switch (operation.kind) {
      case 'put':
        return this.#put(operation);
      case 'delete':
        return this.#delete(operation);
      case 'range':
        return this.#range(operation);
      case 'txn': {
        const succeeded = operation.compares.every((compare) => holds(compare, this.#before));
        const taken = succeeded ? operation.success : operation.failure;
        const results = taken.map((each) => this.run(each));
        return { kind: 'txn', revision: this.revision, succeeded, results };
      }
    }
  }

  #put({ key, value, lease, returnPrevious }: Put): OperationResult {
    this.revision = this.#base + 1;
    const old = this.pairs.find((pair) => pair.key === key);
    const createRevision = old?.createRevision ?? this.revision;
    const version = (old?.version ?? 0) + 1;
    const pair = { key, value, createRevision, modRevision: this.revision, version, lease };
    this.pairs = [...this.pairs.filter((each) => each !== old), pair].sort(byKey);
    if (returnPrevious) this.reads.push(0);
    const previous = returnPrevious ? (old ?? null) : null;
    return { kind: 'put', revision: this.revision, previous };
  }

  #delete(deletion: Delete): OperationResult {
    const gone = this.pairs.filter((pair) => covers(deletion, pair.key));
    this.pairs = this.pairs.filter((pair) => !gone.includes(pair));
    if (gone.length > 0) this.revision = this.#base + 1;
    if (gone.length > 0 && deletion.returnPrevious) this.reads.push(0);
    const previous = deletion.returnPrevious ? gone : [];
    return { kind: 'delete', revision: this.revision, deleted: gone.length, previous };
  }

  #range(range: Range): RangeResult {
    this.reads.push(range.revision);
    const source = range.revision === 0 ? this.pairs : (this.#states[range.revision] ?? []);
    const all = source.filter((pair) => covers(range, pair.key));
    const { revision } = this;
    const count = all.length;
    if (range.countOnly) return { kind: 'range', revision, pairs: [], more: false, count };
    const pairs = range.limit === 0 ? all : all.slice(0, range.limit);
    return {
      kind: 'range',
      revision,
      pairs: range.keysOnly ? pairs.map((pair) => ({ ...pair, value: '' })) : pairs,
      more: pairs.length < count,
      count,
    };
  }
}

function covers({ key, end }: KeyRange, candidate: string): boolean {
  if (end === null) return candidate === key;
  return candidate >= key && (end === '\0' || candidate < end);
}

function holds(compare: Compare, pairs: readonly Pair[]): boolean {
  const found = pairs.filter((pair) => covers(compare, pair.key));
  if (compare.target === 'value') {
    const { value } = compare;
    return found.length > 0 && found.every((pair) => relation(pair.value, value, compare.result));
  }
  const field = {
    version: 'version',
    create: 'createRevision',
    mod: 'modRevision',
    lease: 'lease',
  }[compare.target] as 'version' | 'createRevision' | 'modRevision' | 'lease';
  const numbers = found.length > 0 ? found.map((pair) => pair[field]) : [0];
  return numbers.every((number) => relation(number, compare.number, compare.result));
}

function relation<T extends number | string>(is: T, asked: T, result: Compare['result']): boolean {
  const order = is === asked ? 'equal' : is < asked ? 'less' : 'greater';
  return result === 'not-equal' ? order !== 'equal' : order === result;
}

/** Empty keys, and keys that one transaction changes twice: every pair of writes is looked at. */
function checkForm(operation: Operation): void {
  if (operation.kind !== 'txn') {
    if (operation.key === '') throw new Refusal('invalid');
    return;
  }
  checkKeys(operation);
  checkClashes(operation);
}

function checkKeys(operation: Operation): void {
  if (operation.kind !== 'txn') {
    if (operation.key === '') throw new Refusal('invalid');
    return;
  }
  if (operation.compares.some((compare) => compare.key === '')) throw new Refusal('invalid');
  for (const each of [...operation.success, ...operation.failure]) checkKeys(each);
}

function checkClashes(operation: Operation): void {
  if (operation.kind !== 'txn') return;
  for (const branch of [operation.success, operation.failure]) {
    branch.forEach((first, at) => {
      checkClashes(first);
      for (const second of branch.slice(at + 1)) {
        for (const a of writesOf(first)) {
          for (const b of writesOf(second)) if (clash(a, b)) throw new Refusal('duplicate-key');
        }
      }
    });
  }
}

function writesOf(operation: Operation): (Put | Delete)[] {
  if (operation.kind === 'range') return [];
  if (operation.kind !== 'txn') return [operation];
  return [...operation.success, ...operation.failure].flatMap(writesOf);
}

function clash(a: Put | Delete, b: Put | Delete): boolean {
  if (a.kind === 'put') return b.kind === 'put' ? a.key === b.key : covers(b, a.key);
  return b.kind === 'put' && covers(a, b.key);
}
