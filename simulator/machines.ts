/** The production machines that run in the simulated world, and their vocabulary: all of them pure. */
export { Replica } from '#node/replica';
export { Router } from '#proxy/router';
export { ClientSession } from '#client/session';
export { Storage } from '#storage';
export type { ReplicaConfig } from '#node/replica';
export type { PayloadCodec, PeerMessage, Ports, Report } from '#node/replica';
export { ROUTER_DEFAULTS } from '#proxy/router';
export type { RouterConfig, RouterReport } from '#proxy/router';
export { SESSION_DEFAULTS } from '#client/session';
