/** What a connection begins with: HTTP/2's preface, or another language, which is answered in itself. */
import { constants } from 'node:http2';
import { lastWords } from './last-words.js';

/** RFC 9113, 3.4. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export type FirstBytes =
  /** Whole; what came with it belongs to the session. */
  | { readonly kind: 'preface' }
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

export function readFirstBytes(bytes: Buffer): FirstBytes {
  const length = Math.min(bytes.length, PREFACE.length);
  if (bytes.compare(PREFACE, 0, length, 0, length) === 0) {
    return { kind: length === PREFACE.length ? 'preface' : 'incomplete' };
  }
  const isTlsSoFar = bytes[0] === TLS_HANDSHAKE && (bytes[1] ?? TLS_MAJOR) === TLS_MAJOR;
  if (isTlsSoFar && bytes.length > 1) {
    return { kind: 'foreign', why: `it spoke TLS; ${PLAIN_GRPC}`, answer: TLS_ALERT };
  }
  const start = bytes.toString('latin1', 0, 17);
  if (HTTP_1_METHOD.test(start)) {
    const why = `it spoke HTTP/1.1; ${PLAIN_GRPC}`;
    return { kind: 'foreign', why, answer: http1Refusal() };
  }
  if (isTlsSoFar || MAYBE_METHOD.test(start)) return { kind: 'incomplete' };
  const why = `it did not begin as HTTP/2 does; ${PLAIN_GRPC}`;
  return { kind: 'foreign', why, answer: lastWords(constants.NGHTTP2_PROTOCOL_ERROR, why) };
}

function http1Refusal(): Buffer {
  const text = `${PLAIN_GRPC}; /livez, /readyz and /metrics are on the HTTP port\n`;
  return Buffer.from(
    'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n' +
      `content-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
    'latin1',
  );
}
