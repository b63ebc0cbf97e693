/** The production machines that run in the simulated world, and their vocabulary: all of them pure. */
export { Replica } from '#node/replica';
export { Router } from '#proxy/router';
export { ClientSession } from '#client/session';
export { Storage } from '#storage';
export type { ReplicaConfig } from '../node/replica-config.js';
export type { PayloadCodec, PeerMessage, Ports, Report } from '../node/ports.js';
export { ROUTER_DEFAULTS } from '../services/proxy/router/types.js';
export type { RouterConfig, RouterReport } from '../services/proxy/router/types.js';
export { SESSION_DEFAULTS } from '../services/client/session-types.js';
