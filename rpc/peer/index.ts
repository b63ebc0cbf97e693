/** Streams between nodes: each node sends to each other one on a stream that it opened itself. */
export { PEER_SERVER_OPTIONS } from '../transport/channel.js';
export { listen } from '../transport/listen.js';
export { PEER_PROTOCOL } from './greeting.js';
export { PeerLink, type PeerLinkEvents, type PeerLinkOptions, type PeerLoss } from './link.js';
export { PeerServer, type PeerServerHandler, type PeerServerOptions } from './server.js';
export type { PeerGreeting, PeerMessage } from '#rpc/generated/relevo/v1/peer';
