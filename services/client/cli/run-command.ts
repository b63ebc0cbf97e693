/** Runs one command: parses the words, lets the verb do its work, and turns what went wrong into words. */
import { Command, CommanderError } from 'commander';
import { RelevoError } from '#client';
import { shownWords } from './escapes.js';
import { Call } from './call.js';
import type { Connections } from './connections.js';
import { ExitCode, exitCodeOf, Interrupted, NotNow, UsageError } from './exit-code.js';
import { addGlobalOptions, settingsOf, type Form } from './settings.js';
import { quoted } from './shell-words.js';
import type { Verb } from './verb.js';
import type { World } from './world.js';

export interface CommandContext {
  readonly world: World;
  readonly connections: Connections;
  readonly verbs: readonly Verb[];
  /** Fires at Ctrl+C. */
  readonly signal: AbortSignal;
  /** For help. */
  readonly summary: string;
  /** The form of answers, unless the words say another. */
  readonly form?: Form;
}

const EXIT_CODES = `
Exit codes:
    0  done
    1  the answer is no: no such key, cas lost
    2  wrong usage, or refused
    3  unavailable; nothing happened
    4  outcome unknown; the safe repetition is printed
  130  interrupted`;

/** Of what explains an option or a command: less would be a column of single words. */
const HELP_COLUMNS_MIN = 20;

/** `words` is the command line without the program's own name. */
export async function runCommand(
  words: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  const result: { exit: ExitCode } = { exit: ExitCode.ok };
  const program = buildProgram(context, (exit) => {
    result.exit = exit;
  });
  try {
    await program.parseAsync([...helpOf(words, context.verbs)], { from: 'user' });
    return result.exit;
  } catch (error) {
    return reportError(error, words, context);
  }
}

/** Commander would answer `help` of a command that is none with the whole help, as if all were well. */
function helpOf(words: readonly string[], verbs: readonly Verb[]): readonly string[] {
  const [first, name] = words;
  if (first !== 'help' || name === undefined || name === 'help') return words;
  const isKnown = verbs.some((verb) => verb.name === name || verb.aliases?.includes(name) === true);
  return isKnown ? words : [name];
}

function buildProgram(context: CommandContext, ended: (exit: ExitCode) => void): Command {
  const { world } = context;
  const program = new Command('relevo')
    .description(context.summary)
    .version(context.world.version, '-V, --version')
    .configureHelp({ minWidthToWrap: HELP_COLUMNS_MIN })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        world.stdout.write(text);
      },
      writeErr: (text) => {
        world.stderr.write(shownWords(text));
      },
      getOutHelpWidth: () => world.stdout.columns,
    })
    .showHelpAfterError('(help COMMAND explains it)')
    .addHelpText('after', EXIT_CODES);
  addGlobalOptions(program, context.form);
  for (const verb of context.verbs) addVerb(program, verb, context, ended);
  return program;
}

function addVerb(
  program: Command,
  verb: Verb,
  context: CommandContext,
  ended: (exit: ExitCode) => void,
): void {
  const command = program.command(`${verb.name} ${verb.usage}`.trim()).description(verb.summary);
  command.showHelpAfterError(`(help ${verb.name} explains it)`);
  if (verb.aliases !== undefined) command.aliases([...verb.aliases]);
  verb.options?.(command);
  command.action(async (...received: unknown[]) => {
    // Commander hands over the arguments, then the options, then the command.
    const args = received.slice(0, -2) as (string | string[] | undefined)[];
    const flags = command.optsWithGlobals<Record<string, unknown>>();
    const settings = settingsOf(flags, context.world);
    const call = new Call(settings, context.world, context.connections, context.signal);
    ended(await verb.run(call, args, command.opts()));
  });
}

function reportError(
  error: unknown,
  words: readonly string[],
  { world, signal, verbs }: CommandContext,
): ExitCode {
  // Commander has already said it; help and version come this way too, as 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  if (error instanceof Interrupted) return ExitCode.interrupted;
  const exit = exitCodeOf(error);
  if (exit === null || !(error instanceof Error)) throw error;
  const cancelled = signal.aborted && error instanceof RelevoError;
  if (!cancelled || exit === ExitCode.unknown) {
    world.stderr.write(`relevo: ${shownWords(error.message)}\n`);
    if (error instanceof RelevoError) world.stderr.write(adviceFor(error, words));
    else if (error instanceof UsageError && !(error instanceof NotNow))
      world.stderr.write(`${hintFor(words, verbs)}\n`);
  }
  return cancelled ? ExitCode.interrupted : exit;
}

function hintFor(words: readonly string[], verbs: readonly Verb[]): string {
  const verb = words.find((word) =>
    verbs.some(({ name, aliases }) => [name, ...(aliases ?? [])].includes(word)),
  );
  return `(help ${verb ?? 'COMMAND'} explains it)`;
}

/** For an unknown outcome the command that repeats the very write, which then happens once at most. */
function adviceFor({ code, outcome, requestId }: RelevoError, words: readonly string[]): string {
  if (outcome === 'not-done') return 'Nothing happened: the same command can be given again.\n';
  if (outcome !== 'unknown' || requestId === undefined) return '';
  if (code === 'session-expired') {
    return (
      `It may or may not have happened (request id ${requestId}), and its session has ended, so that it ` +
      "can't be repeated safely:\nread the key, and write again if that shows that it did not happen.\n"
    );
  }
  const repeated = ['relevo', '--request-id', requestId, ...withoutRequestId(words)].map(quoted);
  const input = words.includes('-') ? ' (with the same standard input)' : '';
  return (
    `It may or may not have happened. Request id: ${requestId}\n` +
    `This repeats it safely, it happens once at most${input}:\n  ${repeated.join(' ')}\n`
  );
}

function withoutRequestId(words: readonly string[]): readonly string[] {
  return words.filter(
    (word, at) =>
      word !== '--request-id' &&
      words[at - 1] !== '--request-id' &&
      !word.startsWith('--request-id='),
  );
}
