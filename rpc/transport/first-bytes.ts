/** What a connection begins with: HTTP/2's preface or TLS, or another language, which is answered in itself. */
import { constants } from 'node:http2';
import { lastWords } from './last-words.js';

/** RFC 9113, 3.4. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export type FirstBytes =
  /** As it should: HTTP/2's preface is whole, or TLS has begun. What came with it belongs to the session. */
  | { readonly kind: 'right' }
  /** Right as far as it goes. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'foreign'; readonly why: string; readonly answer: Buffer };

const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR = 0x03;
/** A fatal alert, protocol_version (RFC 8446, 6.2): what a TLS client shows as its error. */
const TLS_ALERT = Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 70]);
const HTTP_1_METHOD = /^[A-Z]{3,16} /;
const MAYBE_METHOD = /^[A-Z]{1,16}$/;
const PLAIN_GRPC = 'this port speaks gRPC, which is HTTP/2, without TLS';
const SECURE_GRPC = 'this port speaks gRPC over TLS; give the caller TLS_DIR, or a certificate';

/** Where TLS is spoken. */
export function readFirstOfTls(bytes: Buffer): FirstBytes {
  if (bytes[0] === TLS_HANDSHAKE) return { kind: 'right' };
  if (!beginsAsPreface(bytes)) return foreign(bytes, SECURE_GRPC);
  if (bytes.length < PREFACE.length) return { kind: 'incomplete' };
  const why = `it spoke gRPC without TLS; ${SECURE_GRPC}`;
  const answer = lastWords(constants.NGHTTP2_INADEQUATE_SECURITY, why);
  return { kind: 'foreign', why, answer };
}

/** Where HTTP/2 is spoken, in plain or inside TLS. */
export function readFirstBytes(bytes: Buffer): FirstBytes {
  if (beginsAsPreface(bytes)) {
    return { kind: bytes.length < PREFACE.length ? 'incomplete' : 'right' };
  }
  return foreign(bytes, PLAIN_GRPC);
}

function beginsAsPreface(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, PREFACE.length);
  return bytes.compare(PREFACE, 0, length, 0, length) === 0;
}

/** `here`: what is spoken instead. */
function foreign(bytes: Buffer, here: string): FirstBytes {
  const isTlsSoFar = bytes[0] === TLS_HANDSHAKE && (bytes[1] ?? TLS_MAJOR) === TLS_MAJOR;
  if (isTlsSoFar && bytes.length > 1) {
    return { kind: 'foreign', why: `it spoke TLS; ${here}`, answer: TLS_ALERT };
  }
  const start = bytes.toString('latin1', 0, 17);
  if (HTTP_1_METHOD.test(start)) {
    const why = `it spoke HTTP/1.1; ${here}`;
    return { kind: 'foreign', why, answer: http1Refusal(here) };
  }
  if (isTlsSoFar || MAYBE_METHOD.test(start)) return { kind: 'incomplete' };
  const why = `it did not begin as HTTP/2 does; ${here}`;
  return { kind: 'foreign', why, answer: lastWords(constants.NGHTTP2_PROTOCOL_ERROR, why) };
}

function http1Refusal(here: string): Buffer {
  const text = `${here}; /livez, /readyz and /metrics are on the HTTP port\n`;
  return Buffer.from(
    'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n' +
      `content-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
    'latin1',
  );
}
