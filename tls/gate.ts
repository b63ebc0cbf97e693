/** The listening side of TLS: a socket comes in, and goes on decrypted, with its certificate judged. */
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { TlsIdentity } from './identity.js';

export interface GateEvents {
  /** Who it is was proved. */
  passed(socket: TLSSocket, certificate: X509Certificate): void;
  /** The connection stands, encrypted; whoever it is may be told why not. */
  refused(socket: TLSSocket, why: string): void;
  /** There was no handshake; the connection is over. */
  failed(why: string): void;
}

export class TlsGate {
  readonly #server: Server;
  readonly #unfollow: () => void;
  readonly #coming = new Map<string, GateEvents>();

  /** `handshakeTimeoutMs`: from the connection to the end of the handshake. */
  constructor(identity: TlsIdentity, handshakeTimeoutMs: number) {
    this.#server = createServer({
      ...identity.serverOptions,
      // Judged here, so that whoever is refused can be told why.
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      handshakeTimeout: handshakeTimeoutMs,
    });
    this.#unfollow = identity.follow(() => {
      this.#server.setSecureContext(identity.serverOptions);
    });
    this.#server.on('secureConnection', (socket) => {
      const events = this.#take(socket);
      if (events === undefined) socket.destroy();
      else judge(socket, events);
    });
    this.#server.on('tlsClientError', (error, socket) => {
      this.#take(socket)?.failed(`its TLS handshake failed (${error.message})`);
    });
  }

  /** Reads the socket from here on. */
  enter(socket: Socket, events: GateEvents): void {
    const key = keyOf(socket);
    this.#coming.set(key, events);
    socket.once('close', () => {
      if (this.#coming.get(key) !== events) return;
      this.#coming.delete(key);
      events.failed('it went away during the TLS handshake');
    });
    this.#server.emit('connection', socket);
  }

  close(): void {
    this.#unfollow();
    this.#coming.clear();
  }

  #take(socket: Socket): GateEvents | undefined {
    const key = keyOf(socket);
    const events = this.#coming.get(key);
    this.#coming.delete(key);
    return events;
  }
}

/** Both ends of a connection: no other has the same while it stands. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress}:${remotePort} ${localAddress}:${localPort}`;
}

function judge(socket: TLSSocket, events: GateEvents): void {
  socket.on('error', () => undefined);
  const certificate = socket.getPeerX509Certificate();
  const why = refusalOf(socket, certificate);
  if (why !== null || certificate === undefined) events.refused(socket, why ?? NO_CERTIFICATE);
  else events.passed(socket, certificate);
}

const NO_CERTIFICATE = 'it shows no certificate; give it TLS_DIR, with files of `relevo certs`';

function refusalOf(socket: TLSSocket, certificate: X509Certificate | undefined): string | null {
  if (certificate === undefined) return NO_CERTIFICATE;
  if (!socket.authorized) return because(String(socket.authorizationError), certificate);
  if (socket.alpnProtocol === 'h2') return null;
  return 'it does not offer HTTP/2 (h2, by ALPN), which gRPC is; use a gRPC client';
}

/** OpenSSL's reason, in words. */
function because(code: string, { validFrom, validTo }: X509Certificate): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `its certificate expired on ${validTo}; \`relevo certs DIR\` renews it`;
    case 'CERT_NOT_YET_VALID':
      return `its certificate is not valid before ${validFrom}; set its clock, or wait`;
    case 'INVALID_PURPOSE':
      return 'its certificate is not for who dials; give it one that `relevo certs` made for it';
    default:
      return `its certificate is of another authority than this port asks for (${code}); give it one of this cluster's`;
  }
}
