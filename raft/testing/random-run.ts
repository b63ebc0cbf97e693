/** A run of faults by a seed: crashes, restarts, partitions, hand-overs, membership changes, reads. */
import type { RaftConfig } from '../index.js';
import { nodeId } from '../index.js';
import { Cluster } from './cluster.js';

export interface RandomRun {
  readonly seed: number;
  readonly config?: Partial<RaftConfig>;
  /** Every step by a machine that was dumped and loaded. */
  readonly reload?: boolean;
  readonly actions?: number;
  readonly trace?: (line: string) => void;
}

/** Plays the faults, then heals everything and starts every node. Throws if a property breaks. */
export function playFaults(run: RandomRun): Cluster {
  const dice = (run.seed * 7919) % 97;
  const nodes = dice % 2 === 0 ? [1, 2, 3] : [1, 2, 3, 4, 5];
  const cluster = new Cluster({
    nodes,
    seed: run.seed,
    reload: run.reload ?? false,
    latencyMs: [0.1, 5 + (dice % 40)],
    diskMs: [0.1, 1 + (dice % 30)],
    loss: (dice % 5) * 0.05,
    duplication: (dice % 3) * 0.1,
    config: { maxBatchBytes: 300, maxInflightBatches: 4, ...run.config },
    checkpointEvery: 5 + (dice % 20),
    ...(run.trace === undefined ? {} : { trace: run.trace }),
  });
  for (let action = 0; action < (run.actions ?? 150); action++) {
    cluster.run(cluster.random.between(0, 120));
    act(cluster, nodes, action);
    if (action % 10 === 0) cluster.checkLogs();
  }
  cluster.heal();
  cluster.loss = cluster.duplication = 0;
  for (const id of nodes) if (!cluster.ids.includes(id)) cluster.start(id);
  return cluster;
}

function act(cluster: Cluster, nodes: number[], action: number): void {
  const { random } = cluster;
  const pick = (from: number[]): number => from[Math.floor(random.next() * from.length)] ?? 1;
  const leading = cluster.ids.filter((id) => cluster.raft(id).role === 'leader');
  const down = nodes.filter((id) => !cluster.ids.includes(id));
  const chance = random.next();
  if (chance < 0.5) {
    for (const id of leading) cluster.propose(id, `"a":${String(action)}`, `"b":${String(id)}`);
  } else if (chance < 0.68) {
    for (const id of cluster.ids) cluster.read(id);
  } else if (chance < 0.75) {
    crash(cluster, pick(nodes));
  } else if (chance < 0.85 && down.length > 0) {
    cluster.start(pick(down));
  } else if (chance < 0.9) {
    const one = random.next() < 0.5 ? pick(nodes) : (cluster.leader ?? 1);
    const others = nodes.filter((id) => id !== one);
    cluster.part([one], others.slice(random.next() < 0.5 ? 0 : 1));
  } else if (chance < 0.92) {
    cluster.cut.add(`${String(pick(nodes))}-${String(pick(nodes))}`);
  } else if (chance < 0.96) {
    cluster.heal();
  } else if (chance < 0.98) {
    for (const id of leading) cluster.step(id, { type: 'transfer', to: null });
  } else {
    for (const id of leading) changeMembership(cluster, id, pick(nodes));
  }
}

function crash(cluster: Cluster, id: number): void {
  cluster.crash(id);
  for (const other of cluster.ids)
    cluster.step(other, { type: 'connection-lost', peer: nodeId(id) });
}

/** A voter is removed, a stranger comes back as a learner, a learner is promoted. */
function changeMembership(cluster: Cluster, leader: number, of: number): void {
  const { voters, learners } = cluster.raft(leader).membership;
  const node = nodeId(of);
  const type = learners.includes(node)
    ? 'promote'
    : voters.includes(node)
      ? 'remove'
      : 'add-learner';
  if (type === 'remove' && voters.length <= 2) return;
  cluster.step(leader, { type: 'change-membership', change: { type, node } });
}
