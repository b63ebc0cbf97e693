/** Drives a router: the clock, and whoever is connected on either side. */
import { Pump } from '#driver';
import { Router } from './router.js';
import type { RouterConfig, RouterEvent, RouterPorts, RouterView } from './router/types.js';

/** Where a batch goes; nothing happens if nobody is there any more. */
export type DriverPorts = RouterPorts;

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
