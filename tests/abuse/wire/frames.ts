/** HTTP/2 frames by hand (RFC 9113): what a library would never send. */

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export const TYPE = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { none: 0, ack: 1, endStream: 1, endHeaders: 4 } as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

const HEAD_BYTES = 9;
const CANCEL = 8;

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const settings = (): Buffer => frame(TYPE.settings, FLAG.none, 0);
export const settingsAck = (): Buffer => frame(TYPE.settings, FLAG.ack, 0);
export const ping = (): Buffer => frame(TYPE.ping, FLAG.none, 0, Buffer.alloc(8));

export function reset(stream: number): Buffer {
  const code = Buffer.alloc(4);
  code.writeUInt32BE(CANCEL);
  return frame(TYPE.rstStream, FLAG.none, stream, code);
}

export function data(stream: number, payload: Buffer, end = false): Buffer {
  return frame(TYPE.data, end ? FLAG.endStream : FLAG.none, stream, payload);
}

/** A call's opening, whole. */
export function headers(stream: number, path: string): Buffer {
  return frame(TYPE.headers, FLAG.endHeaders, stream, headerBlock(path));
}

/** HPACK (RFC 7541): literals without indexing, so that no table has to be kept. */
export function headerBlock(path: string): Buffer {
  const fields: readonly (readonly [string, string])[] = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'abuse'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ];
  return Buffer.concat(fields.map(([name, value]) => field(name, value)));
}

export function field(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** Lengths below 127 take one byte; above, a continued integer of 7 bits (RFC 7541, 5.1). */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([Buffer.from(integerOf(bytes.length)), bytes]);
}

function integerOf(value: number): number[] {
  if (value < 127) return [value];
  const bytes = [127];
  let rest = value - 127;
  while (rest >= 128) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** One gRPC message in its frame of five bytes; `claimed` lies about its length. */
export function message(bytes: Buffer, claimed = bytes.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(claimed, 1);
  return Buffer.concat([head, bytes]);
}

/** Takes whole frames off the front; what is left stays for the next bytes. */
export function readFrames(bytes: Buffer): {
  readonly frames: readonly Frame[];
  readonly rest: Buffer;
} {
  const frames: Frame[] = [];
  let at = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    const end = at + HEAD_BYTES + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      stream: bytes.readUInt32BE(at + 5) & 0x7fff_ffff,
      payload: bytes.subarray(at + HEAD_BYTES, end),
    });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}
