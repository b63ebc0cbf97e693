/** What each node says of itself, asked on its own port; and what was seen last of one that is silent. */
import { ClusterStatus, type NodeState } from '#client/cli';
import type { Cluster, ClusterNode } from '#cluster';
import { NodeRole } from '#rpc/generated/relevo/v1/session';
import type { NodeStanding, NodeView } from '../language/index.js';

const ANSWER_MS_MAX = 500;

const ROLES: Readonly<Partial<Record<NodeRole, string>>> = {
  [NodeRole.NODE_ROLE_FOLLOWER]: 'follower',
  [NodeRole.NODE_ROLE_PRE_CANDIDATE]: 'pre-candidate',
  [NodeRole.NODE_ROLE_CANDIDATE]: 'candidate',
  [NodeRole.NODE_ROLE_LEADER]: 'leader',
  [NodeRole.NODE_ROLE_LEARNER]: 'learner',
};

interface Watched {
  readonly node: ClusterNode;
  readonly status: ClusterStatus;
  seen: NodeState | null;
}

export class NodeViews {
  readonly #watched: readonly Watched[];

  constructor({ nodes }: Cluster) {
    this.#watched = nodes.map((node) => ({
      node,
      status: new ClusterStatus([node.address]),
      seen: null,
    }));
  }

  look(): Promise<readonly NodeView[]> {
    return Promise.all(this.#watched.map((watched) => lookAt(watched)));
  }

  close(): void {
    for (const { status } of this.#watched) status.close();
  }
}

async function lookAt(watched: Watched): Promise<NodeView> {
  const { node, status } = watched;
  if (node.process.state === 'running') {
    const response = await status.read(ANSWER_MS_MAX).catch(() => null);
    const own = response?.nodes.find(({ state }) => state?.nodeId === node.id)?.state;
    // One that has just been started, or is about to end, says nothing of itself yet, or any more.
    watched.seen = own ?? null;
  }
  const { seen } = watched;
  return {
    id: node.id,
    name: node.name,
    state: standingOf(node, seen),
    role: ROLES[seen?.role ?? NodeRole.NODE_ROLE_FOLLOWER] ?? 'follower',
    term: seen?.term ?? 0,
    leader: seen?.leader ?? 0,
    lastIndex: seen?.lastIndex ?? 0,
    commitIndex: seen?.commitIndex ?? 0,
    appliedIndex: seen?.appliedIndex ?? 0,
    checkpointIndex: seen?.checkpointIndex ?? 0,
  };
}

function standingOf({ process }: ClusterNode, seen: NodeState | null): NodeStanding {
  switch (process.state) {
    case 'running':
      return seen === null ? 'starting' : 'up';
    case 'paused':
      return 'paused';
    case 'stopped':
      return 'down';
  }
}
