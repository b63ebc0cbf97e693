/** A table of production's rules with some of them wrong. */
import { SESSION_RULES, type SessionRules } from '#client/session';
import { productionRules, type StateRules } from '#kv';
import { NODE_RULES, type NodeRules } from '#node/replica';
import { ROUTER_RULES, type RouterRules } from '#proxy/router';
import { RULES, type Rules } from '#raft';
import type { WorldRules } from '#simulator';
import { RULES as STORAGE_RULES, type StorageRules } from '#storage';

export interface Wrong {
  readonly core?: Partial<Rules>;
  readonly state?: Partial<StateRules>;
  readonly node?: Partial<NodeRules>;
  readonly storage?: Partial<StorageRules>;
  readonly router?: Partial<RouterRules>;
  readonly session?: Partial<SessionRules>;
}

export function worldRules({ core, state, node, storage, router, session }: Wrong): WorldRules {
  return {
    ...(core && { raft: { ...RULES, ...core } }),
    ...(state && { state: { ...productionRules, ...state } }),
    ...(node && { node: { ...NODE_RULES, ...node } }),
    ...(storage && { storage: { ...STORAGE_RULES, ...storage } }),
    ...(router && { router: { ...ROUTER_RULES, ...router } }),
    ...(session && { session: { ...SESSION_RULES, ...session } }),
  };
}
