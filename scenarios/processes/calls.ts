/** Calls of real clients, through the proxy or to one node, while they are under way and afterwards. */
import { RelevoError, type RelevoClient } from '#client';
import type { Cluster } from '#cluster';
import type { CallView, StageAct, StageVia } from '../language/index.js';

export type CallAct = Extract<StageAct, { readonly type: 'set' | 'get' | 'delete' }>;

const CLOSE_MS_MAX = 500;
const STALE_MS_MAX = 2_000;

export class ProcessCalls {
  readonly #views: CallView[] = [];
  readonly #clients = new Map<StageVia, Promise<RelevoClient>>();
  readonly #ending = new AbortController();

  constructor(private readonly cluster: Cluster) {}

  /** Its number. */
  begin(act: CallAct, timeoutMs: number): number {
    const call = this.#views.push({ state: 'pending' }) - 1;
    void this.#run(act, timeoutMs).then(
      (view) => {
        this.#views[call] = view;
      },
      (error: unknown) => {
        if (!(error instanceof RelevoError)) throw error;
        const { code, outcome } = error;
        this.#views[call] = { state: 'failed', code, outcome };
      },
    );
    return call;
  }

  view(call: number): CallView {
    const view = this.#views[call];
    if (view === undefined) throw new RangeError(`there is no call ${call}`);
    return view;
  }

  /** By the node's own state, which may be old. Null: it does not answer. */
  async version(node: number, key: string): Promise<number | null> {
    const options = { consistency: 'stale', timeoutMs: STALE_MS_MAX } as const;
    try {
      const client = await this.#client(node, STALE_MS_MAX);
      return (await client.getWithMeta(key, options)).pair?.version ?? 0;
    } catch (error) {
      if (error instanceof RelevoError) return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#ending.abort();
    const clients = await Promise.allSettled(this.#clients.values());
    await Promise.all(
      clients.map(async (client) => {
        if (client.status === 'fulfilled') await client.value.close(CLOSE_MS_MAX);
      }),
    );
  }

  async #run(act: CallAct, timeoutMs: number): Promise<CallView> {
    const client = await this.#client(act.via, timeoutMs);
    const options = { timeoutMs, signal: this.#ending.signal };
    if (act.type === 'get') {
      const consistency = act.stale ? 'stale' : 'linearizable';
      const got = await client.getWithMeta(act.key, { ...options, consistency });
      const value = got.pair === null ? null : (got.pair.text ?? '');
      return { state: 'answered', value, revision: got.revision, servedBy: got.servedBy };
    }
    const { revision, servedBy } =
      act.type === 'set'
        ? await client.put(act.key, act.value, options)
        : await client.delete(act.key, options);
    return { state: 'answered', revision, servedBy };
  }

  /** One connection each, which a client keeps across restarts of the other side. */
  #client(via: StageVia, timeoutMs: number): Promise<RelevoClient> {
    const known = this.#clients.get(via);
    if (known !== undefined) return known;
    const options = { name: 'scenario', timeoutMs, signal: this.#ending.signal };
    const connecting =
      via === 'proxy'
        ? this.cluster.connect(options)
        : this.cluster.connectTo(String(via), options);
    this.#clients.set(via, connecting);
    connecting.catch(() => this.#clients.delete(via));
    return connecting;
  }
}
