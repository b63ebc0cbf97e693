/** Runs a program of the system to its end. */
import { execFile } from 'node:child_process';

const TIMEOUT_MS = 20_000;

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** Resolves with its standard output; rejects, with what it said, if it ends with another status than 0. */
export function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new CommandFailed(`${program} ${args.join(' ')}: ${stderr || error.message}`));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
