/**
 * The answer to a write that was carried out before. Stored is little: revision, branches taken, counts;
 * what was read is rebuilt from the history.
 */
import { perform, rangeResult, stepsOf, type Performer, type Simple } from './execution.js';
import { inRange, type Keyspace } from './keyspace.js';
import type {
  Delete,
  DeleteResult,
  KeyRange,
  Operation,
  OperationResult,
  Pair,
  Put,
  PutResult,
  Range,
  RangeResult,
  RefusalCode,
} from './types.js';

/** A refusal's code; the revision of a single put or range; or the rest. Kept for each open answer. */
export type Answer = RefusalCode | number | DetailedAnswer;

export interface DetailedAnswer {
  /** The state's revision after it. */
  readonly revision: number;
  /** How many keys each delete found, in order. */
  readonly counts: readonly number[];
  /** For each transaction, outer before inner, in order: whether its compares held. */
  readonly branches: readonly boolean[];
}

/**
 * The result as it was given first, or as much of it as is not compacted; null if the operation can't be the one that was answered.
 */
export function recall(
  operation: Operation,
  answer: number | DetailedAnswer,
  keyspace: Keyspace,
): OperationResult | null {
  const details = typeof answer === 'number' ? detailsOf(answer) : answer;
  const steps = stepsOf(operation, details.branches);
  if (!fits(operation, steps, details)) return null;
  const recollection = new Recollection(keyspace, details, steps);
  const result = perform(operation, details.branches[Symbol.iterator](), recollection);
  return recollection.gone ? { ...result, readGone: true } : result;
}

function detailsOf(revision: number): DetailedAnswer {
  return { revision, counts: [], branches: [] };
}

/** Whether the operation has as many deletes and transactions on its path as were counted. */
function fits(operation: Operation, steps: readonly Simple[], details: DetailedAnswer): boolean {
  const deletes = steps.reduce((sum, step) => sum + (step.kind === 'delete' ? 1 : 0), 0);
  return (
    deletes === details.counts.length && txnsOnPath(operation, details) === details.branches.length
  );
}

function txnsOnPath(operation: Operation, { branches }: DetailedAnswer): number {
  let txns = 0;
  const visit = (each: Operation): void => {
    if (each.kind !== 'txn') return;
    const succeeded = branches[txns++] === true;
    for (const next of succeeded ? each.success : each.failure) visit(next);
  };
  visit(operation);
  return txns;
}

class Recollection implements Performer {
  /** Something that was read is compacted. */
  gone = false;
  readonly #keyspace: Keyspace;
  readonly #after: number;
  /** The revision before the operation. */
  readonly #before: number;
  readonly #counts: Iterator<number>;
  /** What the steps so far have changed: there, a step saw the revision of the operation itself. */
  readonly #written: KeyRange[] = [];
  #changed = false;

  constructor(keyspace: Keyspace, details: DetailedAnswer, steps: readonly Simple[]) {
    this.#keyspace = keyspace;
    this.#after = details.revision;
    this.#counts = details.counts[Symbol.iterator]();
    const changed =
      steps.some((step) => step.kind === 'put') || details.counts.some((count) => count > 0);
    this.#before = changed ? details.revision - 1 : details.revision;
  }

  get revision(): number {
    return this.#changed ? this.#after : this.#before;
  }

  put(put: Put): PutResult {
    const previous = put.returnPrevious ? this.#pairs({ key: put.key, end: null })[0] : undefined;
    this.#changed = true;
    this.#written.push({ key: put.key, end: null });
    return { kind: 'put', revision: this.#after, previous: previous ?? null };
  }

  range(range: Range): RangeResult {
    const all = range.revision === 0 ? this.#pairs(range) : this.#pairsAsOf(range, range.revision);
    const pairs = range.limit === 0 ? all : all.slice(0, range.limit);
    return rangeResult(range, pairs, all.length, this.revision);
  }

  delete(deletion: Delete): DeleteResult {
    const deleted = this.#counts.next().value as number;
    const previous = deletion.returnPrevious && deleted > 0 ? this.#pairs(deletion) : [];
    if (deleted > 0) this.#changed = true;
    this.#written.push(deletion);
    return { kind: 'delete', revision: this.revision, deleted, previous };
  }

  /** The range as the step saw it. */
  #pairs(range: KeyRange): readonly Pair[] {
    if (!this.#changed) return this.#pairsAsOf(range, this.#before);
    if (this.#before < this.#keyspace.compacted) return this.#lost();
    const found: Pair[] = [];
    const items = this.#keyspace.itemsIn(range);
    for (let item = items.next(); item !== null; item = items.next()) {
      const { key } = item.newest;
      const written = this.#written.some((each) => inRange(key, each));
      const pair = item.asOf(written ? this.#after : this.#before);
      if (pair !== undefined) found.push(pair);
    }
    return found;
  }

  #pairsAsOf(range: KeyRange, revision: number): readonly Pair[] {
    if (revision < this.#keyspace.compacted) return this.#lost();
    return this.#keyspace.rangeAsOf(range, revision, 0).pairs;
  }

  #lost(): readonly Pair[] {
    this.gone = true;
    return [];
  }
}
