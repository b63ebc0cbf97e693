/** A strict majority: any two overlap, and two of four are none. */
export function quorumSize(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

export function isQuorum(count: number, voters: number): boolean {
  return voters > 0 && count >= quorumSize(voters);
}

/** The highest value that a quorum has reached, one value a voter. Reorders `values`. */
export function quorumValue(values: number[]): number {
  values.sort((a, b) => b - a);
  return values[quorumSize(values.length) - 1] ?? 0;
}
