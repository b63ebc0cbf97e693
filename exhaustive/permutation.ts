/** The six ways to rename the three nodes. Index 0 is a place for "nobody", which keeps its name. */
export type Permutation = readonly [0, number, number, number];

export const PERMUTATIONS: readonly Permutation[] = [
  [0, 1, 2, 3],
  [0, 1, 3, 2],
  [0, 2, 1, 3],
  [0, 2, 3, 1],
  [0, 3, 1, 2],
  [0, 3, 2, 1],
];

/** The new name of a node; of nobody (null): 0. */
export function renamed(order: Permutation, node: number | null): number {
  const name = order[node ?? 0];
  if (name === undefined) throw new RangeError(`node ${String(node)} is none of 1, 2, 3`);
  return name;
}
