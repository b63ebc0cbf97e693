/** Keeps a session stream to one node: dials, and dials again, at once and then with growing pauses. */
import type { NodeAddress } from '#config';
import { endpointText } from '#config';
import { dialSession, PeerKind, type DialedSession, type SessionEvents } from '#rpc/session';
import type { NodeState, Reply, Request, Welcome } from '#rpc/session/frames';
import { PROGRAM, spoken } from '#rpc/versions';
import type { TlsIdentity } from '#tls';
import type { ProxyLog } from './log.js';

export interface NodeEvents {
  connected(welcome: Welcome): void;
  lost(): void;
  state(state: NodeState): void;
  replies(replies: Reply[]): void;
}

const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 250;
/** A node that turned us away (another cluster, say) will do so again. */
const PAUSE_MS_REJECTED = 2_000;

export class NodeDialer {
  readonly #node: NodeAddress;
  readonly #address: string;
  readonly #greeting;
  readonly #identity: TlsIdentity | null;
  readonly #events: NodeEvents;
  readonly #log: ProxyLog;
  #stream: DialedSession | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Since it was last connected. */
  #failures = 0;
  /** Why it turned us away: told once. */
  #rejection = '';
  #isUp = false;
  #isClosed = false;

  constructor(
    node: NodeAddress,
    self: {
      readonly name: string;
      readonly clusterId: string;
      /** Null: a plain connection. */
      readonly identity: TlsIdentity | null;
    },
    events: NodeEvents,
    log: ProxyLog,
  ) {
    this.#node = node;
    this.#address = endpointText(node.host, node.port);
    const { name, clusterId, identity } = self;
    const kind = PeerKind.PEER_KIND_PROXY;
    this.#greeting = { ...spoken(PROGRAM), kind, name, clusterId };
    this.#identity = identity;
    this.#events = events;
    this.#log = log;
  }

  dial(): void {
    if (this.#isClosed) return;
    const events: SessionEvents = {
      connected: (welcome) => {
        this.#connected(welcome);
      },
      lost: (end) => {
        this.#lost(end.message, end.rejected);
      },
      state: (state) => {
        this.#events.state(state);
      },
      replies: (replies) => {
        this.#events.replies(replies);
      },
    };
    const identity = this.#identity;
    this.#stream = dialSession(this.#address, this.#greeting, events, { identity });
  }

  send(requests: readonly Request[]): void {
    this.#stream?.send(requests);
  }

  /** Encoded bytes that the node has not taken yet. */
  get pendingBytes(): number {
    return this.#stream?.pendingBytes ?? 0;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = null;
  }

  #connected(welcome: Welcome): void {
    const { id } = this.#node;
    if (welcome.nodeId !== id) {
      const found = welcome.nodeId === 0 ? 'a proxy' : `node ${welcome.nodeId}`;
      this.#stream?.close();
      this.#lost(`${this.#address} is ${found}, not node ${id}; correct NODES`, true);
      return;
    }
    this.#failures = 0;
    this.#rejection = '';
    this.#isUp = true;
    this.#log('info', 'node connected', { peer: welcome.name, id, address: this.#address });
    this.#events.connected(welcome);
  }

  #lost(message: string, rejected: boolean): void {
    this.#stream = null;
    if (this.#isUp) {
      this.#isUp = false;
      this.#log('warn', 'node lost', { id: this.#node.id, address: this.#address, message });
      this.#events.lost();
    } else if (rejected ? message !== this.#rejection : this.#failures === 0) {
      if (rejected) this.#rejection = message;
      const level = rejected ? 'warn' : 'info';
      this.#log(level, 'node not reached', { id: this.#node.id, address: this.#address, message });
    }
    this.#failures += 1;
    const doubled = PAUSE_MS_MIN * 2 ** Math.min(this.#failures - 2, 8);
    const again = this.#failures === 1 ? 0 : Math.min(PAUSE_MS_MAX, doubled);
    this.#timer = setTimeout(
      () => {
        this.dial();
      },
      rejected ? PAUSE_MS_REJECTED : again,
    );
  }
}
