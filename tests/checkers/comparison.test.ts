/** The linearizability checker, checked; `npm run checkers` compares 100,000 histories. */
import { checkLinearizable } from '../../simulator/oracle/linearizability.js';
import { registerModel } from '../../simulator/oracle/register.js';
import { isLinearizableByDefinition, type KeyOperation } from './by-definition.js';
import { compare, isFair, type Checker } from './comparison.js';

const kindOf = (history: readonly KeyOperation[]): boolean =>
  checkLinearizable(registerModel, history).kind === 'linearizable';

test('the checker says of 4,000 small histories what the definition says', () => {
  const found = compare(1, 4_000);
  expect(found).toMatchObject({ compared: 4_000, differences: 0, firstDifference: null });
  expect(isFair(found)).toBe(true);
});

const WRONG: readonly (readonly [string, Checker])[] = [
  [
    'knows no real time',
    (all) => kindOf(all.map((one) => ({ ...one, invoked: 0, returned: 1e9 }))),
  ],
  ['drops what is unknown', (all) => kindOf(all.filter(({ returned }) => returned !== Infinity))],
  [
    'takes what is unknown for done at once',
    (all) =>
      kindOf(
        all.map((one) =>
          one.returned === Infinity ? { ...one, returned: one.invoked + 1e-6 } : one,
        ),
      ),
  ],
  [
    'remembers what was done, and not what it came to',
    (all) =>
      checkLinearizable({ ...registerModel, identify: () => '' }, all).kind === 'linearizable',
  ],
  [
    'knows no versions',
    (all) => {
      const step: typeof registerModel.step = (state, input, output) =>
        registerModel.step(
          state,
          input,
          output?.kind === 'get' ? { ...output, version: state.version } : output,
        );
      return checkLinearizable({ ...registerModel, step }, all).kind === 'linearizable';
    },
  ],
  ['is content with everything', () => true],
];

test.each(WRONG)('a checker that %s is told apart', (_what, checker) => {
  const found = compare(1, 1_500, checker);
  expect(found.differences).toBeGreaterThan(0);
  expect(found.firstDifference).not.toBeNull();
});

const put = (invoked: number, returned: number, value: string): KeyOperation => ({
  ...{ invoked, returned, input: { kind: 'put', value }, output: { kind: 'put' } },
});
const get = (invoked: number, returned: number, value: string, version: number): KeyOperation => ({
  ...{ invoked, returned, input: { kind: 'get' }, output: { kind: 'get', value, version } },
});

describe('the definition', () => {
  test('lets calls that overlap take effect in either order', () => {
    const both = [put(1, 4, 'a'), put(2, 3, 'b')];
    expect(isLinearizableByDefinition([...both, get(5, 6, 'a', 2)])).toBe(true);
    expect(isLinearizableByDefinition([...both, get(5, 6, 'b', 2)])).toBe(true);
    expect(isLinearizableByDefinition([...both, get(5, 6, 'a', 2), get(7, 8, 'b', 2)])).toBe(false);
  });

  test('keeps calls that do not overlap in their order', () => {
    expect(isLinearizableByDefinition([put(1, 2, 'a'), put(3, 4, 'b'), get(5, 6, 'a', 2)])).toBe(
      false,
    );
  });

  test('lets an unknown write happen late or never, and once', () => {
    const unknown = { ...put(1, Infinity, 'a'), output: undefined };
    expect(isLinearizableByDefinition([unknown, put(2, 3, 'b'), get(4, 5, 'b', 1)])).toBe(true);
    const late = [unknown, put(2, 3, 'b'), get(4, 5, 'b', 1), get(6, 7, 'a', 2)];
    expect(isLinearizableByDefinition(late)).toBe(true);
    expect(isLinearizableByDefinition([...late, put(8, 9, 'c'), get(10, 11, 'a', 4)])).toBe(false);
  });
});
