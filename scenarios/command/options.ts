/** The options of `npm run scenario`. */
import { Command, Option } from 'commander';
import { LANGUAGES, type Language } from '../language/index.js';

export type Where = 'processes' | 'simulator';

export interface ScenarioOptions {
  readonly names: readonly string[];
  readonly list: boolean;
  readonly all: boolean;
  readonly fast: boolean;
  readonly language: Language;
  /** Null: on real processes whatever can run there, the rest in the simulator. */
  readonly where: Where | null;
  readonly saveDirectory: string | null;
  readonly reportDirectory: string | null;
  /** A line for each scenario, and no more unless it fails. */
  readonly brief: boolean;
}

interface Flags {
  readonly list?: boolean;
  readonly all?: boolean;
  readonly fast?: boolean;
  readonly lang: Language;
  readonly in?: Where;
  readonly save?: string;
  readonly report?: string;
  readonly brief?: boolean;
}

/** Throws commander's CommanderError, which has said what is wrong. */
export function parseScenarioOptions(
  words: readonly string[],
  write: (text: string) => void,
): ScenarioOptions {
  const program = new Command('npm run scenario --')
    .description('Performs scenarios step by step, on real processes or in the simulator.')
    .argument('[names...]', 'of scenarios; --list names them')
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write })
    .showHelpAfterError()
    .option('--list', 'say which there are, and what they prove')
    .option('--all', 'all of them, one after the other')
    .option('--fast', 'shorter timeouts, where a scenario has them')
    .addOption(new Option('--lang <language>', 'of the texts').choices(LANGUAGES).default('en'))
    .addOption(
      new Option('--in <stage>', 'where (default: on processes what can be, the rest simulated)') //
        .choices(['processes', 'simulator']),
    )
    .option('--save <dir>', "keep every node's files and logs, before and after each restart")
    .option('--report <dir>', 'write a report of evidence, as Markdown and HTML')
    .option('--brief', 'one line for each scenario');
  program.parse([...words], { from: 'user' });
  const flags = program.opts<Flags>();
  if (program.args.length === 0 && flags.all !== true && flags.list !== true) {
    program.error('error: name a scenario, or give --all or --list');
  }
  return {
    names: program.args,
    list: flags.list === true,
    all: flags.all === true,
    fast: flags.fast === true,
    language: flags.lang,
    where: flags.in ?? null,
    saveDirectory: flags.save ?? null,
    reportDirectory: flags.report ?? null,
    brief: flags.brief === true,
  };
}
