import { Random } from '../random.js';
import { isLinearizableByTrial } from './brute-force.js';
import { checkLinearizable } from './linearizability.js';
import type { Operation } from './linearizability.js';
import type { Register, RegisterInput, RegisterOutput } from './register.js';
import { registerModel } from './register.js';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const check = (operations: readonly RegisterOperation[]): string =>
  checkLinearizable(registerModel, operations).kind;

const op = (
  invoked: number,
  returned: number,
  input: RegisterInput,
  output?: RegisterOutput,
): RegisterOperation => ({ invoked, returned, input, output });
const put = (invoked: number, returned: number, value: string): RegisterOperation =>
  op(
    invoked,
    returned,
    { kind: 'put', value },
    returned === Infinity ? undefined : { kind: 'put' },
  );
const get = (
  invoked: number,
  returned: number,
  value: string | null,
  version: number,
): RegisterOperation => op(invoked, returned, { kind: 'get' }, { kind: 'get', value, version });
const del = (invoked: number, returned: number, deleted: number): RegisterOperation =>
  op(invoked, returned, { kind: 'delete' }, { kind: 'delete', deleted });
const cas = (
  invoked: number,
  returned: number,
  expected: string | null,
  value: string,
  succeeded: boolean,
): RegisterOperation =>
  op(invoked, returned, { kind: 'cas', expected, value }, { kind: 'cas', succeeded });

describe('golden histories', () => {
  test.each<[string, RegisterOperation[]]>([
    [
      'a stale read after an acknowledged write',
      [put(1, 2, 'a'), put(3, 4, 'b'), get(5, 6, 'a', 1)],
    ],
    ['a lost write', [put(1, 2, 'a'), get(3, 4, null, 0)]],
    ['a read from the future', [get(1, 2, 'a', 1), put(3, 4, 'a')]],
    ['reads that go backwards', [put(1, 10, 'a'), get(2, 3, 'a', 1), get(4, 5, null, 0)]],
    ['a write applied twice', [put(1, 2, 'a'), get(3, 4, 'a', 2)]],
    [
      'an unknown write that came, went and came again',
      [
        put(1, Infinity, 'a'),
        get(2, 3, 'a', 1),
        put(4, 5, 'b'),
        get(6, 7, 'b', 2),
        get(8, 9, 'a', 3),
      ],
    ],
    ['a value that nobody wrote', [put(1, 2, 'a'), get(3, 4, 'z', 1)]],
    [
      'two swaps that both won',
      [put(1, 2, 'a'), cas(3, 6, 'a', 'b', true), cas(4, 5, 'a', 'c', true)],
    ],
    ['a delete of nothing that found something', [del(1, 2, 1)]],
    ['a swap that failed though the value was there', [put(1, 2, 'a'), cas(3, 4, 'a', 'b', false)]],
    [
      'a fork: two readers disagree on the order of two writes',
      [put(1, 20, 'a'), put(2, 21, 'b'), get(3, 4, 'a', 1), get(5, 6, 'b', 2), get(7, 8, 'a', 3)],
    ],
  ])('illegal: %s', (_name, history) => {
    expect(check(history)).toBe('illegal');
    expect(isLinearizableByTrial(registerModel, history)).toBe(false);
  });

  test.each<[string, RegisterOperation[]]>([
    ['nothing', []],
    ['concurrent writes in either order', [put(1, 4, 'a'), put(2, 3, 'b'), get(5, 6, 'a', 2)]],
    ['an unknown write that never happened', [put(1, Infinity, 'a'), get(2, 3, null, 0)]],
    [
      'an unknown write that happened late',
      [put(1, Infinity, 'a'), put(2, 3, 'b'), get(4, 5, 'b', 1), get(6, 7, 'a', 2)],
    ],
    [
      'a read beside a write sees it or not',
      [put(1, 6, 'a'), get(2, 3, null, 0), get(4, 5, 'a', 1)],
    ],
    [
      'a key that was deleted begins anew',
      [
        put(1, 2, 'a'),
        put(3, 4, 'b'),
        del(5, 6, 1),
        cas(7, 8, null, 'c', true),
        get(9, 10, 'c', 1),
      ],
    ],
  ])('legal: %s', (_name, history) => {
    expect(check(history)).toBe('linearizable');
    expect(isLinearizableByTrial(registerModel, history)).toBe(true);
  });

  test('an illegal history names the operation that could not be passed', () => {
    const verdict = checkLinearizable(registerModel, [
      put(1, 2, 'a'),
      put(3, 4, 'b'),
      get(5, 6, 'a', 1),
    ]);
    expect(verdict).toMatchObject({ kind: 'illegal', stuck: 2, done: [0, 1] });
  });

  test('a search that is too long says so', () => {
    expect(checkLinearizable(registerModel, [put(1, 2, 'a'), get(3, 4, 'a', 1)], 1).kind).toBe(
      'undecided',
    );
  });
});

