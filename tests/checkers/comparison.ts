/** The checker beside the definition, on many small histories. */
import { checkLinearizable } from '../../simulator/oracle/linearizability.js';
import { registerModel } from '../../simulator/oracle/register.js';
import { isLinearizableByDefinition, type KeyOperation } from './by-definition.js';
import { historyOf } from './histories.js';

/** What a checker says of a history: true, it is linearizable. */
export type Checker = (history: readonly KeyOperation[]) => boolean;

export interface Comparison {
  compared: number;
  legal: number;
  illegal: number;
  /** With an outcome that is unknown. */
  withUnknown: number;
  /** Of the first history on which the two differ. */
  firstDifference: number | null;
  differences: number;
}

export const production: Checker = (history) => {
  const verdict = checkLinearizable(registerModel, history);
  if (verdict.kind === 'undecided') throw new Error(`gave up after ${String(verdict.steps)} steps`);
  return verdict.kind === 'linearizable';
};

/** Histories `first` and so many after it. */
export function compare(first: number, count: number, checker: Checker = production): Comparison {
  const found: Comparison = {
    ...{ compared: 0, legal: 0, illegal: 0, withUnknown: 0, firstDifference: null, differences: 0 },
  };
  for (let number = first; number < first + count; number += 1) {
    const history = historyOf(number);
    const isLegal = isLinearizableByDefinition(history);
    found.compared += 1;
    found[isLegal ? 'legal' : 'illegal'] += 1;
    if (history.some(({ returned }) => returned === Infinity)) found.withUnknown += 1;
    if (checker(history) === isLegal) continue;
    found.differences += 1;
    found.firstDifference ??= number;
  }
  return found;
}

/** Of each kind a quarter at least, or the comparison says little. */
export function isFair({ compared, legal, illegal, withUnknown }: Comparison): boolean {
  return Math.min(legal, illegal) > compared / 4 && withUnknown > compared / 5;
}

/** A history for people, in order of calls. */
export function shown(history: readonly KeyOperation[]): string {
  const line = ({ invoked, returned, input, output }: KeyOperation): string =>
    `[${invoked.toFixed(2)}, ${returned.toFixed(2)}] ${JSON.stringify(input)} -> ${JSON.stringify(output)}`;
  return [...history]
    .sort((one, other) => one.invoked - other.invoked)
    .map(line)
    .join('\n');
}
