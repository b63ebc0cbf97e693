/** The network of a node whose links can be cut, each in the direction away from it. */
import type { Network } from '../ports.js';
import type { FaultBook } from './fault-book.js';

export class BreakableNetwork implements Network {
  readonly #inner: Network;
  readonly #book: FaultBook;

  constructor(inner: Network, book: FaultBook) {
    this.#inner = inner;
    this.#book = book;
  }

  /** What is sent over a cut link is lost on its way: the sender does not notice. */
  send(...[to, message]: Parameters<Network['send']>): boolean {
    return this.#book.isCut(to) || this.#inner.send(to, message);
  }

  reply(...[connection, replies]: Parameters<Network['reply']>): void {
    this.#inner.reply(connection, replies);
  }

  unread(connection: number): number {
    return this.#inner.unread(connection);
  }

  publish(...[state]: Parameters<Network['publish']>): void {
    this.#inner.publish(state);
  }
}
