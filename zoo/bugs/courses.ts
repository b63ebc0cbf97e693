/** What is not left to the seed where a world at random seldom comes to a situation that several bugs need. */
import type { PlanOverrides } from '#simulator';

/** Nothing is lost, late or slow but by the faults: what they lead to is not undone by chance. */
const CALM: PlanOverrides['fixed'] = {
  weather: { delayMin: 0.2, delayMean: 0.5, spikeChance: 0, spikeMs: 20, keepAliveMs: 3_000 },
  lossChance: 0,
  duplicateChance: 0,
  strayChance: 0,
  diskMsMean: 1,
};

/**
 * A leader that the others replaced without its knowledge, and that is asked meanwhile. Elections take
 * long, and many readers pause about as long: some ask between the new leader's first write and the moment
 * when the old one hears late what it takes for confirmations. Whoever writes reaches the new leader soon,
 * because it speaks to the nodes themselves.
 */
export const MISLED: PlanOverrides = {
  nodes: 3,
  kinds: ['mislead-leader'],
  fixed: {
    ...CALM,
    electionTimeoutMsMin: 1_000,
    ...{ readersPerNode: 4, readerThinkMs: 500 },
    ...{ clients: 3, callersPerClient: 2, thinkMs: 30, directChance: 1 },
  },
};

/** A leader that can't reach the others keeps entries that nobody else gets, and comes back. */
export const CUT_OFF: PlanOverrides = {
  nodes: 3,
  kinds: ['isolate-leader', 'crash-leader'],
  fixed: { thinkMs: 30 },
};

/** It was to change the membership, too. */
export const CUT_OFF_CHANGING: PlanOverrides = {
  kinds: ['isolate-leader', 'add-member', 'remove-member'],
  fixed: { spares: 3, clients: 2, thinkMs: 100 },
};

/**
 * Its log reaches as far as the others' next checkpoint: that comes after few entries, and many callers, who
 * have little patience, ask the node that they know of.
 */
export const CUT_OFF_BEHIND_CHECKPOINT: PlanOverrides = {
  nodes: 3,
  kinds: ['isolate-leader', 'mislead-leader'],
  fixed: {
    ...{ checkpointEntries: 5, checkpointQuietMs: 200, trailingEntries: 0 },
    ...{ clients: 5, callersPerClient: 5, thinkMs: 200, callTimeoutMs: 500, directChance: 1 },
  },
};

/**
 * A leader that commits, answers and dies, and its words to the others are lost or late: the new one does not
 * know what is committed until it has committed something itself. Slow disks make that take a while, and
 * readers wait at each node.
 */
export const UNKNOWING: PlanOverrides = {
  nodes: 3,
  kinds: ['crash-leader'],
  fixed: {
    ...{ lossChance: 0.3, diskMsMean: 20, readersPerNode: 3, readerThinkMs: 50 },
    ...{ clients: 2, thinkMs: 5, directChance: 0.7 },
  },
};

/** Messages come twice while nobody can win at once: few votes look like many. */
export const DOUBLED: PlanOverrides = {
  nodes: 5,
  kinds: ['partition', 'crash-leader'],
  fixed: { duplicateChance: 0.3 },
};

/** An old leader goes on as one: its peers are elsewhere, and hear it again. */
export const OLD_LEADER: PlanOverrides = {
  nodes: 3,
  kinds: ['isolate-leader', 'mislead-leader'],
  fixed: { thinkMs: 30 },
};

/** Writes that are under way when their connection breaks go to another proxy, which soon gives up. */
export const SENT_AND_GIVEN_UP: PlanOverrides = {
  nodes: 3,
  kinds: ['crash-leader', 'break-streams'],
  fixed: {
    ...{ electionTimeoutMsMin: 1_000, callTimeoutMs: 10_000, queueTimeoutMs: 300 },
    ...{ proxies: 2, directChance: 0, thinkMs: 30 },
  },
};
