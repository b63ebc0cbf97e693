/** Streams between nodes: each node sends to each other one on a stream that it opened itself. */
export { PEER_FACE_LIMITS, PEER_SERVER_OPTIONS } from '../transport/channel.js';
export { FaceServer } from '../transport/face-server.js';
export { ToldOnce, TurnedAway } from '../transport/turned-away.js';
export { PeerLink, type PeerLinkEvents, type PeerLinkOptions, type PeerLoss } from './link.js';
export { PeerServer, type PeerServerHandler, type PeerServerOptions } from './server.js';
export type { PeerGreeting, PeerMessage } from '#rpc/generated/relevo/v1/peer';
