/** How each step of the catalogue is brought about, while the load goes on. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Point, Stage } from '../catalogue.js';
import type { Order } from '../order.js';
import { until, type Arena } from './arena.js';

/** Resolves when the failpoint was reached. */
export type Reach = (arena: Arena, victim: string, order: Order) => Promise<void>;

const REACH_MS_MAX = 15_000;
/** A stage that may miss its step (who is elected is chance) is set again so often. */
const TRIES = 8;
const TRY_MS = 2_000;
/** Beyond what a follower finds in the others' memory (TRAILING_ENTRIES), and what it took unseen. */
const BEHIND_ENTRIES = 150;

/** Of the leaving that the second death of a start needs. */
const HALF_A_LINE: Point = { step: 'log-write', side: 'half' };
const UNFINISHED_FILE: Point = { step: 'checkpoint-sync', side: 'before' };

const underLoad: Reach = async (arena, victim, order) => {
  await arena.arm(victim, order);
  if (!(await arena.comesToIt(victim, order.id, REACH_MS_MAX))) throw notReached(victim);
};

/** Does it again and again until the failpoint is reached. */
const again =
  (act: (arena: Arena, victim: string, order: Order) => Promise<void>): Reach =>
  async (arena, victim, order) => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const acting = act(arena, victim, order);
      const isReached = await arena.comesToIt(victim, order.id, TRY_MS);
      await acting;
      if (isReached || arena.hasHit(victim, order.id)) return;
    }
    throw notReached(victim);
  };

const handAway = again(async (arena, victim, order) => {
  if ((await arena.leader()) !== victim) await arena.handOver(victim);
  await arena.arm(victim, order);
  await arena.handOver(await otherThan(arena, victim));
});

const handTo = again(async (arena, victim, order) => {
  if ((await arena.leader()) === victim) await arena.handOver(await otherThan(arena, victim));
  await arena.arm(victim, order);
  await arena.handOver(victim);
});

const handElsewhere = again(async (arena, victim, order) => {
  const leader = await arena.leader();
  await arena.arm(victim, order);
  await arena.handOver(await otherThan(arena, victim, leader));
});

const leaderDies = again(async (arena, victim, order) => {
  if ((await arena.leader()) === victim) {
    await arena.handOver(await otherThan(arena, victim));
  }
  const leader = await arena.leader();
  if (leader === victim) return;
  await arena.arm(victim, order);
  await arena.cluster.kill(leader);
  await arena.comesToIt(victim, order.id, TRY_MS);
  await arena.start(leader);
  if (!arena.hasHit(victim, order.id)) await arena.cluster.waitUntilReady();
});

const cut = again(async (arena, victim, order) => {
  if ((await arena.leader()) !== victim) await arena.handOver(victim);
  await arena.arm(victim, { ...order, isMuted: true });
});

/** The node itself was away, or another one that the node, which leads, has to bring up. */
const behind: Reach = async (arena, victim, order) => {
  const away = order.as === 'leader' ? await otherThan(arena, victim) : victim;
  const { last } = await arena.progress(away);
  await arena.cluster.kill(away);
  await until(`the others leave ${away} behind`, async () => {
    const leader = await arena.leader();
    return (await arena.progress(leader)).checkpoint > last + BEHIND_ENTRIES;
  });
  if (order.as === 'leader') await arena.arm(victim, order);
  else arena.write(victim, order);
  await arena.start(away);
  if (!(await arena.comesToIt(victim, order.id, REACH_MS_MAX))) throw notReached(victim);
};

const restart: Reach = async (arena, victim, order) => {
  await until(
    `${victim} has a checkpoint to recover`,
    async () => (await arena.progress(victim)).checkpoint > 0,
  );
  await arena.cluster.kill(victim);
  await startInto(arena, victim, order);
};

/** It dies at one point, and comes to the next at its start. */
const restartAfter =
  (leaving: Point): Reach =>
  async (arena, victim, order) => {
    const first = { ...order, ...leaving, how: 'kill', as: 'follower', id: -order.id } as const;
    await underLoad(arena, victim, first);
    await arena.dies(victim);
    await startInto(arena, victim, order);
  };

async function startInto(arena: Arena, victim: string, order: Order): Promise<void> {
  arena.write(victim, order);
  await arena.start(victim);
  if (!(await arena.comesToIt(victim, order.id, REACH_MS_MAX))) throw notReached(victim);
}

/** No process ran before. */
const fresh: Reach = async (arena, victim, order) => {
  arena.write(victim, order);
  await arena.startAll();
  if (!(await arena.comesToIt(victim, order.id, REACH_MS_MAX))) throw notReached(victim);
};

export const REACH: Readonly<Record<Stage, Reach>> = {
  load: underLoad,
  lull: underLoad,
  'hand-away': handAway,
  'hand-to': handTo,
  'hand-elsewhere': handElsewhere,
  'leader-dies': leaderDies,
  cut,
  behind,
  restart,
  torn: restartAfter(HALF_A_LINE),
  unfinished: restartAfter(UNFINISHED_FILE),
  fresh,
};

async function otherThan(arena: Arena, ...names: readonly string[]): Promise<string> {
  const found = arena.cluster.nodes.find(({ name }) => !names.includes(name));
  if (found !== undefined) return found.name;
  // The leader changed meanwhile: whoever asks tries again.
  await pause(TRY_MS / 10);
  return names[0] ?? '';
}

const notReached = (victim: string): Error =>
  new Error(`${victim} did not come to its failpoint; a point that is not reached proves nothing`);
