/**
 * The rules that the router keeps, each a named predicate: production passes `ROUTER_RULES`, a test or a
 * lesson replaces one and shows what breaks.
 */
import { NodeRole, RequestKind, type NodeState } from '#rpc/session/frames';

/** A node as it stands at this moment. */
export interface Standing {
  readonly connected: boolean;
  readonly state: NodeState | null;
  /** Heard within the node silence. */
  readonly fresh: boolean;
  /** Since its last state it refused a request for want of leadership or of a leader. */
  readonly doubted: boolean;
}

export interface RouterRules {
  /**
   * A request whose earlier sending may have been carried out goes out again only if that can't do it
   * twice: reads, session housekeeping, and writes that the replicated state knows by number.
   */
  readonly resendsOnlyWithSession: (kind: number, session: number) => boolean;
  /** Each sending has an id of its own, so that an answer to an older one finds nobody. */
  readonly nextSending: (last: number, isFree: (id: number) => boolean) => number;
  /** An answer counts if it comes from the node that was asked. */
  readonly answersFrom: (asked: number | null, answers: number) => boolean;
  /** Linearizable reads go to followers that are alive, know a leader, and are not far behind. */
  readonly readsOnlyFromFresh: (node: Standing, lag: number, lagMax: number) => boolean;
  /** Nobody is sent writes who leads in a term older than one that is known to have had a leader. */
  readonly writesOnlyToNewestLeader: (node: Standing, newestLedTerm: number) => boolean;
  /**
   * "The session is expired" means "not done" for a write that was sent once. If an earlier sending may
   * have been carried out before the expiry, nobody knows.
   */
  readonly expiryLeavesResentUnknown: (mayHaveHappened: boolean) => boolean;
  /** So does any other "not done": it speaks of the last sending alone. */
  readonly notDoneLeavesResentUnknown: (kind: number, mayHaveHappened: boolean) => boolean;
}

export const ROUTER_RULES: RouterRules = Object.freeze({
  resendsOnlyWithSession: (kind: number, session: number) =>
    kind !== RequestKind.write || session > 0,
  nextSending: (last: number) => last + 1,
  answersFrom: (asked: number | null, answers: number) => asked === answers,
  readsOnlyFromFresh: (node: Standing, lag: number, lagMax: number) =>
    node.connected &&
    node.fresh &&
    !node.doubted &&
    node.state !== null &&
    node.state.healthy &&
    node.state.role === NodeRole.follower &&
    node.state.leader !== 0 &&
    lag <= lagMax,
  writesOnlyToNewestLeader: (node: Standing, newestLedTerm: number) =>
    node.connected &&
    node.fresh &&
    !node.doubted &&
    node.state !== null &&
    node.state.healthy &&
    node.state.role === NodeRole.leader &&
    node.state.term >= newestLedTerm,
  expiryLeavesResentUnknown: (mayHaveHappened: boolean) => mayHaveHappened,
  notDoneLeavesResentUnknown: (kind: number, mayHaveHappened: boolean) =>
    mayHaveHappened && kind === RequestKind.write,
});
