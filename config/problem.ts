/** A setting that can't be used as it was given. */
export interface Problem {
  /** The setting's name in the environment, or the flag that nobody knows. */
  readonly name: string;
  /** What was given and where, for people: `"5x" (environment)`; empty if nothing was. */
  readonly given: string;
  /** What would be right. */
  readonly expected: string;
}

/** Every setting that is wrong, at once. Whoever starts a process prints `message` and exits with 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count =
      problems.length === 1 ? '1 setting is wrong' : `${problems.length} settings are wrong`;
    super(
      [
        `${count}; nothing was started:`,
        ...problems.map(lineOf),
        'Every setting, with its default and reason, stands in .env.example.',
      ].join('\n'),
    );
    this.problems = problems;
  }
}

function lineOf({ name, given, expected }: Problem): string {
  const line = given === '' ? `${name}: ${expected}` : `${name} is ${given}: ${expected}`;
  return `  ${line.replace(UNSEEN, escaped)}`;
}

/** What was typed is shown on a terminal, which is not to obey it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
