/** A step of the course: it does something to the lab, and asserts what must come of it. */
import type { Lab } from '../lab.js';

export interface Step {
  readonly name: string;
  /** What holds afterwards, in one line. */
  readonly shows: string;
  /** Not in the shorter form for CI. */
  readonly isLong?: boolean;
  /** Gives the figures, in one line. Rejects if something is not as it must be. */
  run(lab: Lab): Promise<string>;
}
