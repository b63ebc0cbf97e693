/**
 * Where connections come in, before any HTTP/2: how many there may be, and that each begins in time and
 * in the right language. grpc-js, which would listen by itself, limits neither.
 */
import { constants } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ConnectionLimit, type ConnectionLimits } from './connection-limit.js';
import { PREFACE, readFirstBytes } from './first-bytes.js';
import { lastWords } from './last-words.js';

export interface DoorLimits extends ConnectionLimits {
  /** From the connection to the last byte of HTTP/2's preface. */
  readonly prefaceTimeoutMs: number;
}

export interface DoorEvents {
  /** A connection whose preface has come; it is to be read from the start. */
  entered(socket: Socket): void;
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
  /** Not entered yet, and those that were turned away. */
  readonly #outside = new Set<Socket>();
  #farewells = 0;

  constructor(limits: DoorLimits, events: DoorEvents) {
    this.#limits = limits;
    this.#events = events;
    this.#limit = new ConnectionLimit(limits);
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
    if (refusal === null) this.#awaitPreface(socket, address);
    else {
      const answer = lastWords(constants.NGHTTP2_ENHANCE_YOUR_CALM, refusal);
      this.#turnAway(socket, address, refusal, answer);
    }
  }

  #awaitPreface(socket: Socket, address: string): void {
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
      const first = readFirstBytes(seen);
      if (first.kind === 'incomplete') return;
      over();
      if (first.kind === 'foreign') this.#turnAway(socket, address, first.why, first.answer);
      else this.#enter(socket, seen);
    };
    socket.on('data', read);
    socket.once('close', over);
  }

  #enter(socket: Socket, seen: Buffer): void {
    // From here on the session reads the socket itself, in native code: nothing stands in between.
    socket.pause();
    socket.unshift(seen);
    this.#outside.delete(socket);
    this.#events.entered(socket);
  }

  #turnAway(socket: Socket, address: string, why: string, answer: Buffer): void {
    this.#events.turnedAway(address, why);
    if (this.#farewells >= FAREWELLS_MAX) {
      socket.resetAndDestroy();
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
