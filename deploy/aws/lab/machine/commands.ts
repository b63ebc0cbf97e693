/** Commands of this machine, run without standing still: the stand-in for Amazon answers meanwhile. */
import { spawn } from 'node:child_process';
import process from 'node:process';

export interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly error: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Milliseconds, after which it is killed; none: it may run as long as it likes. */
  readonly limitMs?: number;
}

/** Rejects only if the command can't be started. A command that was killed has status 137. */
export function run(
  command: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...(options.env ?? process.env) },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.limitMs === undefined
        ? {}
        : { timeout: options.limitMs, killSignal: 'SIGKILL' as const }),
    });
    let output = '';
    let error = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
    // A command that takes no input may end before it is offered any.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status: status ?? 137, output, error });
    });
  });
}

/** Gives standard output, without the last line feed. Rejects with what the command complained of. */
export async function must(
  command: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { status, output, error } = await run(command, words, options);
  if (status !== 0) {
    const said = `${error.trim()}\n${output.trim()}`.trim();
    throw new Error(`${command} ${words.join(' ')}: exit status ${status}: ${said}`);
  }
  return output.trimEnd();
}
