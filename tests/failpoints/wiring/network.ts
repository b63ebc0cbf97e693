/** The network of a node with a failpoint before and after each kind of message. */
import type { ConnectionId, Network, PeerMessage, Unsent } from '#node';
import type { Message, NodeId } from '#raft';
import type { NodeState, Reply } from '#rpc/session/frames';
import type { StepName } from '../catalogue.js';
import { Stream, type Sending } from './sending.js';
import type { Trigger } from './trigger.js';

const MESSAGES: Record<Message['type'], StepName> = {
  'append-request': 'send-append',
  'append-reply': 'send-append-reply',
  'heartbeat-request': 'send-heartbeat',
  'heartbeat-reply': 'send-heartbeat-reply',
  'pre-vote-request': 'send-pre-vote-request',
  'pre-vote-reply': 'send-pre-vote-reply',
  'vote-request': 'send-vote-request',
  'vote-reply': 'send-vote-reply',
  'read-index-request': 'send-read-question',
  'read-index-reply': 'send-read-answer',
  'checkpoint-chunk': 'send-checkpoint-chunk',
  'checkpoint-reply': 'send-checkpoint-reply',
  'timeout-now': 'send-timeout-now',
};

export class FailpointNetwork implements Network {
  readonly #trigger: Trigger;
  readonly #inner: Network;
  readonly #unsent: Unsent;
  readonly #peers = new Map<NodeId, Stream>();
  readonly #clients = new Map<ConnectionId, Stream>();
  readonly #news: Stream;
  #hasSent = false;

  constructor(trigger: Trigger, inner: Network, unsent: Unsent) {
    this.#trigger = trigger;
    this.#inner = inner;
    this.#unsent = unsent;
    this.#news = new Stream(trigger);
  }

  /** What is held or muted counts as sent: it may be lost, as anything sent may. */
  send(to: NodeId, message: PeerMessage): boolean {
    if (this.#trigger.isMuted) return true;
    const step = this.#stepOf(message);
    let isSent = true;
    const send = (): void => {
      isSent = this.#inner.send(to, message);
    };
    this.#pass(this.#peers, to, { step, send, unsent: () => this.#unsent(to) });
    this.#hasSent ||= isSent;
    return isSent;
  }

  reply(connection: ConnectionId, replies: Reply[]): void {
    const step = replies.some(({ linearizable }) => linearizable)
      ? 'send-read-result'
      : 'send-answer';
    const send = (): void => {
      this.#inner.reply(connection, replies);
    };
    const unsent = (): number => this.#inner.unread(connection);
    this.#pass(this.#clients, connection, { step, send, unsent });
  }

  unread(connection: ConnectionId): number {
    return this.#inner.unread(connection);
  }

  publish(state: NodeState): void {
    const send = (): void => {
      this.#inner.publish(state);
    };
    const unsent = (): number =>
      [...this.#clients.keys()].reduce((sum, id) => sum + this.#inner.unread(id), 0);
    this.#news.push({ step: 'publish-state', send, unsent });
  }

  #stepOf(message: PeerMessage): StepName | null {
    // The first of a life is one of a kind, too.
    if (!this.#hasSent && this.#trigger.isAbout('send-first')) return 'send-first';
    switch (message.type) {
      case 'raft':
        return MESSAGES[message.message.type];
      case 'forward-request':
        return 'send-forwarded-request';
      case 'forward-reply':
        return 'send-forwarded-reply';
      case 'leadership-request':
        return null;
    }
  }

  #pass<Key>(streams: Map<Key, Stream>, key: Key, sending: Sending): void {
    let stream = streams.get(key);
    if (stream === undefined) {
      stream = new Stream(this.#trigger);
      streams.set(key, stream);
    }
    stream.push(sending);
  }
}
