/** The checkers of shell scripts and of systemd's units, and what they say of a file: nothing, if it is right. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** In tenths, as systemd-analyze takes it: an exposure of 2.0. */
const EXPOSURE_MAX = '20';

export function shellcheck(file: string): string {
  return run('shellcheck', ['-x', basename(file)], dirname(file));
}

/** Unknown keys are warnings with a status of 0: so any output at all is a complaint. */
export function verifyUnits(folder: string): string {
  return inPlace(folder, (units) =>
    run('systemd-analyze', ['verify', '--man=no', ...files(units)], units),
  );
}

export function exposure(service: string): string {
  const words = ['security', '--offline=true', `--threshold=${EXPOSURE_MAX}`, service];
  const { status, stdout, stderr } = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout.trim().split('\n').at(-1) ?? ''}${stderr}`;
}

/** `verify` wants the programs that a unit starts to be there: they are named `true` in a copy. */
function inPlace(folder: string, body: (units: string) => string): string {
  const copy = mkdtempSync(join(tmpdir(), 'relevo-units-'));
  try {
    cpSync(folder, copy, { recursive: true });
    for (const file of files(copy)) {
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replaceAll(/^(Exec\w+=)\/opt\/relevo\/\S+/gm, '$1/bin/true'));
    }
    return body(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

export const files = (folder: string): readonly string[] =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .sort();

function run(command: string, words: readonly string[], directory: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: directory,
    encoding: 'utf8',
  });
  if (error !== undefined) return `${command} can't be started: ${error.message}`;
  const said = stdout + stderr;
  return status === 0 || said !== '' ? said : `${command} exited with ${String(status)}`;
}
