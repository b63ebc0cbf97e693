/** What operators ask of a proxy and of the nodes themselves: the cluster as they see it, and a hand-over. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Relevo } from '#client';
import type { Cluster } from '#cluster';
import { ClusterStatus, ExitCode, exitCodeOf } from '#client/cli';
import type { ClusterResponse } from '#rpc/generated/relevo/v1/admin';
import { NodeRole } from '#rpc/generated/relevo/v1/session';
import { followersOf, leaderOf, until, withCluster } from './temporary.js';

const TIMEOUT_MS = 10_000;

function leadersIn({ nodes }: ClusterResponse): string[] {
  return nodes.flatMap(({ state }) =>
    state?.role === NodeRole.NODE_ROLE_LEADER ? [state.name] : [],
  );
}

function knowsHowFar({ nodes, servedBy }: ClusterResponse): boolean {
  const others = nodes.filter(({ state }) => state?.name !== servedBy);
  return others.every(({ state }) => (state?.lastIndex ?? 0) > 0);
}

describe('administration', () => {
  test('R10 R49 every node answers with its own view: itself, who leads, and whom it reaches', async () => {
    await withCluster({}, async ({ cluster }) => {
      let views: ClusterResponse[] = [];
      await until('all know the names of all, and name the same leader', async () => {
        views = await Promise.all(
          cluster.nodes.map(({ address }) => asking(address, (at) => at.read(TIMEOUT_MS))),
        );
        const leaders = new Set(views.flatMap((view) => leadersIn(view)));
        const known = views.every(({ nodes }) =>
          nodes.every(({ state, connected }) => connected && state?.name !== ''),
        );
        const [leader] = [...leaders];
        const toldApart = views.every((view) => knowsHowFar(view) === (view.servedBy === leader));
        return known && leaders.size === 1 && toldApart;
      });
      for (const [at, { name, id }] of cluster.nodes.entries()) {
        const view = views[at];
        if (view === undefined) throw new Error(`${name} gave no view`);

        expect(view.servedBy).toBe(name);
        expect(view.nodes.map(({ state }) => state?.name)).toEqual(
          cluster.nodes.map((node) => node.name),
        );
        const own = view.nodes.find(({ state }) => state?.nodeId === id);
        expect(own?.state?.incarnation).not.toBe('');
        const [leader] = leadersIn(view);
        // How far the others are is what the leader alone knows.
        expect(knowsHowFar(view)).toBe(name === leader);
      }
    });
  }, 60_000);

  test('R50 the leadership is handed over under load, by way of proxy, follower and leader: no request fails', async () => {
    // As long as an heir may take, whatever its disk is busy with.
    await withCluster({ electionTimeout: '2000-3000ms' }, async ({ cluster, connect }) => {
      const client = await connect();
      await client.put('count', '0');
      const load = new Load(client);
      for (const way of ['proxy', 'follower', 'leader'] as const) {
        const from = await leaderOf(cluster);
        const [to = '', other = ''] = await followersOf(cluster);
        const before = load.done;
        const at = way === 'proxy' ? proxyOf(cluster) : way === 'leader' ? from : other;
        const address = way === 'proxy' ? at : cluster.node(at).address;
        const answer = await asking(address, (status) =>
          status.transfer(cluster.node(to).id, TIMEOUT_MS),
        );

        expect(answer).toMatchObject({
          leader: cluster.node(to).id,
          previous: cluster.node(from).id,
        });
        expect(answer.term).toBeGreaterThan(1);
        await until('the proxy follows', async () => (await cluster.leader()) === to);
        // Acknowledged by the new leader.
        await until('the load goes on', () => load.done > before + 20);
      }
      await load.stop();
      expect(load.failures).toEqual([]);
      const { pairs } = await client.range({ prefix: 'load/' });
      expect(pairs.map(({ version }) => version)).toEqual(Array(load.written).fill(1));
    });
  }, 60_000);

  test('what can not be handed over is said, and exits 1: no such node, nobody takes it; 3: nobody leads', async () => {
    // Who leads is to change by what is asked alone, also on a machine that is busy.
    await withCluster({ electionTimeout: '2000-3000ms' }, async ({ cluster }) => {
      const leader = await leaderOf(cluster);
      const proxy = proxyOf(cluster);
      const own = cluster.node(leader).id;
      const kept = await asking(proxy, (status) => status.transfer(own, TIMEOUT_MS));
      expect(kept).toMatchObject({ leader: own, previous: own, tookMs: 0 });

      const nobody = await failureOf(proxy, 1);
      expect(String(nobody)).toMatch(/node 1 is no voter of this cluster, which has \d+, /);
      expect(exitCodeOf(nobody)).toBe(ExitCode.negative);

      const [first = '', second = ''] = await followersOf(cluster);
      cluster.pause(first);
      const frozen = await failureOf(proxy, cluster.node(first).id);
      expect(await leaderOf(cluster)).toBe(leader);
      // What it was sent while it was frozen still makes it campaign.
      cluster.resume(first);
      expect(String(frozen)).toMatch(new RegExp(`${leader} leads on: .* did not take it in time`));
      expect(exitCodeOf(frozen)).toBe(ExitCode.negative);

      await Promise.all([cluster.kill(first), cluster.kill(leader)]);
      await until('nobody leads', async () => (await cluster.leader()) === null);
      const leaderless = await failureOf(cluster.node(second).address, 0);
      expect(exitCodeOf(leaderless)).toBe(ExitCode.unavailable);
    });
  }, 60_000);
});

/** Writes and reads, a few at a time, until it is told to stop. */
class Load {
  readonly failures: unknown[] = [];
  done = 0;
  written = 0;
  readonly #client: Relevo;
  readonly #workers: Promise<void>[];
  #stopped = false;

  constructor(client: Relevo) {
    this.#client = client;
    this.#workers = Array.from({ length: 4 }, () => this.#work());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      try {
        this.written += 1;
        await this.#client.put(`load/${this.written}`, 'x');
        await this.#client.get('count');
        this.done += 1;
      } catch (error) {
        this.failures.push(error);
      }
      await turn();
    }
  }
}

async function asking<Answer>(
  address: string,
  ask: (status: ClusterStatus) => Promise<Answer>,
): Promise<Answer> {
  const status = new ClusterStatus([address]);
  try {
    return await ask(status);
  } finally {
    status.close();
  }
}

function failureOf(address: string, to: number): Promise<unknown> {
  return asking(address, (status) => status.transfer(to, TIMEOUT_MS)).then(
    () => null,
    (error: unknown) => error,
  );
}

function proxyOf(cluster: Cluster): string {
  const [proxy] = cluster.proxies;
  if (proxy === undefined) throw new Error('this cluster has no proxy');
  return proxy.address;
}
