/** The command as a whole: one command from its words; or a prompt, or a script from standard input. */
import { Command, CommanderError } from 'commander';
import { Connections } from './connections.js';
import { ExitCode } from './exit-code.js';
import { Prompt } from './prompt.js';
import { runCommand } from './run-command.js';
import { runLine } from './run-line.js';
import { addGlobalOptions, settingsOf, type Settings } from './settings.js';
import { VERBS } from './verbs/index.js';
import type { World } from './world.js';

const SUMMARY = 'Talks to a Relevo cluster. Without a command: a prompt.';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly isInteractive: boolean;
  readonly historyFile: string;
}

/** `words` is the command line without the program's own name. `signal` fires at Ctrl+C. */
export async function runCli(
  words: readonly string[],
  world: World,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const settings = settingsWithoutCommand(words, world);
  if (settings !== null) {
    return terminal.isInteractive
      ? runPrompt(settings, world, terminal)
      : runScript(settings, world, signal);
  }
  const connections = new Connections(world);
  const context = { world, connections, verbs: VERBS, signal, summary: SUMMARY };
  return endedBy(await runCommand(words, context), connections);
}

/** Null: there is a command among the words, or something that is best explained as one. */
function settingsWithoutCommand(words: readonly string[], world: World): Settings | null {
  const program = addGlobalOptions(new Command())
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .allowExcessArguments(true);
  try {
    program.parse([...words], { from: 'user' });
    return program.args.length === 0 ? settingsOf(program.opts(), world) : null;
  } catch (error) {
    if (error instanceof CommanderError) return null;
    throw error;
  }
}

function runPrompt(settings: Settings, world: World, terminal: Terminal): Promise<ExitCode> {
  const { input, output, historyFile } = terminal;
  return new Prompt({ world, settings, verbs: VERBS, historyFile, input, output }).run();
}

/** All lines run; the exit code is that of the last one that was not 0. */
async function runScript(settings: Settings, world: World, signal: AbortSignal): Promise<ExitCode> {
  const connections = new Connections(world);
  const text = new TextDecoder().decode(await world.readInput());
  let exit: ExitCode = ExitCode.ok;
  for (const line of text.split('\n')) {
    if (signal.aborted) return endedBy(ExitCode.interrupted, connections);
    const ended = await runLine(line, { world, settings, verbs: VERBS, connections, signal });
    if (ended !== ExitCode.ok) exit = ended;
  }
  return endedBy(exit, connections);
}

/**
 * Ends the sessions, so that they don't wait for their expiry; but not while a request id of theirs may
 * be needed to repeat a write.
 */
async function endedBy(exit: ExitCode, connections: Connections): Promise<ExitCode> {
  if (exit !== ExitCode.unknown && exit !== ExitCode.interrupted) await connections.close();
  return exit;
}
