/** A world in which nothing goes wrong by itself, slow enough for people to see its messages. */
import type { Plan } from '../plan.js';
import type { Start } from './types.js';

export const CALM = Object.freeze({
  linkMs: 20,
  diskMs: 4,
  heartbeatMs: 100,
  electionTimeoutMsMin: 1_000,
  checkpointEntries: 1_000,
});

/** Where nothing else is said, messages take so much more or less than their time. */
const SPREAD = 0.1;

export function calmPlan(start: Start): Plan {
  const linkMs = start.linkMs ?? CALM.linkMs;
  const checkpointEntries = start.checkpointEntries ?? CALM.checkpointEntries;
  const heartbeatMs = start.heartbeatMs ?? CALM.heartbeatMs;
  const electionTimeoutMsMin = Math.max(CALM.electionTimeoutMsMin, 10 * heartbeatMs);
  return {
    seed: start.seed,
    nodes: start.nodes,
    ...{ spares: 0, proxies: 1, clients: 0, callersPerClient: 0, faultsMs: 0 },
    ...{ strikes: [], calls: null },
    electionTimeoutMsMin,
    electionTimeoutMsMax: 2 * electionTimeoutMsMin,
    fixedElectionTimeouts: false,
    ...(start.electionMs === undefined ? {} : { electionTimeoutsMs: start.electionMs }),
    heartbeatMs,
    weather: {
      delayMin: linkMs * (1 - SPREAD),
      delayMean: 0,
      spikeChance: 1,
      spikeMs: linkMs * 2 * SPREAD,
      keepAliveMs: 8_000,
    },
    ...{ lossChance: 0, duplicateChance: 0, strayChance: 0, strayMs: 0, chunkMs: 0 },
    ...{ chunkBytes: 4_096, batchBytesMax: 65_536, clockSkewMax: 0 },
    checkpointEntries,
    checkpointQuietMs: 1e9,
    // So that whoever was away for long needs the checkpoint, not the log.
    trailingEntries: Math.floor(checkpointEntries / 10),
    historyRevisions: 10_000,
    sessionTimeoutMs: 60_000,
    callTimeoutMs: 30_000,
    queueTimeoutMs: 15_000,
    diskMsMean: start.diskMs ?? CALM.diskMs,
    thinkMs: 0,
    ...{ readersPerNode: 0, readerThinkMs: 0, directChance: 0, transcode: false },
  };
}
