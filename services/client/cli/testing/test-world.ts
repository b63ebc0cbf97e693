/** The command line's world for a test: a node in memory, and outputs that can be read. */
import { Relevo } from '#client';
import { runCli, type Terminal } from '../run-cli.js';
import type { ClusterResponse, TransferLeadershipResponse } from '#rpc/generated/relevo/v1/admin';
import { PROGRAM } from '#rpc/versions';
import type { ExitCode } from '../exit-code.js';
import type { Output, World } from '../world.js';
import { MemoryNode } from './memory-node.js';

export interface Ran {
  readonly exit: ExitCode;
  readonly out: string;
  readonly bytes: Uint8Array;
  readonly err: string;
}

export class TestWorld implements World {
  readonly node = new MemoryNode();
  readonly version = 'relevo 0.0.0';
  readonly program = PROGRAM;
  environment: Record<string, string> = {};
  /** There is no `.env` in it. */
  directory = '/nowhere';
  input: Uint8Array = new Uint8Array(0);
  isTerminal = false;
  columns = 80;
  cluster: ClusterResponse | null = null;
  /** What comes of a hand-over to the node of this id. */
  transfer: (to: number) => Promise<TransferLeadershipResponse> = () =>
    Promise.reject(new Error('this world hands nothing over'));
  readonly dialled: string[] = [];
  readonly #clients: Promise<Relevo>[] = [];
  #out: Buffer[] = [];
  #err: Buffer[] = [];

  readonly stdout = this.#output(() => this.#out);
  readonly stderr = this.#output(() => this.#err);

  readInput(): Promise<Uint8Array> {
    return Promise.resolve(this.input);
  }

  connect: World['connect'] = (endpoints, options) => {
    this.dialled.push(endpoints.join(','));
    const client = Relevo.over(this.node, endpoints, options);
    this.#clients.push(client);
    return client;
  };

  openStatus: World['openStatus'] = () => ({
    read: () =>
      this.cluster === null
        ? Promise.reject(new Error('this world has no cluster'))
        : Promise.resolve(this.cluster),
    transfer: (to) => this.transfer(to),
    close: () => undefined,
  });

  now(): number {
    return performance.now();
  }

  /** Runs `relevo` with these words, and takes what it wrote. */
  async run(...words: string[]): Promise<Ran> {
    return this.runUntil(new AbortController().signal, ...words);
  }

  async runUntil(signal: AbortSignal, ...words: string[]): Promise<Ran> {
    return this.catching(() => runCli(words, this, NO_TERMINAL, signal));
  }

  /** Takes what is written meanwhile. */
  async catching(work: () => Promise<ExitCode>): Promise<Ran> {
    this.#out = [];
    this.#err = [];
    const exit = await work();
    const bytes = new Uint8Array(Buffer.concat(this.#out));
    return { exit, bytes, out: text(this.#out), err: text(this.#err) };
  }

  /** Ends what the command left open on purpose: the sessions of writes with unknown outcome. */
  async close(): Promise<void> {
    const clients = await Promise.allSettled(this.#clients);
    for (const client of clients) if (client.status === 'fulfilled') await client.value.close(0);
  }

  #output(chunks: () => Buffer[]): Output {
    const isTerminal = (): boolean => this.isTerminal;
    const columns = (): number => this.columns;
    return {
      write: (data) => {
        chunks().push(Buffer.from(data as string));
      },
      get isTerminal() {
        return isTerminal();
      },
      get columns() {
        return columns();
      },
    };
  }
}

const NO_TERMINAL: Terminal = {
  input: process.stdin,
  output: process.stdout,
  isInteractive: false,
  historyFile: '/nowhere/history',
};

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}
