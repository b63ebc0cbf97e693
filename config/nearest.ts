/** The name that somebody probably meant. */

/** More slips than these in a name of its length, and it is another name. */
const SLIPS_MAX = 3;
const LETTERS_A_SLIP = 4;

/** The nearest of `known`; null if none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const most = Math.min(SLIPS_MAX, Math.floor(word.length / LETTERS_A_SLIP));
  let found: string | null = null;
  let least = most + 1;
  for (const each of known) {
    const slips = slipsBetween(word, each);
    if (slips >= least) continue;
    least = slips;
    found = each;
  }
  return found;
}

/** Letters to leave out, put in, change or swap with their neighbour (Damerau, 1964). */
function slipsBetween(one: string, other: string): number {
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const here = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const same = one[row - 1] === other[at - 1];
      const isSwapped = one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      here[at] = Math.min(
        (above[at] ?? 0) + 1,
        (here[at - 1] ?? 0) + 1,
        (above[at - 1] ?? 0) + (same ? 0 : 1),
        isSwapped ? (before[at - 2] ?? Infinity) + 1 : Infinity,
      );
    }
    before = above;
    above = here;
  }
  return above[other.length] ?? 0;
}
