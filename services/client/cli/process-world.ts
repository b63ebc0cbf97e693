/** The world of a real process. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { settingsDirectory } from '#config';
import type { ConnectOptions, RelevoClient } from '#client';
import { ClusterStatus } from './cluster-status.js';
import type { Output, World } from './world.js';

export type Connect = (
  endpoints: readonly string[],
  options: ConnectOptions,
) => Promise<RelevoClient>;

export function terminalWorld(connect: Connect): World {
  return {
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
    openStatus: (endpoints) => new ClusterStatus(endpoints),
    now: () => performance.now(),
  };
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
      return stream.isTTY;
    },
    get columns() {
      return stream.isTTY && stream.columns > 0 ? stream.columns : 80;
    },
  };
}
