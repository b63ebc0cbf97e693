/** One line of the prompt, or of a script on standard input. */
import type { Connections } from './connections.js';
import { ExitCode, UsageError } from './exit-code.js';
import { runCommand } from './run-command.js';
import type { Settings } from './settings.js';
import { splitWords } from './shell-words.js';
import type { Verb } from './verb.js';
import type { World } from './world.js';

export interface LineContext {
  readonly world: World;
  /** What the line's own options override. */
  readonly settings: Settings;
  readonly verbs: readonly Verb[];
  readonly connections: Connections;
  readonly signal: AbortSignal;
}

const SUMMARY = 'One command a line; quotes keep blanks together; exit or Ctrl+D ends.';

export async function runLine(line: string, context: LineContext): Promise<ExitCode> {
  const { settings, verbs, connections, signal } = context;
  const world = worldOfLine(context.world, settings);
  try {
    const words = splitWords(line);
    const [first] = words;
    if (first === undefined || first.startsWith('#')) return ExitCode.ok;
    // A line pasted from a shell works too.
    const own = first === 'relevo' ? words.slice(1) : words;
    return await runCommand(own, {
      world,
      connections,
      verbs,
      signal,
      summary: SUMMARY,
      form: settings.form,
    });
  } catch (error) {
    if (error instanceof UsageError) {
      world.stderr.write(`${error.message}\n`);
      return ExitCode.usage;
    }
    // A mistake of ours must not end the prompt, and with it the cluster that it looks after.
    world.stderr.write(
      `relevo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return ExitCode.usage;
  }
}

/** The settings of the prompt are the surroundings of its lines. */
function worldOfLine(world: World, settings: Settings): World {
  const { endpoints, timeoutMs, consistency, tlsDirectory, plaintext } = settings;
  const { version, program, directory, stdout, stderr, connect, openStatus } = world;
  return {
    version,
    program,
    directory,
    stdout,
    stderr,
    connect,
    openStatus,
    now: () => world.now(),
    environment: {
      ...world.environment,
      RELEVO_ENDPOINTS: endpoints.join(','),
      RELEVO_TIMEOUT: `${timeoutMs}ms`,
      RELEVO_CONSISTENCY: consistency,
      TLS_DIR: tlsDirectory ?? '',
      PLAINTEXT: plaintext,
    },
    readInput: () =>
      Promise.reject(
        new UsageError('here - can not be read: standard input is where the commands come from'),
      ),
  };
}
