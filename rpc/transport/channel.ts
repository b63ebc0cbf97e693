/** How every gRPC channel and server of ours is set; the reasons stand beside the figures. */
import {
  logVerbosity,
  setLogVerbosity,
  status,
  type ChannelOptions,
  type ServerOptions,
} from '@grpc/grpc-js';
import type { DoorLimits } from './door.js';
import type { FaceLimits } from './face-server.js';
import type { SessionLimits } from './session-guard.js';

// What goes wrong reaches us as statuses and is logged in our words; grpc-js would say it again.
setLogVerbosity(logVerbosity.NONE);

const KIB = 1024;
const MIB = 1024 * KIB;

/** A batch is closed once it has so many bytes; one item that is larger goes alone. */
export const BATCH_BYTES_MAX = MIB;
/** The largest single request, encoded: 1.5 MiB of operation and what surrounds it, rounded up. */
export const ITEM_BYTES_MAX = 2 * MIB;
/** What a receiver takes in one message: a full batch, or one item of the largest size. */
export const MESSAGE_BYTES_MAX = 4 * MIB;

/**
 * Between nodes: one entry's line of a value of the largest size, each of whose bytes takes six in JSON
 * (`\\u0001`), and its frame.
 */
export const PEER_MESSAGE_BYTES_MAX = 16 * MIB;

/** How long a dial may take until the other side's greeting is there. */
export const GREETING_TIMEOUT_MS = 5_000;

/**
 * What may be on its way to a receiver, on a stream and on a connection. HTTP/2's own 64 KiB would cut a full batch
 * into 16 parts, each an event, a copy, and a wait for the receiver's word. The answering side's is set by its
 * guard: grpc-js has the option for callers alone.
 */
const WINDOW_BYTES = 2 * MIB;

/** For the calling side. A dial is one attempt and one stream: whoever dials decides on the next one. */
export const CHANNEL_OPTIONS: ChannelOptions = {
  // Each dial has its own connection: no state of an earlier one, no backoff that is not ours.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 500,
  // A process that dies resets its connections; only a host or link that vanishes needs these.
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 3_000,
  // Nothing between us and the address: no proxy from the environment, no DNS TXT records, no retries.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  'grpc-node.flow_control_window': WINDOW_BYTES,
};

/** For a listening side; grpc-js's own defaults have no limits. What it has no option for: FACE_LIMITS. */
export const SERVER_OPTIONS: ServerOptions = {
  // Calls at a time on one connection; more wait in the caller. A session is one call.
  'grpc.max_concurrent_streams': 128,
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // A connection without any call; a session's stream is a call for as long as it lasts.
  'grpc.max_connection_idle_ms': 300_000,
  // In MiB; left out, grpc-js turns it off. A session that makes Node hold more (frames, headers, answers
  // on their way) gets no new streams. Room for a few full batches.
  'grpc-node.max_session_memory': 32,
  // No `grpc.max_connection_age_ms`: a session lasts as long as its client, and whoever is gone is found
  // by keepalive.
  // Not `grpc.enable_channelz: 0`: without it grpc-js 1.14.7 knows no sessions, and forceShutdown()
  // leaves every connection open.
};

export const PEER_CHANNEL_OPTIONS: ChannelOptions = {
  ...CHANNEL_OPTIONS,
  'grpc.max_send_message_length': PEER_MESSAGE_BYTES_MAX,
};

export const PEER_SERVER_OPTIONS: ServerOptions = {
  ...SERVER_OPTIONS,
  // One, for as long as it lives; another while it takes its place.
  'grpc.max_concurrent_streams': 4,
  'grpc.max_receive_message_length': PEER_MESSAGE_BYTES_MAX,
};

/** Of each port that strangers may reach, besides how many connections it takes. */
export const SESSION_LIMITS: SessionLimits & Pick<DoorLimits, 'prefaceTimeoutMs'> = {
  // Both leave a client with its first bytes, so that a slow link adds no more than its own delay.
  prefaceTimeoutMs: 5_000,
  settingsTimeoutMs: 5_000,
  // A connection without a call is of no use, and is made anew in no time.
  firstCallTimeoutMs: 10_000,
  // gRPC's other implementations take 8 or 16 KiB; Node alone would take 16 MiB.
  headerListBytesMax: 16 * KIB,
  windowBytes: WINDOW_BYTES,
  // As long as keepalive gives a host that is gone: who reads nothing is no better.
  stalledReaderMs: 15_000,
};

/** Other nodes alone come here, one connection each; several while one takes another's place. */
export const PEER_FACE_LIMITS: FaceLimits = {
  ...SESSION_LIMITS,
  connectionsMax: 128,
  connectionsPerAddressMax: 32,
};

/** Why a stream is over. */
export interface StreamEnd {
  /** The gRPC status. */
  readonly code: number;
  /** Nobody listens at the address: the connection was refused. */
  readonly refused: boolean;
  /** The other side is there and turned us away (wrong cluster, protocol, ...): trying again is useless. */
  readonly rejected: boolean;
  readonly message: string;
}

// As plain numbers, which is what arrives.
const OK: number = status.OK;
const UNAVAILABLE: number = status.UNAVAILABLE;
const REJECTIONS: ReadonlySet<number> = new Set<number>([
  status.FAILED_PRECONDITION,
  status.INVALID_ARGUMENT,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
]);

/** `failed` is what a call's `error` event carries; null for an end without an error. */
export function streamEnd(
  address: string,
  failed: { readonly code: number; readonly details: string } | null,
): StreamEnd {
  if (failed === null || failed.code === OK) {
    return {
      code: OK,
      refused: false,
      rejected: false,
      message: `${address} ended the stream`,
    };
  }
  // The operating system's error is only there as text.
  const refused = failed.code === UNAVAILABLE && /ECONNREFUSED|ENOENT/.test(failed.details);
  return {
    code: failed.code,
    refused,
    rejected: REJECTIONS.has(failed.code),
    message: refused
      ? `nobody listens at ${address} (connection refused)`
      : `${address}: ${plainer(failed.details)}`,
  };
}

/** What grpc-js and OpenSSL say where one side speaks TLS and the other does not, or is not let in. */
const SECURITY_WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /Protocol not secure enough/,
    'it lets in nobody without TLS and a certificate that it knows, and its log says what it missed; give this ' +
      'side TLS_DIR, with files that `relevo certs` made for its cluster',
  ],
  [
    /alert protocol version|wrong version number/,
    'it does not speak TLS; give it TLS_DIR as well, or none to this side',
  ],
  [
    /self-signed certificate|unable to (get|verify)|signature failure/,
    'its certificate is of another authority than ours; compare client-ca.pem (of nodes: peer-ca.pem) on both sides',
  ],
];

function plainer(details: string): string {
  const known = SECURITY_WORDS.find(([pattern]) => pattern.test(details));
  return known === undefined ? details : `${known[1]} (${details})`;
}
