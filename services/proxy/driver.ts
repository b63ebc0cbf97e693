/** Drives a router: the clock, and whoever is connected on either side. */
import { Pump } from '#driver';
import type { Reply, Request } from '#rpc/session/frames';
import { Router } from './router.js';
import type { RouterConfig, RouterEvent, RouterReport, RouterView } from './router/types.js';

/** Where a batch goes; nothing happens if nobody is there any more. */
export interface DriverPorts {
  toNode(node: number, requests: Request[]): void;
  toClient(connection: number, replies: Reply[]): void;
  report(report: RouterReport): void;
}

export class Driver {
  readonly #router: Router;
  readonly #pump: Pump<RouterEvent>;

  constructor(config: RouterConfig, ports: DriverPorts) {
    this.#router = new Router(config, ports);
    // A bug of ours: main.ts logs it and ends the process.
    this.#pump = new Pump<RouterEvent>(this.#router, (error) => {
      throw error instanceof Error ? error : new Error(String(error));
    });
  }

  /** The clock of the view's `lastHeard`, in milliseconds. */
  now(): number {
    return performance.now();
  }

  handle(event: RouterEvent): void {
    this.#pump.handle(event);
  }

  view(): RouterView {
    return this.#router.view();
  }

  close(): void {
    this.#pump.close();
  }
}
