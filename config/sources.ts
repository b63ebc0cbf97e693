/** Where settings come from: flags, then the environment, then .env; what none of them gives is default. */
import { DOT_ENV, readDotEnv, type DotEnvOwner } from './dot-env.js';
import type { Environment } from './environment.js';
import { nearest } from './nearest.js';
import type { Problem } from './problem.js';
import type { SettingTable } from './setting.js';

/** A text and, for people, where it stood. */
export interface Given {
  readonly text: string;
  readonly from: string;
}

export interface Sources {
  /** Undefined: nobody gave it. An empty text counts as not given. */
  given(name: string): Given | undefined;
  /** Flags and names in .env that nobody knows, and a .env that can't be read. */
  readonly problems: readonly Problem[];
}

const HELP_FLAGS: ReadonlySet<string> = new Set(['--help', '-h']);

export function asksForHelp(argv: readonly string[]): boolean {
  return argv.some((argument) => HELP_FLAGS.has(argument));
}

/** `argv` is without the program's own name. */
export function openSources(
  table: SettingTable,
  argv: readonly string[],
  environment: Environment,
  directory: string,
  dotEnv: DotEnvOwner = 'ours',
): Sources {
  const problems: Problem[] = [];
  const flags = readFlags(table, argv, problems);
  const file = readDotEnv(directory, dotEnv, problems);
  const given = (name: string): Given | undefined =>
    flags.get(name) ?? nonEmpty(environment[name], 'environment') ?? nonEmpty(file[name], DOT_ENV);
  return { given, problems };
}

/** `--name value`, `--name=value`; a flag for true or false needs no value. */
function readFlags(
  table: SettingTable,
  argv: readonly string[],
  problems: Problem[],
): ReadonlyMap<string, Given> {
  const settings = new Map(Object.values(table).map((each) => [each.flag, each]));
  const flags = new Map<string, Given>();
  const rest = argv.filter((argument) => !HELP_FLAGS.has(argument));
  for (let at = 0; at < rest.length; at += 1) {
    const argument = rest[at] ?? '';
    const equals = argument.indexOf('=');
    const flag = equals < 0 ? argument : argument.slice(0, equals);
    const found = settings.get(flag);
    if (found === undefined) {
      problems.push(unknown(flag, [...settings.keys()]));
      const next = rest[at + 1];
      if (equals < 0 && flag.startsWith('-') && next?.startsWith('-') === false) at += 1;
      continue;
    }
    let text: string | undefined = argument.slice(equals + 1);
    if (equals < 0) {
      const next = rest[at + 1];
      const isAlone = next === undefined || next.startsWith('--');
      text = isAlone ? (found.parser.parse('true') === true ? 'true' : undefined) : next;
      if (!isAlone) at += 1;
    }
    if (text === undefined || text === '') {
      problems.push({ name: flag, given: '', expected: `needs a value; ${found.parser.expected}` });
    } else {
      flags.set(found.name, { text, from: flag });
    }
  }
  return flags;
}

function unknown(flag: string, known: readonly string[]): Problem {
  if (!flag.startsWith('-')) {
    return { name: `"${flag}"`, given: '', expected: 'is no flag; flags are --name value' };
  }
  const begun = known.find((each) => each.startsWith(flag) || flag.startsWith(each));
  const near = begun ?? nearest(flag, known);
  const hint = near === null ? 'see --help' : `perhaps ${near}? See --help`;
  return { name: flag, given: '', expected: `is no flag of this program; ${hint}` };
}

function nonEmpty(text: string | undefined, from: string): Given | undefined {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? undefined : { text: trimmed, from };
}
