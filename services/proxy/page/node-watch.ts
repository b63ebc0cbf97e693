/** One node, watched: its reports as they come, over a stream that is made again when it breaks. */
import type { ClientReadableStream } from '@grpc/grpc-js';
import { performance } from 'node:perf_hooks';
import { NodeObserver } from '#rpc/observer';
import type { NodeReport } from '#rpc/generated/relevo/v1/observe';
import type { TlsIdentity } from '#tls';

const REDIAL_MS = 500;

export interface WatchedNode {
  readonly id: number;
  /** `host:port`. */
  readonly address: string;
}

export class NodeWatch {
  readonly id: number;
  readonly #address: string;
  readonly #identity: TlsIdentity | null;
  #observer: NodeObserver | null = null;
  readonly #told: (report: NodeReport) => void;
  #call: ClientReadableStream<NodeReport> | null = null;
  #redial: NodeJS.Timeout | null = null;
  #isClosed = false;
  #report: NodeReport | null = null;
  #heardAt = -Infinity;

  constructor(
    { id, address }: WatchedNode,
    identity: TlsIdentity | null,
    told: (report: NodeReport) => void,
  ) {
    this.id = id;
    this.#address = address;
    this.#identity = identity;
    this.#told = told;
    this.#dial();
  }

  /** The newest one; null: none yet. */
  get report(): NodeReport | null {
    return this.#report;
  }

  /** Since when it is so, ms. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  get isOpen(): boolean {
    return this.#call !== null;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#redial !== null) clearTimeout(this.#redial);
    this.#call?.cancel();
    this.#observer?.close();
  }

  #dial(): void {
    this.#redial = null;
    // A connection of its own each time: one that failed before waits longer and longer until it tries again.
    this.#observer?.close();
    this.#observer = new NodeObserver(this.#address, this.#identity);
    const call = this.#observer.observe();
    this.#call = call;
    call.on('data', (report: NodeReport) => {
      this.#report = report;
      this.#heardAt = performance.now();
      this.#told(report);
    });
    // Told as an end as well.
    call.on('error', () => undefined);
    call.on('close', () => {
      this.#call = null;
      if (!this.#isClosed) this.#redial = setTimeout(() => this.#dial(), REDIAL_MS);
    });
  }
}
