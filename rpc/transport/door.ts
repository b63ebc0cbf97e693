/**
 * Where connections come in, before any HTTP/2: how many there may be, and that each begins in time and
 * in the right language. grpc-js, which would listen by itself, limits neither.
 */
import type { X509Certificate } from 'node:crypto';
import { constants } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ConnectionLimit, type ConnectionLimits } from './connection-limit.js';
import { TlsGate, type TlsIdentity } from '#tls';
import { PREFACE, readFirstBytes, readFirstOfTls, type FirstBytes } from './first-bytes.js';
import { lastWords } from './last-words.js';

export interface DoorLimits extends ConnectionLimits {
  /** From the connection, or the end of TLS's handshake, to the last byte of HTTP/2's preface; as long for TLS. */
  readonly prefaceTimeoutMs: number;
}

export interface DoorEvents {
  /** A connection whose preface has come; it is to be read from the start. With TLS: and whose it is. */
  entered(socket: Socket, certificate: X509Certificate | null): void;
  turnedAway(address: string, why: string): void;
}

/** Whoever is turned away has so long to read why, ms. */
const FAREWELL_MS = 500;
/** And so many at a time; others are reset, so that refusals don't hold what they refuse. */
const FAREWELLS_MAX = 64;
/** The kernel's probes of a connection that is silent before it has a session; after that, HTTP/2's. */
const PROBE_AFTER_MS = 10_000;

export class Door {
  readonly #limits: DoorLimits;
  readonly #events: DoorEvents;
  readonly #limit: ConnectionLimit;
  readonly #server: Server;
  readonly #gate: TlsGate | null;
  /** Not entered yet, and those that were turned away. */
  readonly #outside = new Set<Socket>();
  #farewells = 0;

  /** `identity`: TLS alone comes in, from who shows a certificate of its authority. Null: plain connections. */
  constructor(limits: DoorLimits, events: DoorEvents, identity: TlsIdentity | null = null) {
    this.#limits = limits;
    this.#events = events;
    this.#limit = new ConnectionLimit(limits);
    this.#gate = identity === null ? null : new TlsGate(identity, limits.prefaceTimeoutMs);
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS },
      (socket) => {
        this.#accept(socket);
      },
    );
  }

  /** Connections at this moment. */
  get size(): number {
    return this.#limit.size;
  }

  /** Port 0 takes any. Resolves to the port; rejects with the system's error. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        // Such as too many open files: that connection is lost, the others stand.
        this.#server.on('error', () => undefined);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no more connections; those that entered are their owner's. */
  close(): void {
    if (this.#server.listening) this.#server.close();
    this.#gate?.close();
    for (const socket of this.#outside) socket.destroy();
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress ?? 'unknown';
    socket.on('error', () => undefined);
    this.#outside.add(socket);
    const refusal = this.#limit.enter(address);
    socket.once('close', () => {
      this.#outside.delete(socket);
      if (refusal === null) this.#limit.leave(address);
    });
    if (refusal !== null) {
      const answer = lastWords(constants.NGHTTP2_ENHANCE_YOUR_CALM, refusal);
      this.#turnAway(socket, address, refusal, answer);
    } else if (this.#gate === null) this.#awaitPreface(socket, address, null);
    else this.#awaitTls(socket, address, this.#gate);
  }

  #awaitTls(socket: Socket, address: string, gate: TlsGate): void {
    this.#awaitFirst(socket, address, readFirstOfTls, (seen) => {
      socket.pause();
      socket.unshift(seen);
      gate.enter(socket, {
        passed: (secure, certificate) => {
          this.#awaitPreface(secure, address, certificate);
        },
        refused: (secure, why) => {
          const answer = lastWords(constants.NGHTTP2_INADEQUATE_SECURITY, why);
          this.#turnAway(secure, address, why, answer);
        },
        failed: (why) => {
          this.#events.turnedAway(address, why);
          socket.destroy();
        },
      });
    });
  }

  #awaitPreface(socket: Socket, address: string, certificate: X509Certificate | null): void {
    this.#awaitFirst(socket, address, readFirstBytes, (seen) => {
      // From here on the session reads the socket itself, in native code: nothing stands in between.
      socket.pause();
      socket.unshift(seen);
      this.#outside.delete(socket);
      this.#events.entered(socket, certificate);
    });
  }

  /** Until enough has come to tell what is spoken, but not for ever. */
  #awaitFirst(
    socket: Socket,
    address: string,
    readFirst: (bytes: Buffer) => FirstBytes,
    go: (seen: Buffer) => void,
  ): void {
    let seen: Buffer = Buffer.alloc(0);
    const { prefaceTimeoutMs } = this.#limits;
    const over = (): void => {
      clearTimeout(timer);
      socket.off('data', read);
      socket.off('close', over);
    };
    const timer = setTimeout(() => {
      over();
      const why =
        `it sent ${seen.length} of the ${PREFACE.length} bytes with which HTTP/2 begins in ` +
        `${prefaceTimeoutMs} ms`;
      this.#turnAway(socket, address, why, lastWords(constants.NGHTTP2_SETTINGS_TIMEOUT, why));
    }, prefaceTimeoutMs);
    const read = (bytes: Buffer): void => {
      seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes]);
      const first = readFirst(seen);
      if (first.kind === 'incomplete') return;
      over();
      if (first.kind === 'foreign') this.#turnAway(socket, address, first.why, first.answer);
      else go(seen);
    };
    socket.on('data', read);
    socket.once('close', over);
  }

  #turnAway(socket: Socket, address: string, why: string, answer: Buffer): void {
    this.#events.turnedAway(address, why);
    if (this.#farewells >= FAREWELLS_MAX) {
      if (socket instanceof TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
      return;
    }
    this.#farewells += 1;
    // What it still sends is read: a socket that is closed with unread bytes resets, and takes the answer along.
    socket.resume();
    socket.end(answer);
    const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#farewells -= 1;
    });
  }
}
