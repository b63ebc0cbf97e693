/** What /metrics of a proxy tells. All of it is counted by the router anyway, and read when asked for. */
import { outcomeWord } from '#rpc/errors';
import { Outcome } from '#rpc/session/frames';
import type { Labels, Metrics } from '#telemetry';
import { LANES } from './router/queue.js';
import { LATENCY_BOUNDS_MS } from './router/served.js';
import type { RouterNodeView, RouterView } from './router/types.js';

export function addProxyMetrics(
  metrics: Metrics,
  view: () => RouterView,
  nameOf: (node: number) => string,
): void {
  addNodeMetrics(metrics, view, nameOf);
  addServedMetrics(metrics, view);
  const gauge = (name: string, help: string, read: (view: RouterView) => number): void => {
    metrics.gauge(`relevo_proxy_${name}`, help, () => read(view()));
  };
  const counter = (name: string, help: string, read: (view: RouterView) => number): void => {
    metrics.counter(`relevo_proxy_${name}_total`, help, () => read(view()));
  };
  gauge('has_leader', '1 while writes have somewhere to go.', ({ leader }) => (leader ? 1 : 0));
  gauge('clients', 'Streams of clients.', ({ clients }) => clients);
  gauge('queue_requests', 'Requests that wait for a node.', ({ queued }) => queued);
  gauge('queue_bytes', 'Bytes of the requests that wait.', ({ queuedBytes }) => queuedBytes);
  gauge('in_flight', 'Requests sent to nodes and unanswered.', ({ inFlight }) => inFlight);
  counter('resends', 'Requests sent again, to another node or leader.', ({ resends }) => resends);
  counter('overloaded', 'Requests turned away by a limit.', ({ overloaded }) => overloaded);
  counter('timeouts', 'Requests whose time was up here.', ({ timedOut }) => timedOut);
}

/** The kinds by which requests are told apart, as labels. */
const KINDS = { write: 'write', read: 'read', stale: 'stale-read' } as const;
const OUTCOMES = [Outcome.ok, Outcome.notDone, Outcome.refused, Outcome.unknown];

function addServedMetrics(metrics: Metrics, view: () => RouterView): void {
  metrics.bucketed(
    'relevo_proxy_request_seconds',
    'From the arrival of a request that was let in until its client was told, whatever it was told.',
    LATENCY_BOUNDS_MS.map((ms) => ms / 1_000),
    ['kind'],
    () => {
      const { served } = view();
      return LANES.map((lane) => {
        const { buckets, sumMs } = served[lane];
        return { labels: { kind: KINDS[lane] }, buckets, sum: sumMs / 1_000 };
      });
    },
  );
  metrics.counter(
    'relevo_proxy_requests_total',
    'Requests answered, by what was said: ok, not-done, refused, unknown.',
    () => {
      const { served } = view();
      return LANES.flatMap((lane) =>
        OUTCOMES.map((outcome) => ({
          labels: { kind: KINDS[lane], outcome: outcomeWord(outcome) },
          value: served[lane].outcomes[outcome] ?? 0,
        })),
      );
    },
    ['kind', 'outcome'],
  );
}

function addNodeMetrics(
  metrics: Metrics,
  view: () => RouterView,
  nameOf: (node: number) => string,
): void {
  const readings =
    (read: (node: RouterNodeView) => number) =>
    (): {
      readonly labels: Labels;
      readonly value: number;
    }[] =>
      view().nodes.map((node) => ({
        labels: { node: nameOf(node.node), id: node.node },
        value: read(node),
      }));
  const labels = ['node', 'id'];
  metrics.counter(
    'relevo_proxy_node_reads_total',
    'Reads answered by this node.',
    readings(({ reads }) => reads),
    labels,
  );
  metrics.counter(
    'relevo_proxy_node_writes_total',
    'Writes answered by this node.',
    readings(({ writes }) => writes),
    labels,
  );
  metrics.gauge(
    'relevo_proxy_node_connected',
    '1 while the stream to this node is up.',
    readings(({ connected }) => (connected ? 1 : 0)),
    labels,
  );
  metrics.gauge(
    'relevo_proxy_node_in_flight',
    'Requests sent to this node and unanswered.',
    readings(({ inFlight }) => inFlight),
    labels,
  );
}
