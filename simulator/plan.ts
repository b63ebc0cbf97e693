/** Everything about a run that is drawn from its seed before it begins. */
import { Random } from './random.js';
import type { Weather } from './network.js';

export const FAULT_KINDS = [
  'crash-node',
  'crash-leader',
  'crash-all',
  'crash-proxy',
  'crash-client',
  'freeze-node',
  'freeze-leader',
  'freeze-proxy',
  'partition',
  'isolate-leader',
  'one-way',
  'break-streams',
  'clog',
  'stop-node',
  'transfer',
  'slow-disk',
  'failing-disk',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Plan {
  readonly seed: number;
  readonly nodes: number;
  readonly proxies: number;
  readonly clients: number;
  readonly callersPerClient: number;
  /** How long faults go on, ms. */
  readonly faultsMs: number;
  /** Mean ms between faults of a kind; a kind that is missing is off. */
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  /** Each node has one timeout of its own, and no hints: the written scenario (R7). */
  readonly fixedElectionTimeouts: boolean;
  readonly heartbeatMs: number;
  readonly weather: Weather;
  /** Of the core's messages between nodes: lost, doubled, late and out of order. */
  readonly lossChance: number;
  readonly duplicateChance: number;
  readonly strayChance: number;
  readonly strayMs: number;
  /** Clocks run at 1 plus or minus so much. */
  readonly clockSkewMax: number;
  readonly checkpointEntries: number;
  readonly checkpointQuietMs: number;
  readonly trailingEntries: number;
  readonly historyRevisions: number;
  readonly sessionTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly diskMsMean: number;
  /** Mean pause between a caller's calls, ms. */
  readonly thinkMs: number;
  /** How many of the clients speak to the nodes themselves, not to a proxy. */
  readonly directChance: number;
  /** Everything passes through the production codecs. */
  readonly transcode: boolean;
}

export interface PlanOverrides {
  readonly nodes?: number;
}

export function drawPlan(seed: number, overrides: PlanOverrides = {}): Plan {
  const random = new Random(seed).fork();
  const nodes = random.pick([1, 3, 3, 3, 3, 3, 3, 5, 5, 5]);
  const electionTimeoutMsMin = random.pick([300, 500, 1_000]);
  const rough = random.chance(0.4);
  return {
    seed,
    nodes: overrides.nodes ?? nodes,
    proxies: random.integer(1, 2),
    clients: random.integer(1, 4),
    callersPerClient: random.integer(1, 4),
    faultsMs: random.integer(4_000, 15_000),
    faults: drawFaults(random),
    electionTimeoutMsMin,
    electionTimeoutMsMax: 2 * electionTimeoutMsMin,
    fixedElectionTimeouts: random.chance(0.1),
    heartbeatMs: electionTimeoutMsMin / 10,
    weather: drawWeather(random),
    lossChance: rough ? random.between(0, 0.3) : 0,
    duplicateChance: rough ? random.between(0, 0.3) : 0,
    strayChance: rough ? random.between(0, 0.3) : 0,
    strayMs: random.pick([5, 50, 500]),
    clockSkewMax: random.pick([0, 0, 0.01, 0.1]),
    checkpointEntries: random.pick([20, 50, 100, 1_000]),
    checkpointQuietMs: random.pick([200, 2_000]),
    trailingEntries: random.pick([0, 10, 100]),
    historyRevisions: random.pick([20, 200, 10_000]),
    sessionTimeoutMs: random.pick([2_000, 10_000, 60_000]),
    callTimeoutMs: random.pick([500, 3_000, 10_000, 30_000]),
    queueTimeoutMs: random.pick([1_000, 15_000]),
    diskMsMean: random.pick([0.1, 1, 5]),
    thinkMs: random.pick([2, 10, 50]),
    directChance: random.pick([0, 0.3, 0.7]),
    transcode: random.chance(0.2),
  };
}

/** Each kind is on or off by itself, and as frequent as it happens to be. */
function drawFaults(random: Random): ReadonlyMap<FaultKind, number> {
  const faults = new Map<FaultKind, number>();
  const share = random.pick([0.1, 0.3, 0.5, 0.7]);
  for (const kind of FAULT_KINDS) {
    const on = random.chance(share);
    const mean = random.between(300, 5_000);
    if (on) faults.set(kind, mean);
  }
  return faults;
}

function drawWeather(random: Random): Weather {
  return {
    delayMin: random.pick([0.05, 0.2, 1, 5]),
    delayMean: random.pick([0.1, 0.5, 2, 10]),
    spikeChance: random.pick([0, 0, 0.01, 0.05]),
    spikeMs: random.pick([20, 100, 400]),
    keepAliveMs: random.pick([1_000, 3_000, 8_000]),
  };
}
