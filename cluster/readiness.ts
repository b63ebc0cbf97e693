/** When a cluster can be used. Each answer is null, or what is still missing. */
import { leaderOf, type ClusterResponse } from '#client/cli';

interface Expected {
  readonly id: number;
  readonly name: string;
  readonly httpPort: number;
}

const HTTP_MS_MAX = 500;
/** Nodes speak every 100 ms; what a frozen one said last is no sign of life. */
const SILENT_MS = 500;

/** Every expected node is connected, healthy and follows the one leader. */
export function readyProblem(
  response: ClusterResponse,
  expected: readonly Expected[],
): string | null {
  const leader = leaderOf(response);
  if (leader === null) return 'there is no leader';
  for (const { id, name } of expected) {
    const view = response.nodes.find(({ state }) => state?.nodeId === id);
    if (view?.state === undefined || !view.connected)
      return `the proxy has no connection to ${name}`;
    if (view.silentMs > SILENT_MS) return `${name} is silent`;
    if (!view.state.healthy) return `${name} is not healthy`;
    if (view.state.leader !== leader.nodeId) return `${name} does not follow ${leader.name}`;
  }
  return null;
}

/** Without a proxy: what each node says on its /readyz. */
export async function readyProblemOverHttp(
  host: string,
  expected: readonly Expected[],
): Promise<string | null> {
  for (const { name, httpPort } of expected) {
    try {
      const url = `http://${host}:${String(httpPort)}/readyz`;
      const response = await fetch(url, { signal: AbortSignal.timeout(HTTP_MS_MAX) });
      const text = await response.text();
      if (!response.ok) return `${name} is not ready (${text.trim()})`;
    } catch {
      return `${name} does not answer on port ${String(httpPort)}`;
    }
  }
  return null;
}
