/** Reads a table of settings from its sources, and gathers whatever is wrong with them. */
import { ConfigError, type Problem } from './problem.js';
import type { Setting, SettingTable, ValuesOf } from './setting.js';
import type { Given, Sources } from './sources.js';

export class Reader {
  readonly #sources: Sources;
  readonly #problems: Problem[];
  readonly #wrong = new Set<string>();

  constructor(sources: Sources) {
    this.#sources = sources;
    this.#problems = [...sources.problems];
  }

  /** A wrong one is noted, and stands at its default until `finish`. */
  read<Table extends SettingTable>(table: Table): ValuesOf<Table> {
    const entries = Object.entries(table).map(([key, each]) => [key, this.#value(each)]);
    return Object.fromEntries(entries) as ValuesOf<Table>;
  }

  /** Notes what settings that are right by themselves are together; skipped if one of them is wrong. */
  check(settings: readonly Setting<unknown>[], wrong: () => string | null): void {
    if (settings.some(({ name }) => this.#wrong.has(name))) return;
    const expected = wrong();
    const [first] = settings;
    if (expected === null || first === undefined) return;
    const given = this.#sources.given(first.name);
    this.#note(first, given, expected);
  }

  /** Throws a ConfigError if anything was wrong. */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  #value(each: Setting<unknown>): unknown {
    const given = this.#sources.given(each.name);
    if (given !== undefined) {
      const value = each.parser.parse(given.text);
      if (value !== null) return value;
      this.#note(each, given, each.parser.expected);
    }
    return each.default === null ? null : each.parser.parse(each.default);
  }

  #note(each: Setting<unknown>, given: Given | undefined, expected: string): void {
    this.#wrong.add(each.name);
    this.#problems.push({ name: each.name, given: described(each, given), expected });
  }
}

function described(each: Setting<unknown>, given: Given | undefined): string {
  if (given !== undefined) return `${JSON.stringify(given.text)} (${given.from})`;
  return `${each.defaultText} (default)`;
}
