/** The pipelined stream between clients, proxies and nodes. Its frames: `#rpc/session/frames`. */
export { bodyDeadline } from '../transport/body-deadline.js';
export {
  MESSAGE_BYTES_MAX,
  SERVER_OPTIONS,
  SESSION_LIMITS,
  type StreamEnd,
} from '../transport/channel.js';
export { ConnectionLimit } from '../transport/connection-limit.js';
export { FaceServer, type FaceLimits } from '../transport/face-server.js';
export { ToldOnce, TurnedAway, type TurnedAwayReport } from '../transport/turned-away.js';
export { type DialedSession, dialSession, type DialOptions, type SessionEvents } from './dial.js';
export {
  type EndReason,
  type ServeLimits,
  serveSession,
  type SessionConnection,
  type SessionHandler,
} from './server.js';
export { PeerKind, type Greeting } from '#rpc/generated/relevo/v1/session';
