/**
 * The leanest gRPC client for etcd's Put and Range that there can be: HTTP/2 frames written and read by
 * hand on a raw socket, no header compression, many streams at once. It exists so that a comparison
 * measures etcd, and not the client in front of it: it costs a few microseconds a request, where
 * @grpc/grpc-js takes 150. RFC 9113 (HTTP/2), RFC 7541 (HPACK), etcd's rpc.proto.
 */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

const FRAME_HEADER_BYTES = 9;
const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  window: 8,
} as const;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const ACK = 0x1;
const WINDOW_BYTES = 0x3fffffff;

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
  /** A message came; a stream that ends without one carries an error in its trailers. */
  answered: boolean;
}

export class EtcdConnection {
  readonly #socket: Socket;
  readonly #authority: string;
  readonly #waiting = new Map<number, Waiting>();
  #received: Buffer = Buffer.alloc(0);
  #nextStream = 1;
  #outgoing: Buffer[] = [];
  #flushing = false;

  private constructor(socket: Socket, authority: string) {
    this.#socket = socket;
    this.#authority = authority;
  }

  /** `address`: host:port of a member's client URL. */
  static async open(address: string): Promise<EtcdConnection> {
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    const connection = new EtcdConnection(socket, address);
    connection.#begin();
    return connection;
  }

  put(key: Uint8Array, value: Uint8Array): Promise<void> {
    const message = Buffer.concat([bytesField(1, key), bytesField(2, value)]);
    return this.#call('/etcdserverpb.KV/Put', message);
  }

  range(key: Uint8Array, serializable: boolean): Promise<void> {
    const flag = serializable ? Buffer.from([7 << 3, 1]) : Buffer.alloc(0);
    return this.#call('/etcdserverpb.KV/Range', Buffer.concat([bytesField(1, key), flag]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #begin(): void {
    const settings = Buffer.alloc(12);
    settings.writeUInt16BE(1, 0); // HEADER_TABLE_SIZE 0: what the server sends needs no state to skip
    settings.writeUInt16BE(4, 6); // INITIAL_WINDOW_SIZE
    settings.writeUInt32BE(WINDOW_BYTES, 8);
    this.#write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    this.#write(frame(FRAME.settings, 0, 0, settings));
    const window = Buffer.alloc(4);
    window.writeUInt32BE(WINDOW_BYTES);
    this.#write(frame(FRAME.window, 0, 0, window));
    this.#socket.on('data', (data) => {
      this.#receive(data);
    });
    this.#socket.on('close', () => {
      this.#fail(new Error(`etcd at ${this.#authority} closed the connection`));
    });
    this.#socket.on('error', () => this.#socket.destroy());
  }

  #call(path: string, message: Buffer): Promise<void> {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    const prefixed = Buffer.alloc(5 + message.length);
    prefixed.writeUInt32BE(message.length, 1);
    message.copy(prefixed, 5);
    this.#write(frame(FRAME.headers, END_HEADERS, stream, this.#headers(path)));
    this.#write(frame(FRAME.data, END_STREAM, stream, prefixed));
    return new Promise((resolve, reject) => {
      this.#waiting.set(stream, { resolve, reject, answered: false });
    });
  }

  readonly #headerBlocks = new Map<string, Buffer>();

  #headers(path: string): Buffer {
    let block = this.#headerBlocks.get(path);
    if (block === undefined) {
      block = Buffer.concat([
        Buffer.from([0x83, 0x86]), // :method POST, :scheme http
        literal(':path', path),
        literal(':authority', this.#authority),
        literal('te', 'trailers'),
        literal('content-type', 'application/grpc'),
      ]);
      this.#headerBlocks.set(path, block);
    }
    return block;
  }

  #write(data: Buffer): void {
    this.#outgoing.push(data);
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#socket.write(Buffer.concat(this.#outgoing));
      this.#outgoing = [];
    });
  }

  #receive(data: Buffer): void {
    const all = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    let at = 0;
    while (all.length - at >= FRAME_HEADER_BYTES) {
      const end = at + FRAME_HEADER_BYTES + all.readUIntBE(at, 3);
      if (end > all.length) break;
      this.#frame(all, at, end);
      at = end;
    }
    this.#received = all.subarray(at);
  }

  #frame(all: Buffer, at: number, end: number): void {
    const type = all[at + 3];
    const flags = all[at + 4] ?? 0;
    const stream = all.readUInt32BE(at + 5) & 0x7fffffff;
    const payload = all.subarray(at + FRAME_HEADER_BYTES, end);
    if (type === FRAME.settings && (flags & ACK) === 0) {
      this.#write(frame(FRAME.settings, ACK, 0, Buffer.alloc(0)));
    } else if (type === FRAME.ping && (flags & ACK) === 0) {
      this.#write(frame(FRAME.ping, ACK, 0, Buffer.from(payload)));
    } else if (type === FRAME.data) {
      this.#data(stream, payload.length);
    } else if (type === FRAME.reset) {
      this.#settle(stream, new Error('etcd reset the stream'));
    } else if (type === FRAME.goAway) {
      this.#fail(new Error('etcd is going away'));
    }
    const ends = (type === FRAME.headers || type === FRAME.data) && (flags & END_STREAM) !== 0;
    if (ends) this.#settle(stream, null);
  }

  #data(stream: number, length: number): void {
    const waiting = this.#waiting.get(stream);
    if (waiting !== undefined && length > 0) waiting.answered = true;
    const window = Buffer.alloc(4);
    window.writeUInt32BE(Math.max(1, length));
    this.#write(frame(FRAME.window, 0, 0, window));
  }

  #settle(stream: number, error: Error | null): void {
    const waiting = this.#waiting.get(stream);
    if (waiting === undefined) return;
    this.#waiting.delete(stream);
    if (error === null && waiting.answered) waiting.resolve();
    else waiting.reject(error ?? new Error('etcd answered with an error status'));
  }

  #fail(error: Error): void {
    for (const stream of [...this.#waiting.keys()]) this.#settle(stream, error);
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const whole = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  whole.writeUIntBE(payload.length, 0, 3);
  whole[3] = type;
  whole[4] = flags;
  whole.writeUInt32BE(stream, 5);
  payload.copy(whole, FRAME_HEADER_BYTES);
  return whole;
}

/** A header that is not indexed, neither side Huffman-coded; both shorter than 127 bytes. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

/** A protobuf bytes field shorter than 16 KiB. */
function bytesField(number: number, bytes: Uint8Array): Buffer {
  const { length } = bytes;
  const size = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...size]), bytes]);
}
