/** How a process of ours lives: it starts or says why not, and stops properly when it is told to. */
import process from 'node:process';
import { ConfigError, ListenError } from '#config';
import { TlsProblem } from '#tls';

/** Exit statuses. `broken`: an invariant, or the disk; sysexits' EX_SOFTWARE. */
export const EXIT = { ok: 0, failed: 1, wrongSettings: 2, broken: 70 } as const;

/** A directory or a port can't be used: the message names the remedy. */
export class StartRefused extends Error {
  override readonly name: string = 'StartRefused';
}

/** Settings as `load` reads them, or null when they were wrong, which is said, with the exit status set. */
export function settingsOrComplaint<Config>(load: () => Config): Config | null {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = EXIT.wrongSettings;
    return null;
  }
}

/** Ends a process that could not start, saying why. */
export function cannotStart(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error));
  const refused =
    error instanceof StartRefused || error instanceof ListenError || error instanceof TlsProblem;
  process.exit(refused ? EXIT.wrongSettings : EXIT.failed);
}

/** The first signal, or the end of the parent's pipe, stops properly; a second signal ends at once. */
export function stopWhenTold(
  stop: () => Promise<void>,
  log: (event: string, data: Record<string, unknown>) => void,
): void {
  let stopping = false;
  const ask = (why: string): void => {
    if (stopping) process.exit(EXIT.failed);
    stopping = true;
    log('stopping', { why });
    stop().then(
      () => process.exit(EXIT.ok),
      (error: unknown) => {
        log('could not stop properly', { error });
        process.exit(EXIT.failed);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      ask(signal);
    });
  }
  if (process.env['RELEVO_PARENT_PIPE'] === '1') {
    process.stdin.on('end', () => {
      if (!stopping) ask('its parent is gone');
    });
    process.stdin.resume();
  }
}
