/** Who may be sent what at this moment, from what the nodes said of themselves. */
import { NodeRole } from '#rpc/session/frames';
import type { NodeLink } from './node-link.js';
import type { RouterRules } from './rules.js';
import type { RouterConfig } from './types.js';

export interface Routes {
  readonly leader: NodeLink | null;
  /** For linearizable reads, ascending; without followers the leader, if it may serve them. */
  readonly readers: readonly NodeLink[];
  /** For stale reads, ascending. */
  readonly staleReaders: readonly NodeLink[];
  /** When the next node falls silent if nothing more is heard. */
  readonly until: number;
}

export const NO_ROUTES: Routes = Object.freeze({
  leader: null,
  readers: [],
  staleReaders: [],
  until: -Infinity,
});

export function findRoutes(
  nodes: readonly NodeLink[],
  now: number,
  config: RouterConfig,
  rules: RouterRules,
): Routes {
  const until = markFresh(nodes, now, config.nodeSilenceMs);
  const leader = findLeader(nodes, rules);
  const commit = leader?.state?.commitIndex ?? newestCommit(nodes);
  const followers = nodes.filter((node) =>
    rules.readsOnlyFromFresh(node, commit - (node.state?.appliedIndex ?? 0), config.maxLagEntries),
  );
  const fallback = config.readFromLeader && leader !== null ? [leader] : [];
  const readers = followers.length > 0 ? followers : fallback;
  return { leader, readers, staleReaders: findStaleReaders(nodes), until };
}

/** Fresh is what was heard less than the node silence ago. */
function markFresh(nodes: readonly NodeLink[], now: number, silenceMs: number): number {
  let until = Infinity;
  for (const node of nodes) {
    const silentAt = node.connected && node.heard !== null ? node.heard + silenceMs : -Infinity;
    node.fresh = now < silentAt;
    if (node.fresh && silentAt < until) until = silentAt;
  }
  return until;
}

function findLeader(nodes: readonly NodeLink[], rules: RouterRules): NodeLink | null {
  let newestLedTerm = 0;
  for (const { state } of nodes) {
    if (state !== null && state.leader !== 0) newestLedTerm = Math.max(newestLedTerm, state.term);
  }
  let leader: NodeLink | null = null;
  for (const node of nodes) {
    if (!rules.writesOnlyToNewestLeader(node, newestLedTerm)) continue;
    if (leader === null || (node.state?.term ?? 0) > (leader.state?.term ?? 0)) leader = node;
  }
  return leader;
}

function newestCommit(nodes: readonly NodeLink[]): number {
  let commit = 0;
  for (const node of nodes) {
    if (node.fresh) commit = Math.max(commit, node.state?.commitIndex ?? 0);
  }
  return commit;
}

/** Whoever is there: followers rather than the leader, the healthy rather than the ailing. */
function findStaleReaders(nodes: readonly NodeLink[]): readonly NodeLink[] {
  const fresh = nodes.filter((node) => node.fresh && !node.doubted && node.state !== null);
  const healthy = fresh.filter((node) => node.state?.healthy);
  const followers = healthy.filter((node) => node.state?.role !== NodeRole.leader);
  if (followers.length > 0) return followers;
  return healthy.length > 0 ? healthy : fresh;
}
