/** The streams of clients and proxies to one node. */
import type { NodeState, Reply, Request } from '#rpc/session/frames';
import type { Stream } from './network.js';
import type { Parcel } from './process.js';

interface Connection {
  readonly stream: number;
  readonly proxy: boolean;
}

export class NodeSessions {
  private readonly connections = new Map<number, Connection>();
  private readonly byStream = new Map<number, number>();
  private next = 1;

  constructor(private readonly send: (stream: number, parcel: Parcel) => void) {}

  /** The process died. */
  clear(): void {
    this.connections.clear();
    this.byStream.clear();
  }

  /** `state`: what a proxy is told at once. */
  opened(stream: Stream<Parcel>, state: NodeState | null): void {
    const connection = this.next++;
    const proxy = stream.greeting.type === 'greeting' && stream.greeting.from === 'proxy';
    this.connections.set(connection, { stream: stream.id, proxy });
    this.byStream.set(stream.id, connection);
    if (proxy && state !== null) this.send(stream.id, { type: 'state', state });
  }

  /** The connection that is gone; null if there was none. */
  ended(stream: Stream<Parcel>): number | null {
    const connection = this.byStream.get(stream.id);
    if (connection === undefined) return null;
    this.byStream.delete(stream.id);
    this.connections.delete(connection);
    return connection;
  }

  /** What was asked on which connection; null: on none that is still there. */
  received(
    stream: Stream<Parcel>,
    parcels: readonly Parcel[],
  ): { readonly connection: number; readonly requests: readonly Request[] } | null {
    const connection = this.byStream.get(stream.id);
    if (connection === undefined) return null;
    const requests = parcels.flatMap((parcel) =>
      parcel.type === 'requests' ? parcel.requests : [],
    );
    return requests.length === 0 ? null : { connection, requests };
  }

  reply(connection: number, replies: readonly Reply[]): void {
    const stream = this.connections.get(connection)?.stream;
    if (stream !== undefined) this.send(stream, { type: 'replies', replies });
  }

  publish(state: NodeState): void {
    for (const { stream, proxy } of this.connections.values()) {
      if (proxy) this.send(stream, { type: 'state', state });
    }
  }
}
