/** What one handled event sends, collected so that each receiver gets one batch. */
import type { Reply } from '#rpc/session/frames';
import type { NodeLink } from './node-link.js';
import type { RouterPorts } from './types.js';

export class Outbox {
  readonly #ports: RouterPorts;
  #replies = new Map<number, Reply[]>();
  /** The connection that was answered last, and its batch: batches mostly go to one. */
  #connection: number | null = null;
  #batch: Reply[] = [];

  constructor(ports: RouterPorts) {
    this.#ports = ports;
  }

  reply(connection: number, reply: Reply): void {
    if (connection !== this.#connection) {
      let batch = this.#replies.get(connection);
      if (batch === undefined) this.#replies.set(connection, (batch = []));
      this.#connection = connection;
      this.#batch = batch;
    }
    this.#batch.push(reply);
  }

  tellNodes(nodes: readonly NodeLink[]): void {
    for (const node of nodes) {
      if (node.out.length === 0) continue;
      const requests = node.out;
      node.out = [];
      this.#ports.toNode(node.id, requests);
    }
  }

  tellClients(): void {
    if (this.#replies.size === 0) return;
    const batches = this.#replies;
    // Not cleared: the garbage collector would take it for part of the next (id-map.ts).
    this.#replies = new Map();
    this.#connection = null;
    this.#batch = [];
    for (const [connection, replies] of batches) this.#ports.toClient(connection, replies);
  }
}
