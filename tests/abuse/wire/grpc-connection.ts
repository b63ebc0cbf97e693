/** gRPC calls over Node's own HTTP/2: for offences that are well-formed frames with a bad content. */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import { PeerKind } from '#rpc/session';
import { PROGRAM, spoken } from '#rpc/versions';
import { encodeGreeting } from '../../../rpc/session/codec.js';
import { message } from './frames.js';
import { ATTACKER, type Target } from './raw-connection.js';

/** The attacker's own library is to hold nothing back. */
const OWN_MEMORY_MIB = 1_000;

/** A gRPC status; -1 where the stream ended without one. */
export interface CallEnd {
  readonly code: number;
  readonly details: string;
}

export interface GrpcCall {
  readonly stream: ClientHttp2Stream;
  readonly ended: Promise<CallEnd>;
}

export const GREETING = message(
  encodeGreeting({
    ...spoken(PROGRAM),
    kind: PeerKind.PEER_KIND_CLIENT,
    clusterId: '',
    name: 'attacker',
  }),
);

/** Headers come once, or as a list. */
function textOf(header: unknown): string {
  return typeof header === 'string' ? header : '';
}

export class GrpcConnection {
  readonly session: ClientHttp2Session;
  readonly closed: Promise<void>;

  constructor({ host, port }: Target) {
    this.session = connect(`http://${host}:${port}`, {
      localAddress: ATTACKER,
      maxSessionMemory: OWN_MEMORY_MIB,
    } as object);
    this.session.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.session.once('close', resolve);
    });
  }

  /** With `reads` false nothing of the answer is ever taken. */
  call(path: string, { reads = true } = {}): GrpcCall {
    const stream = this.session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    let end: CallEnd = { code: -1, details: '' };
    const take = (headers: Readonly<Record<string, unknown>>): void => {
      const code = headers['grpc-status'];
      if (code === undefined) return;
      end = { code: Number(code), details: decodeURI(textOf(headers['grpc-message'])) };
    };
    stream.on('response', take);
    stream.on('trailers', take);
    stream.on('error', () => undefined);
    if (reads) stream.resume();
    const ended = new Promise<CallEnd>((resolve) => {
      stream.once('close', () => {
        const details = end.code === -1 ? `RST_STREAM ${stream.rstCode}` : end.details;
        resolve({ ...end, details });
      });
    });
    return { stream, ended };
  }

  destroy(): void {
    this.session.destroy();
  }
}

const STILL_OPEN: CallEnd = { code: -2, details: 'still open' };

/** What the calls ended with; `still open` for those that had not within `limitMs`. */
export function endsOf(calls: readonly GrpcCall[], limitMs: number): Promise<readonly CallEnd[]> {
  const timeUp = pause(limitMs, STILL_OPEN, { ref: false });
  return Promise.all(calls.map(({ ended }) => Promise.race([ended, timeUp])));
}
