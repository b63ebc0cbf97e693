/** A gRPC server that strangers may reach: grpc-js behind a door of ours, each session with a guard. */
import { Server, ServerCredentials, type ServerOptions } from '@grpc/grpc-js';
import { nodeOf, type TlsIdentity } from '#tls';
import type { X509Certificate } from 'node:crypto';
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { Door, type DoorEvents, type DoorLimits } from './door.js';
import { SessionGuard, type SessionLimits } from './session-guard.js';
import { TurnedAway, type TurnedAwayReport } from './turned-away.js';

export type FaceLimits = DoorLimits & SessionLimits;

export interface FaceOptions {
  readonly limits: FaceLimits;
  /** Of the listening side; left out: plain connections. */
  readonly identity?: TlsIdentity | null;
  /** Connections that were refused or cut: at most once a second for each reason. */
  readonly turnedAway?: (report: TurnedAwayReport) => void;
}

export class FaceServer extends Server {
  readonly #door: Door;
  /** The nodes whose certificates came with TLS, by `getPeer()` of their calls. */
  readonly #certified = new Map<string, number | null>();

  constructor(options: ServerOptions, face: FaceOptions) {
    const { limits, identity = null, turnedAway = () => undefined } = face;
    super(options);
    const refusals = new TurnedAway(turnedAway);
    const injector = this.createConnectionInjector(ServerCredentials.createInsecure());
    let entering: Socket | null = null;
    http2ServerOf(this).on('session', (session: ServerHttp2Session) => {
      if (entering === null) throw new Error('a session began without a connection');
      const { remoteAddress = 'unknown' } = entering;
      new SessionGuard(session, entering, limits, (why) => {
        refusals.add(remoteAddress, why);
      });
    });
    const events: DoorEvents = {
      entered: (socket, certificate) => {
        if (certificate !== null) this.#remember(socket, certificate);
        // The session begins within this call.
        entering = socket;
        injector.injectConnection(socket);
        entering = null;
      },
      turnedAway: (address, why) => {
        refusals.add(address, why);
      },
    };
    this.#door = new Door(limits, events, identity);
  }

  /**
   * The node whose certificate the caller of a call showed, `peer` being the call's `getPeer()`; null: it is no
   * node's.
   */
  certifiedNode(peer: string): number | null {
    return this.#certified.get(peer) ?? null;
  }

  /** Connections at this moment, those that have yet to say what they are included. */
  get connections(): number {
    return this.#door.size;
  }

  /** Port 0 takes any. Resolves to the port; rejects with the system's error. */
  listen(host: string, port: number): Promise<number> {
    return this.#door.listen(host, port);
  }

  #remember(socket: Socket, certificate: X509Certificate): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#certified.set(peer, nodeOf(certificate.subjectAltName));
    socket.once('close', () => this.#certified.delete(peer));
  }

  override tryShutdown(callback: (error?: Error) => void): void {
    this.#door.close();
    super.tryShutdown(callback);
  }

  override forceShutdown(): void {
    this.#door.close();
    super.forceShutdown();
  }
}

/**
 * The HTTP/2 server that an injector hands its connections to. grpc-js 1.14 has no way to its sessions but
 * this field of its own; a release without it is noticed at the start of any process.
 */
function http2ServerOf(server: Server): Http2Server {
  const { http2Servers } = server as unknown as { http2Servers?: Map<Http2Server, unknown> };
  const [found] = http2Servers?.keys() ?? [];
  if (found === undefined) {
    throw new Error(
      'this release of @grpc/grpc-js keeps its HTTP/2 servers elsewhere; see face-server.ts',
    );
  }
  return found;
}
