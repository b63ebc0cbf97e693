/** What a verb is given to do its work. */
import type { ClusterResponse, TransferLeadershipResponse } from '#rpc/generated/relevo/v1/admin';
import type { CallOptions, ReadOptions, RelevoClient, WriteOptions } from '#client';
import { argumentBytes } from './bytes.js';
import type { Connections } from './connections.js';
import { Interrupted } from './exit-code.js';
import { Printer } from './printer.js';
import type { Settings } from './settings.js';
import type { StatusReader, World } from './world.js';

export class Call {
  readonly settings: Settings;
  readonly world: World;
  readonly print: Printer;
  /** Fires at Ctrl+C. */
  readonly signal: AbortSignal;
  readonly #connections: Connections;

  constructor(settings: Settings, world: World, connections: Connections, signal: AbortSignal) {
    this.settings = settings;
    this.world = world;
    this.print = new Printer(settings.form, world);
    this.signal = signal;
    this.#connections = connections;
  }

  client(): Promise<RelevoClient> {
    return this.#connections.client(this.settings, this.signal);
  }

  /** Every node's state, as the proxy (or node) that answers knows it. */
  status(): Promise<ClusterResponse> {
    const { timeoutMs } = this.settings;
    return this.#interruptible(this.#connections.status(this.settings).read(timeoutMs));
  }

  statusReader(): StatusReader {
    return this.#connections.status(this.settings);
  }

  /** Hands the leadership to the node of this id; 0: to whichever the leader chooses. */
  transfer(to: number): Promise<TransferLeadershipResponse> {
    const { timeoutMs } = this.settings;
    return this.#interruptible(this.#connections.status(this.settings).transfer(to, timeoutMs));
  }

  callOptions(): CallOptions {
    return { timeoutMs: this.settings.timeoutMs, signal: this.signal };
  }

  readOptions(): ReadOptions {
    return { ...this.callOptions(), consistency: this.settings.consistency };
  }

  writeOptions(): WriteOptions {
    const { requestId } = this.settings;
    return { ...this.callOptions(), ...(requestId === null ? {} : { requestId }) };
  }

  key(argument: string): Uint8Array {
    return argumentBytes(argument, this.settings.keysAreBase64);
  }

  /** `-` is all of standard input, as bytes. */
  async value(argument: string): Promise<Uint8Array> {
    if (argument === '-') return this.world.readInput();
    return argumentBytes(argument, this.settings.valuesAreBase64);
  }

  /** Leaves the work to end by itself when Ctrl+C comes first. */
  #interruptible<Value>(work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const interrupt = (): void => {
        reject(new Interrupted());
      };
      if (this.signal.aborted) interrupt();
      this.signal.addEventListener('abort', interrupt, { once: true });
      work.then(resolve, reject).finally(() => {
        this.signal.removeEventListener('abort', interrupt);
      });
    });
  }
}
