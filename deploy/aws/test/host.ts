/**
 * A host for the scripts of instance/, in a temporary folder: their paths lead into it, and the commands that
 * would change the machine, or call the cloud, are one recorder under several names.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
export const INSTANCE = join(PACKAGE, 'instance');

const REPLACED = [
  ...['aws', 'curl', 'systemctl', 'useradd', 'chown', 'mount', 'umount', 'mountpoint'],
  ...['resize2fs', 'findmnt', 'dnf', 'id'],
];

export interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

/** The one line that a replaced command says, and its status, if its call matches. The first match counts. */
export interface Reply {
  readonly when: RegExp;
  readonly out?: string;
  readonly status?: number;
}

/** On Amazon's instances and by hand alike: metadata, and a service that is ready. */
const USUAL: readonly Reply[] = [
  { when: /^id -u$/, out: '0' },
  { when: /^id relevo$/, status: 1 },
  { when: /^mountpoint /, status: 1 },
  { when: /^curl .*api\/token/, out: 'token' },
  { when: /^curl .*instance-id/, out: 'i-0abc' },
  { when: /^curl .*local-ipv4/, out: '10.40.0.11' },
  { when: /^curl .*placement\/region/, out: 'eu-south-1' },
  { when: /^systemctl --version/, out: 'systemd 252' },
  { when: /^aws --version/, out: 'aws-cli/2.0' },
];

export class Host {
  readonly root = mkdtempSync(join(tmpdir(), 'relevo-host-'));
  readonly replies: Reply[] = [];

  constructor() {
    for (const folder of ['commands', 'opt/releases', 'units', 'etc']) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    for (const name of REPLACED) this.command(name, RECORDER);
    this.release('first');
    writeFileSync(this.path('fstab'), '# none\n');
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Unpacks what a release has, without the programs, as opt/releases/NAME. */
  release(name: string): string {
    const folder = this.path('opt/releases', name);
    cpSync(INSTANCE, join(folder, 'instance'), { recursive: true });
    mkdirSync(join(folder, 'lib/bin'), { recursive: true });
    writeFileSync(join(folder, 'lib/bin/client.mjs'), 'console.log("relevo 0.0.0")\n');
    return folder;
  }

  command(name: string, script: string): void {
    const path = this.path('commands', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, script);
    chmodSync(path, 0o755);
  }

  configure(settings: Readonly<Record<string, string>>): void {
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(this.path('etc/instance.conf'), lines.join(''));
  }

  /** Runs a script of the release that `current` names, or of the first one. */
  run(script: string, ...words: string[]): Outcome {
    const current = this.path('opt/current');
    const release = existsSync(current) ? current : this.path('opt/releases/first');
    return this.bash(join(release, 'instance', script), ...words);
  }

  /** Lines of bash, with the scripts' own functions at hand. */
  functions(lines: string): Outcome {
    const parts = ['say', 'configuration', 'cloud', 'software', 'volume', 'settings'];
    const sources = parts.map((part) => `. "${join(INSTANCE, 'lib', part)}.sh"`);
    return this.bash('-c', ['set -euo pipefail', ...sources, lines].join('\n'));
  }

  /** Every call of a replaced command so far, one a line. */
  calls(): readonly string[] {
    const file = this.path('calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  read(...parts: string[]): string {
    return readFileSync(this.path(...parts), 'utf8');
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private bash(...words: string[]): Outcome {
    const replies = [...this.replies, ...USUAL].map(
      ({ when, out = '', status = 0 }) => `${extended(when)}\t${status}\t${out}\n`,
    );
    writeFileSync(this.path('replies'), replies.join(''));
    const result = spawnSync('bash', ['--norc', ...words], {
      encoding: 'utf8',
      env: {
        PATH: `${this.path('commands')}:${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`,
        HOST_ROOT: this.root,
        RELEVO_HOME: this.path('opt'),
        RELEVO_SETTINGS: this.path('etc'),
        RELEVO_CONFIGURATION: this.path('etc/instance.conf'),
        RELEVO_DATA_ROOT: this.path('data'),
        RELEVO_UNITS: this.path('units'),
        RELEVO_FSTAB: this.path('fstab'),
        RELEVO_COMMAND: this.path('commands/relevo'),
        RELEVO_RETRY_SECONDS: '0',
        RELEVO_READY_SECONDS: '2',
        RELEVO_ATTACH_SECONDS: '2',
      },
    });
    return { status: result.status, output: result.stdout + result.stderr };
  }

  /** A link as the scripts leave it, say opt/current. */
  link(from: string, to: string): void {
    symlinkSync(to, this.path(from));
  }
}

/** As bash reads it, which has POSIX's extended expressions alone. */
function extended({ source }: RegExp): string {
  return source.replaceAll('\\/', '/').replaceAll('\\S', '[^ ]');
}

const RECORDER = `#!/usr/bin/env bash
line="\${0##*/} $*"
printf '%s\\n' "$line" >>"$HOST_ROOT/calls"
while IFS=$'\\t' read -r when status out; do
  if [[ $line =~ $when ]]; then
    if [[ -n $out ]]; then printf '%s\\n' "$out"; fi
    exit "$status"
  fi
done <"$HOST_ROOT/replies"
`;
