/** How long each node's event loop was held up at most, from its own metrics, since they were last read. */
import type { ClusterNode } from '#cluster';

const MAX = /^nodejs_eventloop_lag_max_seconds(?:\{[^}]*\})? (\S+)$/m;
const P99 = /^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)$/m;

/** The loop is looked at so often, and what is counted is the time between two looks. */
const LOOK_MS = 10;

export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Of all nodes together, the worst. Reading begins a new period. */
export async function loopDelay(nodes: readonly ClusterNode[]): Promise<LoopDelay> {
  const texts = await Promise.all(
    nodes.map(async ({ httpPort }) => {
      const response = await fetch(`http://127.0.0.1:${String(httpPort)}/metrics`);
      return response.text();
    }),
  );
  return { p99Ms: worst(texts, P99), maxMs: worst(texts, MAX) };
}

function worst(texts: readonly string[], line: RegExp): number {
  const delays = texts.map((text) => Number(line.exec(text)?.[1] ?? NaN) * 1000);
  return Math.max(0, Math.max(...delays) - LOOK_MS);
}
