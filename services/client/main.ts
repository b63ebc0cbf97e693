/** The program `relevo`. */
import { ExitCode, exitCodeOf, homeHistoryFile, runCli, terminalWorld } from '#client/cli';
import { standingDirectory } from '#config';
import { Relevo } from './index.js';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(ExitCode.interrupted);
  interrupt.abort();
});

const world = terminalWorld((endpoints, options) => Relevo.connect(endpoints, options));
// Paths among the words begin where the user stands; npm runs this in another folder.
process.chdir(standingDirectory(process.env, process.cwd()));
const terminal = {
  input: process.stdin,
  output: process.stdout,
  isInteractive: process.stdin.isTTY && process.stdout.isTTY,
  historyFile: homeHistoryFile(process.env),
};

try {
  finish(await runCli(process.argv.slice(2), world, terminal, interrupt.signal));
} catch (error) {
  const exit = exitCodeOf(error);
  if (exit === null) throw error;
  world.stderr.write(`relevo: ${error instanceof Error ? error.message : String(error)}\n`);
  finish(exit);
}

/** A connection that was left open must not hold the process; what was written still has to leave. */
function finish(exit: ExitCode): void {
  process.stdout.write('', () => process.exit(exit));
}
