/**
 * Everything about a run that is drawn from its seed before it begins: plain data, so that a run can be
 * done again with less in it.
 */
import {
  FIRST_KINDS,
  LATER_KINDS,
  MEMBERSHIP_KINDS,
  type FaultKind,
  type Strike,
} from './fault-kinds.js';
import type { Weather } from './network.js';
import { Random } from './random.js';

export interface Plan {
  readonly seed: number;
  readonly nodes: number;
  /** Nodes that are no members at first, and may become some. */
  readonly spares: number;
  readonly proxies: number;
  readonly clients: number;
  readonly callersPerClient: number;
  /** How long faults go on, ms. */
  readonly faultsMs: number;
  /** In order of time. */
  readonly strikes: readonly Strike[];
  /** The callers' calls by number, as far as they are made; null: all of them. */
  readonly calls: readonly number[] | null;
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  /** Each node has one timeout of its own, and no hints: the written scenario (R7). */
  readonly fixedElectionTimeouts: boolean;
  /** By number of the node: its fixed timeout, ms; null and those left out are as above. */
  readonly electionTimeoutsMs?: readonly (number | null)[];
  readonly heartbeatMs: number;
  readonly weather: Weather;
  /** Of the core's messages between nodes: lost, doubled, late and out of order. */
  readonly lossChance: number;
  readonly duplicateChance: number;
  readonly strayChance: number;
  readonly strayMs: number;
  /** How much longer a piece of a checkpoint takes, on average. */
  readonly chunkMs: number;
  /** Of a piece of a checkpoint, and of one message's entries. */
  readonly chunkBytes: number;
  readonly batchBytesMax: number;
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
  /** Each first node has a client of its own with so many callers, who only read, and pause so long (mean). */
  readonly readersPerNode: number;
  readonly readerThinkMs: number;
  /** How many of the clients speak to the nodes themselves, not to a proxy. */
  readonly directChance: number;
  /** Everything passes through the production codecs. */
  readonly transcode: boolean;
}

/** What is not left to the seed. */
export interface PlanOverrides {
  readonly nodes?: number;
  /** These kinds of faults strike, and no others. */
  readonly kinds?: readonly FaultKind[];
  readonly fixed?: Partial<Parameters>;
}

/** What may be said of a world beforehand, one by one: how fast it is, how rough, what is asked of it. */
export type Parameters = Omit<Plan, 'seed' | 'nodes' | 'strikes' | 'calls'>;

export function drawPlan(seed: number, overrides: PlanOverrides = {}): Plan {
  const source = new Random(seed);
  const random = source.fork();
  // What was added later, so that it shifts nothing of what was there before.
  const later = source.fork();
  const { fixed = {} } = overrides;
  const nodes = overrides.nodes ?? random.pick([1, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5, 7]);
  const faultsMs = fixed.faultsMs ?? random.integer(4_000, 15_000);
  const spares = fixed.spares ?? (nodes > 1 && random.chance(0.5) ? 3 : 0);
  const electionTimeoutMsMin = fixed.electionTimeoutMsMin ?? random.pick([300, 500, 1_000]);
  return {
    seed,
    nodes,
    spares,
    proxies: random.integer(1, 2),
    clients: random.integer(1, 5),
    callersPerClient: random.integer(1, 5),
    faultsMs,
    strikes: [
      ...drawStrikes(random, faultsMs, spares > 0, FIRST_KINDS, [0.1, 0.2, 0.3, 0.5], overrides),
      ...drawStrikes(later, faultsMs, spares > 0, LATER_KINDS, [0.4], overrides),
    ].sort((a, b) => a.at - b.at),
    calls: null,
    electionTimeoutMsMin,
    electionTimeoutMsMax: 2 * electionTimeoutMsMin,
    fixedElectionTimeouts: random.chance(0.1),
    heartbeatMs: electionTimeoutMsMin / 10,
    weather: drawWeather(random),
    ...drawRoughness(random),
    chunkMs: random.pick([0, 0, 5, 100]),
    chunkBytes: random.pick([1_024, 8_192, 262_144]),
    batchBytesMax: random.pick([1, 1_000, 262_144]),
    clockSkewMax: random.pick([0, 0, 0.01, 0.1]),
    checkpointEntries: random.pick([20, 50, 100, 100, 1_000]),
    checkpointQuietMs: random.pick([200, 2_000]),
    trailingEntries: random.pick([0, 10, 100]),
    historyRevisions: random.pick([20, 200, 10_000]),
    sessionTimeoutMs: random.pick([2_000, 10_000, 60_000]),
    callTimeoutMs: random.pick([500, 3_000, 10_000, 30_000]),
    queueTimeoutMs: random.pick([1_000, 15_000]),
    diskMsMean: random.pick([0.1, 1, 5, 20]),
    thinkMs: random.pick([2, 5, 30]),
    directChance: random.pick([0, 0.3, 0.7]),
    transcode: random.chance(0.2),
    readersPerNode: later.pick([0, 1, 1, 2]),
    readerThinkMs: later.pick([20, 50, 200]),
    // Shorter than many an outage: sessions expire while writes of theirs are under way.
    ...(later.chance(0.15) && { sessionTimeoutMs: 500 }),
    ...fixed,
  };
}

/** Each kind is on or off by itself, and as frequent as it happens to be. */
function drawStrikes(
  random: Random,
  faultsMs: number,
  spares: boolean,
  kinds: readonly FaultKind[],
  shares: readonly number[],
  only: PlanOverrides,
): readonly Strike[] {
  const strikes: Strike[] = [];
  const share = random.pick(shares);
  for (const kind of kinds) {
    // Drawn for each kind, so that one more kind shifts no other.
    const draw = random.fork();
    const isOn = draw.chance(share);
    if (!(only.kinds?.includes(kind) ?? isOn) || (MEMBERSHIP_KINDS.has(kind) && !spares)) continue;
    const mean = draw.between(300, 5_000);
    for (let at = draw.exponential(mean); at < faultsMs; at += draw.exponential(mean)) {
      strikes.push({ at, kind, seed: draw.bits() });
    }
  }
  return strikes;
}

/** Which kinds strike in it. */
export function kindsOf(plan: Plan): ReadonlySet<FaultKind> {
  return new Set(plan.strikes.map(({ kind }) => kind));
}

function drawRoughness(
  random: Random,
): Pick<Plan, 'lossChance' | 'duplicateChance' | 'strayChance' | 'strayMs'> {
  const rough = random.chance(0.4);
  return {
    lossChance: rough ? random.between(0, 0.3) : 0,
    duplicateChance: rough ? random.between(0, 0.3) : 0,
    strayChance: rough ? random.between(0, 0.3) : 0,
    strayMs: random.pick([5, 50, 500]),
  };
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
