/** Cases, one after the other, on one cluster; those of a first start each on one of their own. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Relevo } from '#client';
import { Arena } from './arena.js';
import { orderOf, stageOf, type Case } from './case.js';
import { REACH } from './stages.js';
import { Traffic, type TrafficResult } from './traffic.js';

export interface CaseResult extends Omit<TrafficResult, 'wrong'> {
  readonly seconds: number;
  /** What broke; null if the case passed. */
  readonly objection: string | null;
}

const CLOSE_MS_MAX = 1_000;
/** After a held step, and after a start, there is load for so long. */
const AFTER_MS = 100;

export class Course {
  readonly #directory: string;
  readonly #nextId: () => number;
  #arena: Arena | null = null;
  #clients: readonly [Relevo, Relevo] | null = null;

  constructor(directory: string, nextId: () => number) {
    this.#directory = directory;
    this.#nextId = nextId;
  }

  async run(one: Case): Promise<CaseResult> {
    const begunMs = performance.now();
    const id = this.#nextId();
    const nothing = { acknowledged: 0, failed: [], lost: [], doubled: [] };
    let result: Omit<CaseResult, 'seconds'>;
    try {
      const traffic =
        stageOf(one) === 'fresh' ? await this.#onFreshCluster(one, id) : await this.#on(one, id);
      result = { ...traffic, objection: objectionTo(traffic) };
    } catch (error) {
      const objection = error instanceof Error ? error.message : String(error);
      result = { ...nothing, objection };
    }
    // What went wrong is not to follow the next case.
    if (result.objection !== null) await this.end();
    return { ...result, seconds: (performance.now() - begunMs) / 1_000 };
  }

  async end(): Promise<void> {
    const { arena, clients } = { arena: this.#arena, clients: this.#clients };
    this.#arena = null;
    this.#clients = null;
    await Promise.all((clients ?? []).map((client) => client.close(CLOSE_MS_MAX)));
    await arena?.end();
  }

  async #on(one: Case, id: number): Promise<TrafficResult> {
    const { arena, clients } = await this.#ready(id);
    const victim = await victimOf(one, arena, clients[0]);
    const isLull = stageOf(one) === 'lull';
    const direct = isLull ? null : await connectTo(arena, victim);
    const traffic = new Traffic(arena.cluster, clients, direct, `case/${String(id)}/`);
    traffic.start();
    try {
      const order = orderOf(one, id);
      await REACH[stageOf(one)](arena, victim, order);
      await recover(arena, one, victim, order.ms);
      return await traffic.judge(clients[0]);
    } finally {
      traffic.abandon();
      await direct?.close(CLOSE_MS_MAX);
    }
  }

  /** There is a load once the cluster has formed. */
  async #onFreshCluster(one: Case, id: number): Promise<TrafficResult> {
    const directory = join(this.#directory, `fresh-${String(id)}`);
    const arena = await Arena.create(directory);
    const victim = arena.cluster.nodes[0]?.name ?? '';
    const clients: Relevo[] = [];
    let isPassed = false;
    try {
      const order = orderOf(one, id);
      await REACH.fresh(arena, victim, order);
      await recover(arena, one, victim, order.ms);
      const [first, second] = [await arena.cluster.connect(), await arena.cluster.connect()];
      const direct = await connectTo(arena, victim);
      clients.push(first, second, direct);
      const traffic = new Traffic(arena.cluster, [first, second], direct, `case/${String(id)}/`);
      traffic.start();
      await pause(AFTER_MS);
      const result = await traffic.judge(first);
      isPassed = objectionTo(result) === null;
      return result;
    } finally {
      await Promise.all(clients.map((client) => client.close(CLOSE_MS_MAX)));
      await arena.end();
      if (isPassed) rmSync(directory, { recursive: true, force: true });
    }
  }

  async #ready(id: number): Promise<{ arena: Arena; clients: readonly [Relevo, Relevo] }> {
    if (this.#arena !== null && this.#clients !== null) {
      return { arena: this.#arena, clients: this.#clients };
    }
    const arena = await Arena.create(join(this.#directory, `cluster-${String(id)}`));
    this.#arena = arena;
    await arena.startAll();
    await arena.cluster.waitUntilReady();
    const connect = (): Promise<Relevo> => arena.cluster.connect({ name: 'load' });
    const clients: readonly [Relevo, Relevo] = [await connect(), await connect()];
    this.#clients = clients;
    return { arena, clients };
  }
}

/** Whoever has the part now, or will have it. */
async function victimOf(one: Case, arena: Arena, client: Relevo): Promise<string> {
  if (one.as === 'proxy') return client.peer?.name ?? '';
  const stage = stageOf(one);
  // Whose tail is to be cut leads first; who is to lead follows first.
  const leads = stage === 'cut' || (one.as === 'leader' && stage !== 'hand-to');
  return leads ? arena.leader() : (await arena.followers())[0];
}

/** A client of a follower: of the victim, if it is one. */
async function connectTo(arena: Arena, victim: string): Promise<Relevo> {
  const followers = await arena.followers();
  const at = followers.find((name) => name === victim) ?? followers[0];
  return arena.cluster.connectTo(at, { name: 'direct' });
}

/** The victim is started again if it was killed; every node serves, and there was load meanwhile. */
async function recover(arena: Arena, one: Case, victim: string, heldMs: number): Promise<void> {
  if (one.how === 'kill') {
    await arena.dies(victim);
    arena.write(victim, null);
    await arena.start(victim);
  } else {
    await pause(heldMs);
    arena.disarm(victim);
  }
  await arena.cluster.waitUntilReady();
  await pause(AFTER_MS);
}

function objectionTo({ failed, lost, doubled, wrong }: TrafficResult): string | null {
  const [first] = [...lost, ...doubled, ...wrong, ...failed];
  if (first === undefined) return null;
  return (
    `${String(lost.length)} lost, ${String(doubled.length)} doubled, ${String(wrong.length)} wrong, ` +
    `${String(failed.length)} failed; the first: ${first}`
  );
}
