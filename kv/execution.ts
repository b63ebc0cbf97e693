/** Carries operations out, all of one at one revision: first what may refuse it, then the changes. */
import type { Keyspace } from './keyspace.js';
import { compactedAway, inFuture, noLease } from './refusal.js';
import type {
  Compare,
  Delete,
  DeleteResult,
  Operation,
  OperationResult,
  Pair,
  Put,
  PutResult,
  Range,
  RangeResult,
  Refused,
} from './types.js';

/** What does the operations that hold no others: on the state, or from memory of what was done. */
export interface Performer {
  /** The revision now, in the middle of the operation. */
  readonly revision: number;
  put(put: Put): PutResult;
  range(range: Range): RangeResult;
  delete(deletion: Delete): DeleteResult;
}

/** For each transaction, outer before inner, in order: whether its compares held. */
export type Branches = readonly boolean[];

export type Simple = Put | Range | Delete;

/** Does the operation along the path that is given, and puts its result together. */
export function perform(
  operation: Operation,
  branches: Iterator<boolean>,
  performer: Performer,
): OperationResult {
  switch (operation.kind) {
    case 'put':
      return performer.put(operation);
    case 'range':
      return performer.range(operation);
    case 'delete':
      return performer.delete(operation);
    case 'txn': {
      const succeeded = branches.next().value === true;
      const taken = succeeded ? operation.success : operation.failure;
      const results = taken.map((each) => perform(each, branches, performer));
      return { kind: 'txn', revision: performer.revision, succeeded, results };
    }
  }
}

/** Which branches the operation takes on the state as it is, before any of its changes. */
export function branchesOf(operation: Operation, keyspace: Keyspace): Branches {
  const branches: boolean[] = [];
  const visit = (each: Operation): void => {
    if (each.kind !== 'txn') return;
    const succeeded = each.compares.every((compare) => holds(compare, keyspace));
    branches.push(succeeded);
    for (const next of succeeded ? each.success : each.failure) visit(next);
  };
  visit(operation);
  return branches;
}

/** The operations on the path, in order. */
export function stepsOf(operation: Operation, branches: Branches): Simple[] {
  const steps: Simple[] = [];
  const path = branches[Symbol.iterator]();
  const visit = (each: Operation): void => {
    if (each.kind !== 'txn') {
      steps.push(each);
      return;
    }
    for (const next of path.next().value === true ? each.success : each.failure) visit(next);
  };
  visit(operation);
  return steps;
}

/** Why the steps can't be done on the state as it is; null if they can. */
export function refusalOf(steps: readonly Simple[], keyspace: Keyspace): Refused | null {
  for (const step of steps) {
    if (step.kind === 'put' && step.lease !== 0) return noLease(step.lease);
    if (step.kind === 'range' && step.revision !== 0) {
      if (step.revision > keyspace.revision) return inFuture(step.revision, keyspace.revision);
      if (step.revision < keyspace.compacted) {
        return compactedAway(step.revision, keyspace.compacted);
      }
    }
  }
  return null;
}

/** A missing key counts as all zeros, but has no value that a comparison could hold for. */
function holds(compare: Compare, keyspace: Keyspace): boolean {
  const { pairs } = keyspace.range(compare, 0);
  if (pairs.length > 0) return pairs.every((pair) => holdsFor(compare, pair));
  return compare.target !== 'value' && matches(0, compare.number, compare.result);
}

function holdsFor(compare: Compare, pair: Pair): boolean {
  switch (compare.target) {
    case 'value':
      return matches(pair.value, compare.value, compare.result);
    case 'version':
      return matches(pair.version, compare.number, compare.result);
    case 'create':
      return matches(pair.createRevision, compare.number, compare.result);
    case 'mod':
      return matches(pair.modRevision, compare.number, compare.result);
    case 'lease':
      return matches(pair.lease, compare.number, compare.result);
  }
}

function matches<T extends number | string>(is: T, asked: T, result: Compare['result']): boolean {
  switch (result) {
    case 'equal':
      return is === asked;
    case 'not-equal':
      return is !== asked;
    case 'greater':
      return is > asked;
    case 'less':
      return is < asked;
  }
}

/** Works on the state. Once for each operation; `end` afterwards. */
export class Execution implements Performer {
  readonly #keyspace: Keyspace;
  readonly #base: number;
  #changes = 0;
  /** How many keys each delete found, in order. */
  readonly counts: number[] = [];

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
    this.#base = keyspace.revision;
  }

  get revision(): number {
    return this.#changes > 0 ? this.#base + 1 : this.#base;
  }

  put(put: Put): PutResult {
    this.#changes++;
    const { key, value, lease } = put;
    const previous = this.#keyspace.put(key, value, lease, this.revision);
    return {
      kind: 'put',
      revision: this.revision,
      previous: put.returnPrevious ? (previous ?? null) : null,
    };
  }

  range(range: Range): RangeResult {
    return rangeNow(this.#keyspace, range, this.revision);
  }

  delete(deletion: Delete): DeleteResult {
    const { pairs } = this.#keyspace.range(deletion, 0);
    for (const pair of pairs) this.#keyspace.remove(pair.key, this.#base + 1);
    this.#changes += pairs.length;
    this.counts.push(pairs.length);
    const previous = deletion.returnPrevious ? pairs : [];
    return { kind: 'delete', revision: this.revision, deleted: pairs.length, previous };
  }

  /** Raises the state's revision, once, if anything was changed. */
  end(): void {
    if (this.#changes > 0) this.#keyspace.changed(this.revision, this.#changes);
  }
}

/** `revision`: the one to report, which in the middle of a transaction may be a new one. */
function rangeNow(keyspace: Keyspace, range: Range, revision: number): RangeResult {
  if (range.revision !== 0) {
    const { pairs, count } = keyspace.rangeAsOf(range, range.revision, range.limit);
    return rangeResult(range, pairs, count, revision);
  }
  if (range.countOnly) return rangeResult(range, [], keyspace.count(range), revision);
  const { pairs, count } = keyspace.range(range, range.limit);
  return rangeResult(range, pairs, count, revision);
}

/** `pairs`: no more of them than the limit. */
export function rangeResult(
  range: Range,
  pairs: readonly Pair[],
  count: number,
  revision: number,
): RangeResult {
  if (range.countOnly) return { kind: 'range', revision, pairs: [], more: false, count };
  const shown = range.keysOnly ? pairs.map((pair) => ({ ...pair, value: '' })) : pairs;
  return { kind: 'range', revision, pairs: shown, more: count > pairs.length, count };
}
