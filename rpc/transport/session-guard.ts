/**
 * What an HTTP/2 session may do to us. Node itself ends a session of too many CONTINUATION frames (8),
 * malformed or empty frames (1,000), and answers to PINGs that nobody reads (1,000); what is here, it lets
 * pass, or ends without a word and keeps the connection (resets: nghttp2's own limit is 1,000 at once).
 */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Budget } from './budget.js';
import { StalledReaders } from './stalled-readers.js';

export interface SessionLimits {
  /** From the preface until the other side's SETTINGS. */
  readonly settingsTimeoutMs: number;
  /** From the connection until its first call. */
  readonly firstCallTimeoutMs: number;
  /** Bytes of a request's headers, as RFC 9113, 6.5.2 counts them. */
  readonly headerListBytesMax: number;
  /** What may be on its way to us, on a stream and on the connection. */
  readonly windowBytes: number;
  /** A stream whose reader has taken nothing of what waits for it for so long is ended. */
  readonly stalledReaderMs: number;
}

/** A caller that has its answer has so long to end its own half of the stream, ms. */
const HALF_CLOSED_MS = 1_000;
/** PING and SETTINGS: gRPC's clients send a PING each time they measure a busy link, and every 10 s. */
const CONTROL_BURST = 500;
const CONTROL_PER_SECOND = 50;
/** Calls that a caller takes back (CVE-2023-44487): those whose time was up, a few at a time, are honest, or all
 * that a connection may have at once, twice. */
const RESET_BURST = 256;
const RESETS_PER_SECOND = 30;
/** A PING for each so many bytes of ours is a measurement of the link, not a flood. */
const BYTES_PER_CONTROL = 1_024;

export class SessionGuard {
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  readonly #limits: SessionLimits;
  readonly #cut: (why: string) => void;
  readonly #readers: StalledReaders;
  readonly #control = new Budget(CONTROL_BURST, CONTROL_PER_SECOND, performance.now());
  readonly #resets = new Budget(RESET_BURST, RESETS_PER_SECOND, performance.now());
  /** Bytes that had been sent when the budget was last full. */
  #sentAtRefill = 0;
  #ending = false;

  /** `cut` hears why a session was ended. */
  constructor(
    session: ServerHttp2Session,
    socket: Socket,
    limits: SessionLimits,
    cut: (why: string) => void,
  ) {
    this.#session = session;
    this.#socket = socket;
    this.#limits = limits;
    this.#cut = cut;
    // grpc-js has no options for these.
    const { headerListBytesMax: maxHeaderListSize, windowBytes } = limits;
    session.settings({ maxHeaderListSize, initialWindowSize: windowBytes });
    session.setLocalWindowSize(windowBytes);
    this.#readers = new StalledReaders(limits.stalledReaderMs);
    this.#watchBeginning();
    session.on('ping', this.#spend);
    session.on('remoteSettings', this.#spend);
  }

  #watchBeginning(): void {
    const session = this.#session;
    const { settingsTimeoutMs, firstCallTimeoutMs } = this.#limits;
    const settings = setTimeout(() => {
      const why = `no SETTINGS came within ${settingsTimeoutMs} ms of the preface`;
      this.#end(constants.NGHTTP2_SETTINGS_TIMEOUT, why);
    }, settingsTimeoutMs);
    const call = setTimeout(() => {
      const why = `no call came within ${firstCallTimeoutMs} ms; connect again when there is one`;
      this.#end(constants.NGHTTP2_NO_ERROR, why);
    }, firstCallTimeoutMs);
    session.once('remoteSettings', () => {
      clearTimeout(settings);
    });
    session.on('stream', (stream) => {
      clearTimeout(call);
      this.#watchStream(stream);
    });
    session.once('close', () => {
      clearTimeout(settings);
      clearTimeout(call);
      this.#readers.close();
    });
  }

  #watchStream(stream: ServerHttp2Stream): void {
    this.#readers.watch(stream);
    // One that was opened and reset in the same breath is closed before it is heard of.
    if (stream.closed) this.#closed(stream);
    else
      stream.once('close', () => {
        this.#closed(stream);
      });
    // The status has left; grpc-js would read on for as long as the caller sends.
    stream.once('finish', () => {
      if (stream.readableEnded || stream.destroyed) return;
      const timer = setTimeout(() => {
        if (!stream.destroyed) stream.close(constants.NGHTTP2_NO_ERROR);
      }, HALF_CLOSED_MS);
      stream.once('close', () => {
        clearTimeout(timer);
      });
    });
  }

  /** A stream is over; who counts is the caller that took it back. */
  #closed(stream: ServerHttp2Stream): void {
    const { NGHTTP2_NO_ERROR, NGHTTP2_ENHANCE_YOUR_CALM } = constants;
    const wasReset =
      stream.rstCode !== NGHTTP2_NO_ERROR && stream.rstCode !== NGHTTP2_ENHANCE_YOUR_CALM;
    if (!wasReset || this.#ending || this.#resets.spend(performance.now())) return;
    const why = 'too many calls were reset before they were answered; give them longer deadlines';
    this.#end(NGHTTP2_ENHANCE_YOUR_CALM, why);
  }

  readonly #spend = (): void => {
    if (this.#ending || this.#control.spend(performance.now())) return;
    const sent = this.#socket.bytesWritten;
    if (sent - this.#sentAtRefill > CONTROL_BURST * BYTES_PER_CONTROL) {
      this.#sentAtRefill = sent;
      this.#control.refill();
      return;
    }
    // gRPC's own words for it, which its clients know: they send fewer from then on.
    this.#end(constants.NGHTTP2_ENHANCE_YOUR_CALM, 'too_many_pings');
  };

  #end(code: number, why: string): void {
    const session = this.#session;
    if (this.#ending || session.destroyed) return;
    this.#ending = true;
    this.#cut(why);
    session.goaway(code, 0, Buffer.from(why, 'utf8'));
    // The reason leaves with this turn; what a flood has sent by then is not worked off.
    setImmediate(() => {
      session.destroy();
      this.#socket.destroy();
    });
  }
}
