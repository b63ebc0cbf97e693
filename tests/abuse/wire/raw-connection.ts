/** A TCP connection that sends what it likes, and remembers what it was told and how it ended. */
import { connect, type Socket } from 'node:net';
import { FLAG, PREFACE, readFrames, settings, settingsAck, TYPE, type Frame } from './frames.js';

/** Attackers come from an address of their own, as they would: what is counted by address is told apart. */
export const ATTACKER = '127.0.0.66';
/** An answer that is no HTTP/2 is kept up to here. */
const TEXT_MAX = 400;

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** GOAWAY's code and debug data. */
export interface Farewell {
  readonly code: number;
  readonly text: string;
}

export class RawConnection {
  readonly #socket: Socket;
  readonly closed: Promise<void>;
  readonly frames: Frame[] = [];
  farewell: Farewell | null = null;
  /** The first bytes, for answers in another language. */
  text = '';
  bytesRead = 0;
  isClosed = false;
  isOpen = false;
  /** The kernel's words, if it did not end in peace. */
  error: string | null = null;
  #rest = Buffer.alloc(0);
  #acknowledges: boolean;

  /** With `acknowledges`, SETTINGS and PINGs are answered, as they have to be. */
  constructor(target: Target, { acknowledges = true, from = ATTACKER } = {}) {
    this.#acknowledges = acknowledges;
    this.#socket = connect({ ...target, localAddress: from, noDelay: true });
    this.#socket.on('connect', () => {
      this.isOpen = true;
    });
    this.#socket.on('data', (bytes: Buffer) => {
      this.#read(bytes);
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message;
    });
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
  }

  /** False: the other side takes less than it is sent. */
  send(...parts: readonly Buffer[]): boolean {
    return (
      !this.isClosed &&
      this.#socket.write(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts))
    );
  }

  /** As every HTTP/2 client begins. */
  greet(): this {
    this.send(PREFACE, settings());
    return this;
  }

  drained(): Promise<void> {
    if (this.isClosed || !this.#socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.once('drain', done);
      this.#socket.once('close', done);
    });
  }

  /** Takes nothing more off the wire. */
  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  /** A TCP reset, in the middle of whatever it was. */
  reset(): void {
    if (!this.isClosed) this.#socket.resetAndDestroy();
  }

  #read(bytes: Buffer): void {
    this.bytesRead += bytes.length;
    if (this.text.length < TEXT_MAX) this.text += bytes.toString('latin1', 0, TEXT_MAX);
    const { frames, rest } = readFrames(Buffer.concat([this.#rest, bytes]));
    this.#rest = Buffer.from(rest);
    for (const each of frames) this.#take(each);
  }

  #take(each: Frame): void {
    const isAck = (each.flags & FLAG.ack) !== 0;
    if (each.type === TYPE.goAway) {
      const code = each.payload.readUInt32BE(4);
      const text = each.payload.toString('utf8', 8);
      // The first says why; what a session says on its way out has no words.
      if (this.farewell === null || (this.farewell.text === '' && text !== '')) {
        this.farewell = { code, text };
      }
    }
    if (each.type === TYPE.rstStream) this.frames.push(each);
    if (!this.#acknowledges || isAck) return;
    if (each.type === TYPE.settings) this.send(settingsAck());
  }
}
