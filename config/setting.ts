/** What a setting is, as data: the reader, .env.example and --help are made from it. */

/** How a text becomes a value. Null: it is not right, and `expected` says what would be. */
export interface Parser<Value> {
  readonly expected: string;
  parse(text: string): Value | null;
}

export interface Setting<Value> {
  /** In the environment and in .env. */
  readonly name: string;
  /** On the command line, with its dashes. */
  readonly flag: string;
  /** Of the value, for people: `ms or s`, `bytes`, `port`, ... */
  readonly unit: string;
  /** As one would write it; null if it follows from other settings, as `defaultText` says. */
  readonly default: string | null;
  readonly defaultText: string;
  /** Why it is there, and why the default is what it is. */
  readonly reason: string;
  readonly parser: Parser<Value>;
}

/** Settings by the name that the code has for them. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

export type ValuesOf<Table extends SettingTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never;
};

interface Description<Value> {
  readonly unit: string;
  readonly default: string;
  readonly reason: string;
  readonly parser: Parser<Value>;
  /** Default: the name in kebab case. */
  readonly flag?: string;
}

/** A setting with a default of its own. */
export function setting<Value>(name: string, described: Description<Value>): Setting<Value> {
  return {
    name,
    flag: described.flag ?? flagOf(name),
    unit: described.unit,
    default: described.default,
    defaultText: described.default,
    reason: described.reason,
    parser: described.parser,
  };
}

/** A setting whose default follows from others: null until then. `default` says how, in words. */
export function derived<Value>(name: string, described: Description<Value>): Setting<Value | null> {
  return { ...setting<Value | null>(name, described), default: null };
}

function flagOf(name: string): string {
  return `--${name.toLowerCase().replaceAll('_', '-')}`;
}
