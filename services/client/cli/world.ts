/** Everything that the command line touches of the world, so that a test can hand in another one. */
import type { ClusterResponse, TransferLeadershipResponse } from '#rpc/generated/relevo/v1/admin';
import type { ConnectOptions, RelevoClient } from '#client';
import type { Versions } from '#rpc/versions';

export interface Output {
  write(data: string | Uint8Array): void;
  /** A person looks at it: colours, tables and escapes are for them. */
  readonly isTerminal: boolean;
  /** The terminal's width; 80 where there is none. */
  readonly columns: number;
}

export interface StatusReader {
  read(timeoutMs: number): Promise<ClusterResponse>;
  transfer(to: number, timeoutMs: number): Promise<TransferLeadershipResponse>;
  close(): void;
}

export interface World {
  /** `relevo 1.2.3, Node v20.1.0`. */
  readonly version: string;
  /** What a node of this command's release speaks and reads. */
  readonly program: Versions;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where a `.env` may stand. */
  readonly directory: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of standard input. */
  readInput(): Promise<Uint8Array>;
  readonly connect: (
    endpoints: readonly string[],
    options: ConnectOptions,
  ) => Promise<RelevoClient>;
  readonly openStatus: (endpoints: readonly string[], tlsDirectory: string | null) => StatusReader;
  /** In milliseconds, from any beginning. */
  now(): number;
}
