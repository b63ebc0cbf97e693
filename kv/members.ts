/** Which directory each node came with first: a wiped disk under a known id comes with another. */
export interface Member {
  readonly storeId: string;
  readonly name: string;
}

/** By node id. */
export type Members = Map<number, Member>;

/** In order of node id. */
export function inOrder(members: Members): [number, Member][] {
  return [...members].sort(([a], [b]) => a - b);
}