/** A history as a correct store would give it; then, half of the time, one output is spoilt. */
function randomHistory(random: Random, size: number, unknownChance: number): RegisterOperation[] {
  let state: Register = registerModel.initial;
  const values = ['a', 'b', 'c'];
  const spans = Array.from({ length: size }, (_, i) => {
    const middle = (i + 1) * 10 + random.next();
    return {
      middle,
      invoked: middle - random.between(0.1, 25),
      returned: middle + random.between(0.1, 25),
    };
  });
  const history = spans.map(({ invoked, returned }): RegisterOperation => {
    const value = random.pick(values);
    const input = random.pick<RegisterInput>([
      { kind: 'get' },
      { kind: 'put', value },
      { kind: 'delete' },
      { kind: 'cas', expected: random.pick([null, ...values]), value },
    ]);
    const before: Register = state;
    const unknown = random.chance(unknownChance);
    if (!unknown || random.chance(0.5))
      state = registerModel.step(state, input, undefined) ?? state;
    if (unknown) return op(invoked, Infinity, input);
    return op(invoked, returned, input, outputOf(input, before));
  });
  if (random.chance(0.5)) spoil(random, history);
  return history;
}

function outputOf(input: RegisterInput, before: Register): RegisterOutput {
  switch (input.kind) {
    case 'get':
      return { kind: 'get', ...before };
    case 'put':
      return { kind: 'put' };
    case 'delete':
      return { kind: 'delete', deleted: before.value === null ? 0 : 1 };
    case 'cas':
      return { kind: 'cas', succeeded: before.value === input.expected };
  }
}

function spoil(random: Random, history: RegisterOperation[]): void {
  const at = random.below(history.length);
  const victim = history[at];
  const output = victim?.output;
  if (victim === undefined || output === undefined) return;
  const spoilt: RegisterOutput =
    output.kind === 'get'
      ? { kind: 'get', value: random.pick(['a', 'b', 'c', null]), version: random.below(3) }
      : output.kind === 'delete'
        ? { kind: 'delete', deleted: 1 - output.deleted }
        : output.kind === 'cas'
          ? { kind: 'cas', succeeded: !output.succeeded }
          : output;
  history[at] = { ...victim, output: spoilt };
}

test('agrees with trying every order on 6,000 small random histories', () => {
  const random = new Random(20_260);
  const counts = { linearizable: 0, illegal: 0, undecided: 0 };
  for (let i = 0; i < 6_000; i += 1) {
    const history = randomHistory(random, random.integer(1, 7), random.pick([0, 0.1, 0.4]));
    const verdict = check(history) as keyof typeof counts;
    counts[verdict] += 1;
    expect(`${String(i)} ${verdict}`).toBe(
      `${String(i)} ${isLinearizableByTrial(registerModel, history) ? 'linearizable' : 'illegal'}`,
    );
  }
  // Both kinds have to come up, or the comparison shows little.
  expect(counts.linearizable).toBeGreaterThan(1_500);
  expect(counts.illegal).toBeGreaterThan(1_000);
});

/** Five callers on one key, each with one call at a time, over a store that is atomic. */
function longHistory(random: Random, size: number): RegisterOperation[] {
  const freeAt = [0, 0, 0, 0, 0];
  const planned = Array.from({ length: size }, (_, i) => {
    const caller = random.below(freeAt.length);
    const invoked = Math.max(freeAt[caller] ?? 0, i) + random.next();
    const middle = invoked + random.between(0.01, 4);
    const returned = middle + random.between(0.01, 4);
    freeAt[caller] = returned;
    const input: RegisterInput = random.chance(0.5)
      ? { kind: 'get' }
      : random.chance(0.9)
        ? { kind: 'put', value: `v${String(i)}` }
        : { kind: 'delete' };
    return { invoked, middle, returned, input };
  }).sort((a, b) => a.middle - b.middle);
  let state: Register = registerModel.initial;
  return planned.map(({ invoked, returned, input }) => {
    const before = state;
    state = registerModel.step(state, input, undefined) ?? state;
    return op(invoked, returned, input, outputOf(input, before));
  });
}

test('200 operations of five callers on a key are decided without a search that explodes', () => {
  const random = new Random(7);
  for (let i = 0; i < 50; i += 1) {
    const history = longHistory(random, 200);
    const verdict = checkLinearizable(registerModel, history);
    expect(verdict.kind).toBe('linearizable');
    if (verdict.kind === 'linearizable') expect(verdict.steps).toBeLessThan(20_000);
  }
});
