/** What /metrics of a node tells. */
import { statfsSync } from 'node:fs';
import type { NodeConfig } from '#config';
import { addCertificateMetrics } from '#driver';
import type { TlsIdentity } from '#tls';
import type { Metrics } from '#telemetry';
import type { RunningNode } from './start.js';

/** Seconds: an fsync takes a fraction of a millisecond on flash, ten on a spinning disk. */
const SYNC_BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1,
];

export function addNodeMetrics(
  metrics: Metrics,
  node: RunningNode,
  config: NodeConfig,
  identities: Readonly<Record<string, TlsIdentity | null>>,
): void {
  addCertificateMetrics(metrics, identities);
  metrics.gauge('relevo_disk_free_bytes', 'Left where the data lies.', () =>
    freeBytes(config.dataDirectory),
  );
  addRaftMetrics(metrics, node);
  addWorkMetrics(metrics, node);
  const peers = config.nodes.map(({ id }) => id).filter((id) => id !== config.nodeId);
  metrics.gauge(
    'relevo_peer_connected',
    '1 while the stream to this peer is up.',
    () => peers.map((peer) => ({ labels: { peer }, value: node.connectedTo(peer) ? 1 : 0 })),
    ['peer'],
  );
  node.disk.onSync(
    metrics.histogram('relevo_log_sync_seconds', 'One write and sync of the log.', SYNC_BUCKETS),
  );
}

function addRaftMetrics(metrics: Metrics, { replica }: RunningNode): void {
  const { raft } = replica;
  metrics.gauge('relevo_raft_term', 'The current term.', () => raft.term);
  metrics.gauge('relevo_raft_is_leader', '1 while this node leads.', () =>
    raft.role === 'leader' ? 1 : 0,
  );
  metrics.gauge('relevo_raft_has_leader', '1 while this node knows who leads.', () =>
    raft.leader === null ? 0 : 1,
  );
  metrics.gauge('relevo_raft_last_index', 'Index of the last entry.', () => raft.lastIndex);
  metrics.gauge('relevo_raft_commit_index', 'Known to be committed.', () => raft.commitIndex);
  metrics.gauge('relevo_raft_durable_index', 'On this disk.', () => raft.durableIndex);
  metrics.gauge('relevo_applied_index', 'In the state.', () => replica.store.appliedIndex);
  metrics.gauge(
    'relevo_lag_entries',
    'Entries known to be committed and not applied here.',
    () => raft.commitIndex - replica.store.appliedIndex,
  );
  metrics.gauge(
    'relevo_follower_match_index',
    'On the leader: durable on each follower.',
    () =>
      raft.progress().map(({ node, matchIndex }) => ({
        labels: { peer: node },
        value: matchIndex,
      })),
    ['peer'],
  );
}

function addWorkMetrics(metrics: Metrics, node: RunningNode): void {
  const { replica } = node;
  const { figures } = replica;
  const counters = [
    ['relevo_elections_total', 'Elections this node stood in.', 'elections'],
    ['relevo_leader_changes_total', 'Times another leader, or none, was seen.', 'leaderChanges'],
    ['relevo_proposals_total', 'Entries proposed while it led.', 'proposed'],
    ['relevo_commits_measured_total', 'Entries whose way to a quorum was timed.', 'commits'],
    ['relevo_applied_total', 'Entries applied.', 'applied'],
    ['relevo_reads_total', 'Linearizable reads answered by this node.', 'readsServed'],
    ['relevo_stale_reads_total', 'Stale reads answered by this node.', 'staleReadsServed'],
    ['relevo_forwarded_total', 'Requests sent on to the leader.', 'forwarded'],
    ['relevo_checkpoints_saved_total', 'Checkpoints written.', 'checkpointsSaved'],
    ['relevo_checkpoints_installed_total', 'Checkpoints received.', 'checkpointsInstalled'],
  ] as const;
  for (const [name, help, figure] of counters) metrics.counter(name, help, () => figures[figure]);
  metrics.counter(
    'relevo_commit_seconds_total',
    "How long those took from the leader's log to a quorum's disks, together.",
    () => figures.commitMs / 1_000,
  );
  metrics.gauge('relevo_revision', "The state's revision.", () => replica.store.revision);
  metrics.gauge('relevo_sessions', 'Open client sessions.', () => replica.store.sessions().length);
  metrics.gauge('relevo_connections', 'Proxies and clients connected.', () => node.connections());
  metrics.gauge('relevo_checkpoint_index', 'Index of the newest checkpoint.', () => {
    return replica.state().checkpointIndex;
  });
}

/** -1 if the system does not say. */
function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return -1;
  }
}
