/** What is wrong with a scenario's text, and where: lines and columns count from 1. */
export class ScenarioProblem extends Error {
  override readonly name = 'ScenarioProblem';

  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: number,
    /** In words: `a duration, such as 10 s`. */
    readonly expected: string,
    /** As it stands there; `the end of the line` if nothing does. */
    readonly found: string,
  ) {
    super(`${file}:${line}:${column}: expected ${expected}, found ${found}`);
  }
}
