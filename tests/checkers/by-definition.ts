/**
 * Linearizability of a key's history, word by word as Herlihy and Wing (1990) define it, and nothing clever:
 * some of the operations whose outcome is unknown happened, and there is an order of what happened that
 * keeps real time and in which a plain variable gives every answer. All orders are tried, each to its end.
 * Shares no code with the checker that it judges, nor with that one's model of a key. Up to seven operations.
 */
import type { Operation } from '../../simulator/oracle/linearizability.js';
import type { RegisterInput, RegisterOutput } from '../../simulator/oracle/register.js';

export type KeyOperation = Operation<RegisterInput, RegisterOutput>;

export function isLinearizableByDefinition(operations: readonly KeyOperation[]): boolean {
  const known = operations.filter(({ returned }) => returned !== Infinity);
  const unknown = operations.filter(({ returned }) => returned === Infinity);
  return subsets(unknown).some((happened) => someOrder([...known, ...happened], isLegal));
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  const [first, ...others] = items;
  if (first === undefined) return [[]];
  const without = subsets(others);
  return [...without, ...without.map((subset) => [first, ...subset])];
}

/** Heap's algorithm: each order once, in place. */
function someOrder<T>(items: T[], holds: (order: readonly T[]) => boolean): boolean {
  const permute = (count: number): boolean => {
    if (count <= 1) return holds(items);
    for (let at = 0; at < count; at += 1) {
      if (permute(count - 1)) return true;
      if (at < count - 1) swap(items, count % 2 === 0 ? at : 0, count - 1);
    }
    return false;
  };
  return permute(items.length);
}

function swap(items: unknown[], one: number, other: number): void {
  const held = items[one];
  items[one] = items[other];
  items[other] = held;
}

function isLegal(order: readonly KeyOperation[]): boolean {
  return keepsRealTime(order) && givesTheAnswers(order);
}

/** Nothing stands behind an operation that had returned before that one was called. */
function keepsRealTime(order: readonly KeyOperation[]): boolean {
  let latestCall = -Infinity;
  for (const { invoked, returned } of order) {
    if (returned < latestCall) return false;
    if (invoked > latestCall) latestCall = invoked;
  }
  return true;
}

function givesTheAnswers(order: readonly KeyOperation[]): boolean {
  let value: string | null = null;
  let version = 0;
  for (const { input, output } of order) {
    const there = value !== null;
    switch (input.kind) {
      case 'get':
        if (output?.kind === 'get' && (output.value !== value || output.version !== version)) {
          return false;
        }
        break;
      case 'put':
        value = input.value;
        version += 1;
        break;
      case 'delete':
        if (output?.kind === 'delete' && output.deleted !== Number(there)) return false;
        value = null;
        version = 0;
        break;
      case 'cas':
        if (output?.kind === 'cas' && output.succeeded !== (value === input.expected)) return false;
        if (value !== input.expected) break;
        value = input.value;
        version += 1;
    }
  }
  return true;
}
