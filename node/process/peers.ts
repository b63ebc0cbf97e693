/** The streams between this node and the others: one link out to each, one stream in from each. */
import { nodeId, type NodeId } from '#raft';
import type { FaceServer } from '#rpc/peer';
import {
  PeerLink,
  type PeerLinkEvents,
  PeerServer,
  type PeerServerHandler,
  ToldOnce,
  TurnedAway,
  type PeerGreeting,
  type PeerMessage as WireMessage,
} from '#rpc/peer';
import { commonProtocol, releaseOf, type Program } from '#rpc/versions';
import type { TlsIdentity } from '#tls';
import type { PeerMessage, ReplicaEvent } from '../ports.js';
import type { NodeLog } from './report-log.js';
import { fromWire, toWire, type LineSource } from '../wire/peer-codec.js';

export interface PeersConfig {
  readonly nodeId: number;
  readonly name: string;
  readonly clusterId: string;
  readonly storeId: string;
  readonly incarnation: string;
  /** `id=host:port` in order of id, as this node was configured. */
  readonly nodeList: string;
  /** The peers' addresses for peers, by id; without this node's own. */
  readonly addresses: ReadonlyMap<number, string>;
  readonly program: Program;
}

export interface PeersEvents {
  /** What this node shows its peers; null: plain connections. */
  readonly identity: TlsIdentity | null;
  readonly event: (event: ReplicaEvent) => void;
  /** Why a peer with this directory is not let in; null if it is. */
  refusalOf(peer: NodeId, storeId: string): string | null;
  /** Whether the log holds anything: then a node that comes blank has been here, or came late. */
  hasHistory(): boolean;
  /** The format level that the replicated state has come to. */
  formatLevel(): number;
  readonly log: NodeLog;
}

export class Peers {
  readonly #config: PeersConfig;
  readonly #events: PeersEvents;
  readonly #lines: LineSource;
  readonly #links = new Map<number, PeerLink>();
  /** The directory that each peer came with last. */
  readonly #stores = new Map<NodeId, string>();

  constructor(server: FaceServer, config: PeersConfig, lines: LineSource, events: PeersEvents) {
    this.#config = config;
    this.#events = events;
    this.#lines = lines;
    const refusals = new ToldOnce(
      new TurnedAway(({ address, why, count }) => {
        events.log('warn', 'peer refused', { address, message: why, count });
      }),
    );
    const handler: PeerServerHandler = {
      greeting: () => this.#greeting(0),
      refusal: (greeting) => events.refusalOf(nodeId(greeting.nodeId), greeting.storeId),
      opened: (greeting) => {
        refusals.forget();
        this.#greeted(greeting);
      },
      messages: (from, messages) => {
        this.#receive(nodeId(from), messages);
      },
      closed: (from) => {
        events.log('info', 'peer stream closed', { peer: from });
        events.event({ type: 'peer-broken', peer: nodeId(from) });
      },
      refused: (address, message) => {
        refusals.add(address, message);
      },
    };
    const { identity } = events;
    const certified = { certifiedNode: (peer: string) => server.certifiedNode(peer) };
    new PeerServer(server, handler, identity === null ? {} : certified);
  }

  /** Starts to dial the others. */
  connect(): void {
    for (const [peer, address] of this.#config.addresses) {
      this.#links.set(peer, this.#link(peer, address));
    }
  }

  /** False: surely not sent. */
  send(to: NodeId, message: PeerMessage): boolean {
    const link = this.#links.get(to);
    // Raft sends again what matters; encoding for nobody would be wasted.
    if (!link?.connected || this.#isStranger(to)) return false;
    return link.send(toWire(message, this.#lines));
  }

  connectedTo(peer: number): boolean {
    return this.#links.get(peer)?.connected ?? false;
  }

  /** Bytes sent to it that this process still holds. */
  pendingBytes(peer: number): number {
    return this.#links.get(peer)?.pendingBytes ?? 0;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  #link(peer: number, address: string): PeerLink {
    const { event, log, identity } = this.#events;
    const events: PeerLinkEvents = {
      connected: (greeting) => {
        const protocol = commonProtocol(greeting, this.#config.program);
        const of = releaseOf(greeting);
        log('info', 'connected to peer', { peer, name: greeting.name, address, of, protocol });
        this.#greeted(greeting);
      },
      lost: ({ redialRefused, newIncarnation, message }) => {
        log('info', 'lost peer', { peer, address, redialRefused, newIncarnation, message });
        event({ type: 'peer-broken', peer: nodeId(peer) });
        if (redialRefused || newIncarnation) event({ type: 'peer-lost', peer: nodeId(peer) });
      },
      refused: (message) => {
        log('warn', 'refused by peer', { peer, address, message });
      },
    };
    return new PeerLink(address, () => this.#greeting(peer), events, { identity });
  }

  #greeting(toNodeId: number): PeerGreeting {
    const { nodeId: id, name, clusterId, storeId, incarnation, nodeList } = this.#config;
    const { release, protocolMin, protocolMax, formatMax } = this.#config.program;
    return {
      ...{ release, protocolMin, protocolMax, formatMax },
      formatLevel: this.#events.formatLevel(),
      clusterId,
      nodeId: id,
      name,
      storeId,
      incarnation,
      hasHistory: this.#events.hasHistory(),
      toNodeId,
      nodeList,
    };
  }

  #greeted(greeting: PeerGreeting): void {
    const { storeId, name, hasHistory, formatMax } = greeting;
    const peer = nodeId(greeting.nodeId);
    this.#stores.set(peer, storeId);
    const refusal = this.#events.refusalOf(peer, storeId);
    if (refusal !== null) {
      this.#events.log('warn', 'stranger', { peer, message: refusal });
      return;
    }
    this.#events.event({ type: 'peer-greeted', peer, storeId, name, hasHistory, formatMax });
  }

  /** A known id with another directory: nothing it says counts, and it is told nothing. */
  #isStranger(peer: NodeId): boolean {
    const storeId = this.#stores.get(peer);
    return storeId !== undefined && this.#events.refusalOf(peer, storeId) !== null;
  }

  /** A batch with a malformed message is dropped whole: Raft sends again what matters. */
  #receive(from: NodeId, batch: readonly WireMessage[]): void {
    if (this.#isStranger(from)) return;
    let messages: PeerMessage[];
    try {
      messages = batch.map(fromWire);
    } catch (error) {
      this.#events.log('warn', 'malformed peer message', { peer: from, message: String(error) });
      return;
    }
    this.#events.event({ type: 'peer', from, messages });
  }
}
