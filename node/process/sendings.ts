/** Counts what is sent to whom, by the message's type, while somebody watches. */
import type { Sendings } from '#rpc/generated/relevo/v1/sight';
import type { Network, PeerMessage } from '../ports.js';

export class SendingsCount {
  /** Nobody watches: nothing is counted. */
  isOn = false;
  #counts = new Map<string, Sendings>();

  /** The same network, counted. */
  over(network: Network): Network {
    return {
      send: (to, message) => {
        const isSent = network.send(to, message);
        if (this.isOn && isSent) this.#count(to, message);
        return isSent;
      },
      reply: (connection, replies) => {
        network.reply(connection, replies);
      },
      unread: (connection) => network.unread(connection),
      publish: (state) => {
        network.publish(state);
      },
    };
  }

  /** Since it was asked last. */
  take(): Sendings[] {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    return counts;
  }

  #count(to: number, message: PeerMessage): void {
    const kind = message.type === 'raft' ? message.message.type : message.type;
    const key = `${to} ${kind}`;
    const found = this.#counts.get(key);
    if (found === undefined) this.#counts.set(key, { to, kind, count: 1 });
    else found.count += 1;
  }
}
