/** Relevo's proxies know of its nodes. */
import { ClusterStatus, leaderOf, type ClusterResponse } from '#client/cli';
import { readyProblem } from '../../../cluster/readiness.js';
import type { Control } from './control.js';
import { NODE_PORT, type Host } from './hosts.js';

const STATUS_MS_MAX = 700;
const HTTP_PORT = NODE_PORT + 20_000;

export class RelevoControl implements Control {
  readonly #status: ClusterStatus;

  constructor(
    endpoints: readonly string[],
    private readonly nodes: readonly Host[],
  ) {
    this.#status = new ClusterStatus(endpoints);
  }

  async leader(): Promise<number | null> {
    const response = await this.#read();
    return response === null ? null : (leaderOf(response)?.nodeId ?? null);
  }

  async problem(): Promise<string | null> {
    const response = await this.#read();
    if (response === null) return 'no proxy answers';
    const expected = this.nodes.map(({ number, name }) => {
      return { id: number, name, httpPort: HTTP_PORT };
    });
    return readyProblem(response, expected);
  }

  close(): void {
    this.#status.close();
  }

  async #read(): Promise<ClusterResponse | null> {
    try {
      return await this.#status.read(STATUS_MS_MAX);
    } catch {
      return null;
    }
  }
}
