/**
 * Made-up commands for property tests: a list of numbers decides everything, so that whoever made the
 * numbers can also make them simpler. Few keys and small numbers, so that commands meet each other.
 */
import type { ByteString, Command, Compare, KeyRange, Operation, Range, Txn } from '../types.js';

export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0 to `count` - 1; 0 once the numbers are used up. */
  below(count: number): number {
    return (this.#numbers[this.#at++] ?? 0) % count;
  }

  one<T>(...options: readonly [T, ...T[]]): T {
    return options[this.below(options.length)] ?? options[0];
  }

  flag(): boolean {
    return this.below(2) === 1;
  }

  list<T>(countMax: number, make: () => T): T[] {
    return Array.from({ length: this.below(countMax + 1) }, make);
  }
}

/** What the commands may refer to. */
export interface Surroundings {
  readonly revision: number;
  readonly compacted: number;
  readonly appliedIndex: number;
  readonly sessions: readonly number[];
  /** Larger than any that was used. */
  readonly sequence: number;
}

const KEYS = ['a', 'a\0', 'ab', 'b', 'b\xff', 'c', '\xc3\xa9', '\xff'] as const;
const VALUES = ['1', '', '2', '"quoted"\n', '\xe2\x82\xac', '\xff\0\x80', 'x'.repeat(70)] as const;

export function someCommand(choices: Choices, around: Surroundings): Command {
  const kind = choices.below(26);
  if (kind === 20) return { kind: 'open-session' };
  if (kind >= 24 || kind === 21)
    return { kind: 'compact', revision: someRevision(choices, around) };
  if (kind === 22) {
    const session = someSession(choices, around);
    if (choices.flag()) return { kind: 'close-session', session };
    const lastActivity = Math.max(0, around.appliedIndex - choices.below(8));
    return { kind: 'expire-session', session, lastActivity };
  }
  if (kind === 23) {
    if (choices.below(8) === 0) return { kind: 'raise-format', level: choices.below(4) };
    const storeId = choices.one('s1', 's2');
    return { kind: 'member', node: 1 + choices.below(3), storeId, name: choices.one('ada', 'böb') };
  }
  return someWrite(choices, around);
}

function someWrite(choices: Choices, around: Surroundings): Command {
  const operation = someOperation(choices, around, 2);
  const session = someSession(choices, around);
  if (session === 0) return { kind: 'write', session, sequence: 0, lowestAwaited: 0, operation };
  const { sequence } = around;
  const lowestAwaited = Math.max(0, sequence - choices.below(12) - (choices.flag() ? 12 : 0));
  return { kind: 'write', session, sequence, lowestAwaited, operation };
}

function someSession(choices: Choices, around: Surroundings): number {
  return choices.one(0, ...around.sessions, 999_999);
}

function someRevision(choices: Choices, { revision, compacted }: Surroundings): number {
  return Math.max(0, choices.one(revision, compacted) + choices.below(5) - 2);
}

export function someOperation(choices: Choices, around: Surroundings, depth: number): Operation {
  switch (choices.below(depth > 0 ? 8 : 6)) {
    case 0:
    case 1:
    case 2:
      return {
        kind: 'put',
        key: someKey(choices),
        value: choices.one(...VALUES),
        lease: choices.below(15) === 14 ? 7 : 0,
        returnPrevious: choices.flag(),
      };
    case 3:
      return { kind: 'delete', ...someKeys(choices), returnPrevious: choices.flag() };
    case 4:
    case 5:
      return someRange(choices, around);
    default:
      return someTxn(choices, around, depth - 1);
  }
}

function someRange(choices: Choices, around: Surroundings): Range {
  return {
    kind: 'range',
    ...someKeys(choices),
    limit: choices.one(0, 0, 1, 2),
    revision: choices.below(3) === 2 ? someRevision(choices, around) : 0,
    keysOnly: choices.below(4) === 3,
    countOnly: choices.below(5) === 4,
  };
}

function someTxn(choices: Choices, around: Surroundings, depth: number): Txn {
  return {
    kind: 'txn',
    compares: choices.list(2, () => someCompare(choices, around)),
    success: choices.list(3, () => someOperation(choices, around, depth)),
    failure: choices.list(3, () => someOperation(choices, around, depth)),
  };
}

function someCompare(choices: Choices, around: Surroundings): Compare {
  const keys = someKeys(choices);
  const result = choices.one('equal', 'greater', 'less', 'not-equal');
  const target = choices.one('version', 'create', 'mod', 'lease', 'value');
  if (target === 'value') return { ...keys, result, target, value: choices.one(...VALUES) };
  const number = target === 'version' ? choices.below(3) : someRevision(choices, around);
  return { ...keys, result, target, number };
}

function someKeys(choices: Choices): KeyRange {
  const key = someKey(choices);
  switch (choices.below(5)) {
    case 0:
      return { key, end: '\0' };
    case 1:
      return { key, end: choices.one(...KEYS) };
    default:
      return { key, end: null };
  }
}

function someKey(choices: Choices): ByteString {
  return choices.below(30) === 29 ? '' : choices.one(...KEYS);
}
