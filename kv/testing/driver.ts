/** A store with its index, for tests: commands in, what they came to out. */
import { encodeCommand } from '../command-encoding.js';
import type { StateRules } from '../rules.js';
import { Store } from '../store.js';
import type {
  Applied,
  Command,
  Compare,
  Delete,
  KeyRange,
  Operation,
  OperationResult,
  Put,
  Range,
  Refused,
  Txn,
} from '../types.js';

export function put(key: string, value: string, more: Partial<Put> = {}): Put {
  return { kind: 'put', key, value, lease: 0, returnPrevious: false, ...more };
}

export function remove(key: string, end: string | null = null, returnPrevious = false): Delete {
  return { kind: 'delete', key, end, returnPrevious };
}

export function range(key: string, end: string | null = null, more: Partial<Range> = {}): Range {
  const plain = { limit: 0, revision: 0, keysOnly: false, countOnly: false };
  return { kind: 'range', key, end, ...plain, ...more };
}

export function txn(
  compares: readonly Compare[],
  success: readonly Operation[],
  failure: readonly Operation[] = [],
): Txn {
  return { kind: 'txn', compares, success, failure };
}

export const EVERYTHING: KeyRange = { key: '\0', end: '\0' };

export class Driver {
  store: Store;

  constructor(store: Store | StateRules = new Store()) {
    this.store = store instanceof Store ? store : new Store(store);
  }

  apply(command: Command): Applied {
    return this.store.apply(this.store.appliedIndex + 1, encodeCommand(command));
  }

  /** Without a session. */
  do(operation: Operation): Applied {
    return this.write(0, 0, operation);
  }

  write(session: number, sequence: number, operation: Operation, lowestAwaited = 0): Applied {
    return this.apply({ kind: 'write', session, sequence, lowestAwaited, operation });
  }

  open(): number {
    this.apply({ kind: 'open-session' });
    return this.store.appliedIndex;
  }

  compact(revision: number): Applied {
    return this.apply({ kind: 'compact', revision });
  }

  read(operation: Operation): OperationResult | Refused {
    return this.store.read(operation);
  }

  /** `key=value` for each pair, in order. */
  pairs(revision = 0): string[] {
    const result = this.read(range(EVERYTHING.key, EVERYTHING.end, { revision }));
    if (result.kind !== 'range') throw new Error(`no range: ${JSON.stringify(result)}`);
    return result.pairs.map(({ key, value }) => `${key}=${value}`);
  }

  lines(): string[] {
    return [...this.store.lines()];
  }
}
