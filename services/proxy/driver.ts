/** Drives a router: the clock, one timer, and whoever is connected on either side. */
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
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #isClosed = false;

  constructor(config: RouterConfig, ports: DriverPorts) {
    this.#router = new Router(config, ports);
  }

  /** The clock of the view's `lastHeard`, in milliseconds. */
  now(): number {
    return performance.now();
  }

  handle(event: RouterEvent): void {
    if (this.#isClosed) return;
    this.#router.handle(event, this.now());
    this.#arm();
  }

  view(): RouterView {
    return this.#router.view();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** A timer that goes off early does no harm, so it is set again only when it would go off late. */
  #arm(): void {
    const deadline = this.#router.deadline();
    if (deadline >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        this.handle({ type: 'tick' });
      },
      Math.max(0, Math.ceil(deadline - this.now())),
    );
  }
}
