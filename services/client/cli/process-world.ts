/** The world of a real process. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsDirectory } from '#config';
import type { ConnectOptions, RelevoClient } from '#client';
import { PROGRAM } from '#rpc/versions';
import { ClusterStatus } from './cluster-status.js';
import type { Output, World } from './world.js';

export type Connect = (
  endpoints: readonly string[],
  options: ConnectOptions,
) => Promise<RelevoClient>;

export function terminalWorld(connect: Connect): World {
  return {
    version: version(),
    program: PROGRAM,
    environment: process.env,
    directory: settingsDirectory(process.env, process.cwd()),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
      return new Uint8Array(Buffer.concat(chunks));
    },
    connect,
    openStatus: (endpoints, tlsDirectory) => new ClusterStatus(endpoints, tlsDirectory),
    now: () => performance.now(),
  };
}

/** The package is known by the nearest package.json above this file, built or not. */
function version(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const { name, version: own } = JSON.parse(text) as { name: string; version: string };
  return `${name} ${own}, Node ${process.version}`;
}

export function homeHistoryFile(environment: World['environment']): string {
  return environment['RELEVO_HISTORY'] ?? join(homedir(), '.relevo_history');
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // Who reads us may have read enough (`relevo ls | head`): then there is nothing left to do.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    write: (data) => stream.write(data),
    get isTerminal() {
      return isTerminal(stream);
    },
    get columns() {
      return isTerminal(stream) && stream.columns > 0 ? stream.columns : 80;
    },
  };
}

/** Node says `undefined`, whatever its types say, where there is none. */
function isTerminal({ isTTY }: { readonly isTTY?: boolean }): boolean {
  return isTTY === true;
}
