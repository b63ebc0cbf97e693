/** Linearizability as it is defined, and nothing clever: tries every order. For tests, up to eight operations. */
import type { Model, Operation } from './linearizability.js';

export function isLinearizableByTrial<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
): boolean {
  const search = (state: State, remaining: readonly Operation<Input, Output>[]): boolean => {
    if (remaining.every((one) => one.returned === Infinity)) return true;
    return remaining.some((candidate) => {
      // Whatever returned before the candidate was called has to come first.
      if (remaining.some((other) => other.returned < candidate.invoked)) return false;
      const next = model.step(state, candidate.input, candidate.output);
      return (
        next !== undefined &&
        search(
          next,
          remaining.filter((other) => other !== candidate),
        )
      );
    });
  };
  return search(model.initial, operations);
}
