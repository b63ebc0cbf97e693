/** The production machines that run in the simulated world, and their vocabulary: all of them pure. */
import { ClientSession } from '#client/session';
import type { ReplicaRules } from '#node/replica';
import { Router } from '#proxy/router';

export { formatOfDirectory, named, Replica, wordsOf } from '#node/replica';
export { Storage } from '#storage';
export { ClientSession, Router };
export type {
  PayloadCodec,
  PeerMessage,
  Ports,
  ReplicaConfig,
  ReplicaRules,
  Report,
} from '#node/replica';
export { ROUTER_DEFAULTS } from '#proxy/router';
export type { RouterConfig, RouterReport } from '#proxy/router';
export { SESSION_DEFAULTS } from '#client/session';

/** Production's rules, but for those that a test breaks. */
export interface WorldRules extends ReplicaRules {
  /** The core's by node, in the place of `raft`: what one does not keep to itself it may keep to others. */
  readonly raftOf?: (node: number) => NonNullable<ReplicaRules['raft']>;
  readonly router?: ConstructorParameters<typeof Router>[2];
  readonly session?: ConstructorParameters<typeof ClientSession>[2];
}
