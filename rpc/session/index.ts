/** The pipelined stream between clients, proxies and nodes. Its frames: `#rpc/session/frames`. */
export { MESSAGE_BYTES_MAX, SERVER_OPTIONS, type StreamEnd } from '../transport/channel.js';
export { listen } from '../transport/listen.js';
export { type DialedSession, dialSession, type DialOptions, type SessionEvents } from './dial.js';
export {
  type EndReason,
  type ServeLimits,
  serveSession,
  SESSION_PROTOCOL,
  type SessionConnection,
  type SessionHandler,
} from './server.js';
export { PeerKind, type Greeting } from '#rpc/generated/relevo/v1/session';
