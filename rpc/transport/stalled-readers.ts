/**
 * Streams whose reader takes nothing of what waits for it. Node's own time-out of a stream does not find
 * them: the PINGs of keepalive count as progress of every stream of the session.
 */
import { constants, type ServerHttp2Stream } from 'node:http2';
import { performance } from 'node:perf_hooks';

interface Waiting {
  /** Bytes that wait to be taken; whole writes, 1 MiB at most but for single large items. */
  bytes: number;
  /** Since when these bytes, neither more nor less, wait. */
  sinceMs: number;
}

/** How often is looked, in one patience. */
const LOOKS = 3;

export class StalledReaders {
  readonly #patienceMs: number;
  readonly #streams = new Map<ServerHttp2Stream, Waiting>();
  readonly #timer: NodeJS.Timeout;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
    this.#timer = setInterval(() => {
      this.#look(performance.now());
    }, patienceMs / LOOKS);
    this.#timer.unref();
  }

  /** Until it is closed. */
  watch(stream: ServerHttp2Stream): void {
    this.#streams.set(stream, { bytes: 0, sinceMs: 0 });
    stream.once('close', () => {
      this.#streams.delete(stream);
    });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#streams.clear();
  }

  #look(now: number): void {
    for (const [stream, waiting] of this.#streams) {
      const bytes = stream.writableLength;
      if (bytes === 0 || bytes !== waiting.bytes) {
        waiting.bytes = bytes;
        waiting.sinceMs = now;
      } else if (now - waiting.sinceMs >= this.#patienceMs) {
        stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      }
    }
  }
}
