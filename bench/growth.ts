/**
 * `npm run bench -- growth`: what a million keys cost. Each figure is of one run on one machine, and the
 * rates of the small and the large cluster are taken in turn, so that what else runs there hits both.
 */
import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ClusterNode } from '#cluster';
import type { Finding } from './finding.js';
import { GrowthCluster } from './growth-cluster.js';
import { CALLERS, Load } from './growth-load.js';
import { loopDelay } from './loop-delay.js';
import { usageOf } from './process-usage.js';

export interface GrowthOptions {
  readonly keys: number;
  readonly small: number;
  /** Of each window. */
  readonly seconds: number;
  /** Which of `PARTS`. */
  readonly parts: readonly string[];
  readonly root: string;
  readonly say: (text: string) => void;
}

const ROUNDS = 3;
const NANOSECONDS = 1e6;
const LOOK_EVERY_MS = 20;
const IDLE_MS = 10_000;
const IDLE_ATTEMPTS = 10;
const SETTLE_MS = 5_000;
/** A quiet checkpoint begins 2 s after the last write, and a second later for each 5 MB. */
const CHECKPOINT_AWAITED_MS = 120_000;
const JOINED_MS_MAX = 120_000;
const READ_MS_MAX = 60_000;
/** The last of the nodes: it is started once the others hold all keys. */
const LATE = 'cy';

const p99 = (histogram: RecordableHistogram): number => histogram.percentile(99) / NANOSECONDS;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** In this order, for each depends on what the ones before it left. */
export const PARTS = ['join', 'rate', 'memory', 'checkpoint', 'ranges', 'idle', 'restart', 'log'];

/** What was found so far is told by `say`, and not lost if a later part fails. */
export async function measureGrowth(options: GrowthOptions): Promise<Finding[]> {
  const { root, keys, parts, say } = options;
  const findings: Finding[] = [];
  const part = async (name: string, measure: () => Promise<Finding[]>): Promise<void> => {
    if (!parts.includes(name)) return;
    // What went wrong in one part is a finding too, and the others go on.
    const found = await measure().catch((error: unknown): Finding[] => [
      { what: name, figure: `failed: ${String(error)}`, target: '', held: false },
    ]);
    for (const finding of found) say(`found      ${finding.what}: ${finding.figure}`);
    findings.push(...found);
  };
  if (parts.some((name) => name !== 'log')) {
    const late = parts.includes('join') ? [LATE] : [];
    await withCluster(GrowthCluster.start(root, keys, late), async (many) => {
      await filled(many, say);
      await part('join', () => join(many, say));
      await part('rate', () => rates(many, options));
      await part('memory', () => memory(many));
      await part('checkpoint', () => checkpoint(many, options));
      await part('ranges', () => ranges(many, options));
      await part('idle', () => idle(many));
      await part('restart', () => restart(many, 'its newest checkpoint and the log behind it'));
    });
  }
  await part('log', () => restartFromLog(options));
  return findings;
}

async function withCluster<Result>(
  starting: Promise<GrowthCluster>,
  use: (cluster: GrowthCluster) => Promise<Result>,
): Promise<Result> {
  const cluster = await starting;
  try {
    return await use(cluster);
  } finally {
    await cluster.stop();
  }
}

async function filled(cluster: GrowthCluster, say: (text: string) => void): Promise<void> {
  const started = performance.now();
  await cluster.fill((done) => {
    const rate = Math.round((done / (performance.now() - started)) * 1000);
    say(`filling    ${done} of ${cluster.keys} keys, ${rate} /s`);
  });
}

/** A node that was never started joins: it has no directory, and gets a checkpoint over the wire. */
async function join(many: GrowthCluster, say: (text: string) => void): Promise<Finding[]> {
  const load = new Load(many);
  await pause(1000);
  say(`joining    ${LATE}, which has no directory yet, while ${CALLERS} callers put ...`);
  const started = performance.now();
  await many.cluster.start(LATE);
  const ms = await untilItAnswers(many, LATE, started, JOINED_MS_MAX);
  await load.stop();
  const bytes = many.checkpointBytes(many.cluster.node(LATE));
  return [
    {
      what:
        `a node without a directory joins ${many.keys} keys while ${CALLERS} callers put: from the start ` +
        'of its process to its first linearizable answer (the log behind the checkpoint included)',
      figure: `${seconds(ms)}, ${(bytes / 1e6).toFixed(0)} MB, ${load.operations} puts, ${load.failed} failed${load.firstFailure}`,
      target: '<= 20 s, 0',
      held: ms <= 20_000 && load.failed === 0 && bytes > 0,
    },
  ];
}

/** Ms from `started` until the node answers a linearizable read, which takes everything committed. */
async function untilItAnswers(
  { cluster }: GrowthCluster,
  name: string,
  started: number,
  msMax: number,
): Promise<number> {
  const client = await cluster.connectTo(name, { timeoutMs: msMax });
  try {
    for (;;) {
      try {
        await client.get('k0000001');
        return performance.now() - started;
      } catch (error) {
        if (performance.now() - started > msMax) throw error;
        await pause(LOOK_EVERY_MS);
      }
    }
  } finally {
    await client.close();
  }
}

function rates(many: GrowthCluster, options: GrowthOptions): Promise<Finding[]> {
  return withCluster(GrowthCluster.start(options.root, options.small), async (few) => {
    await filled(few, options.say);
    return compare(few, many, options);
  });
}

async function compare(
  few: GrowthCluster,
  many: GrowthCluster,
  { seconds: window, say }: GrowthOptions,
): Promise<Finding[]> {
  const sums = [few, many].map((cluster) => ({ cluster, operations: 0, cpuMs: 0 }));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const sum of sums) {
      say(`measuring  puts at ${sum.cluster.keys} keys, round ${round} of ${ROUNDS} ...`);
      const load = new Load(sum.cluster);
      await pause(500);
      const before = { operations: load.operations, cpuMs: sum.cluster.cpuMs() };
      await pause(window * 1000);
      sum.operations += load.operations - before.operations;
      sum.cpuMs += sum.cluster.cpuMs() - before.cpuMs;
      await load.stop();
    }
  }
  const [small, large] = sums;
  if (small === undefined || large === undefined) return [];
  const rate = (sum: typeof small): number => sum.operations / (ROUNDS * window);
  const cost = (sum: typeof small): number => (sum.cpuMs * 1000) / sum.operations;
  const ratio = rate(large) / rate(small);
  const both = `${CALLERS} callers, the two clusters in turn, ${ROUNDS} x ${window} s each, checkpoints included`;
  return [
    {
      what: `put rate at ${many.keys} keys against ${few.keys} keys (${both})`,
      figure: `${ratio.toFixed(2)} x (${Math.round(rate(large))} /s, ${Math.round(rate(small))} /s)`,
      target: '>= 0.8 x',
      held: ratio >= 0.8,
    },
    {
      what: 'processor time of all nodes and the proxy for a put, the same way',
      figure: `${cost(large).toFixed(0)} us, ${cost(small).toFixed(0)} us`,
      target: '',
      held: null,
    },
  ];
}

async function memory(many: GrowthCluster): Promise<Finding[]> {
  const load = new Load(many);
  await pause(2000);
  const mb = many.memoryMb();
  await load.stop();
  return [
    {
      what: `resident memory of the largest node, ${many.keys} keys of 100 bytes, under load`,
      figure: `${mb.toFixed(0)} MB`,
      target: '<= 700 MB',
      held: mb <= 700,
    },
  ];
}

/** Waits for the checkpoint that follows when writes fall quiet, and puts while it is written. */
async function checkpoint(many: GrowthCluster, options: GrowthOptions): Promise<Finding[]> {
  const without = createHistogram();
  const during = createHistogram();
  await until(() => !many.writesCheckpoint(), CHECKPOINT_AWAITED_MS);
  await loopDelay(many.running);
  const quiet = new Load(many);
  await pause(500);
  quiet.sink = without;
  const end = performance.now() + options.seconds * 1000;
  while (performance.now() < end && !many.writesCheckpoint()) await pause(LOOK_EVERY_MS);
  await quiet.stop();
  const before = await loopDelay(many.running);
  options.say('waiting    for a checkpoint, in quiet ...');
  await until(() => many.writesCheckpoint(), CHECKPOINT_AWAITED_MS);
  await loopDelay(many.running);
  const started = performance.now();
  const busy = new Load(many);
  busy.sink = during;
  await until(() => !many.writesCheckpoint(), CHECKPOINT_AWAITED_MS);
  const took = performance.now() - started;
  await busy.stop();
  const meanwhile = await loopDelay(many.running);
  const ratio = p99(during) / p99(without);
  return [
    {
      what: `put p99 while a checkpoint of ${many.keys} keys is written, against without (${CALLERS} callers)`,
      figure: `${ratio.toFixed(2)} x (${p99(during).toFixed(1)} ms, ${p99(without).toFixed(1)} ms), ${seconds(took)} long`,
      target: '<= 3 x',
      held: ratio <= 3,
    },
    {
      what: 'event loop held up, p99 and longest, of the worst node: without, and while it is written',
      figure: `${delayText(before)}; ${delayText(meanwhile)}`,
      target: '',
      held: null,
    },
  ];
}

const delayText = ({ p99Ms, maxMs }: { p99Ms: number; maxMs: number }): string =>
  `${p99Ms.toFixed(1)} / ${maxMs.toFixed(0)} ms`;

async function until(condition: () => boolean, msMax: number): Promise<void> {
  const end = performance.now() + msMax;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`nothing happened within ${seconds(msMax)}`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Of the first seconds in which nothing happens, and no checkpoint is written either. */
async function idle(many: GrowthCluster): Promise<Finding[]> {
  const cpu = (node: ClusterNode): number => usageOf(node.process.pid ?? 0)?.cpuMs ?? 0;
  let share = Infinity;
  for (let attempt = 0, isQuiet = false; attempt < IDLE_ATTEMPTS && !isQuiet; attempt++) {
    // What the load left behind is cleared away first.
    await pause(SETTLE_MS);
    const before = many.running.map(cpu);
    const started = performance.now();
    isQuiet = true;
    while (performance.now() - started < IDLE_MS) {
      isQuiet &&= !many.writesCheckpoint();
      await pause(LOOK_EVERY_MS);
    }
    const elapsed = performance.now() - started;
    share = Math.max(...many.running.map((node, at) => cpu(node) - (before[at] ?? 0))) / elapsed;
  }
  return [
    {
      what: `processor share of the busiest node, idle for ${IDLE_MS / 1000} s, with ${many.keys} keys`,
      figure: percent(share),
      target: '<= 1 %',
      held: share <= 0.01,
    },
    {
      what: `resident memory of the largest node after that, ${many.keys} keys of 100 bytes`,
      figure: `${many.memoryMb().toFixed(0)} MB`,
      target: '<= 700 MB',
      held: many.memoryMb() <= 700,
    },
  ];
}

/** Puts while another thread reads all keys, again and again. */
async function ranges(many: GrowthCluster, options: GrowthOptions): Promise<Finding[]> {
  const without = createHistogram();
  const during = createHistogram();
  const load = new Load(many);
  await pause(500);
  load.sink = without;
  await pause(options.seconds * 1000);
  load.sink = null;
  await loopDelay(many.running);
  options.say(`reading    all ${many.keys} keys in one range, while ${CALLERS} callers put ...`);
  const reader = new Worker(new URL('range-reader.js', import.meta.url), {
    workerData: { endpoints: many.cluster.endpoints, timeoutMs: READ_MS_MAX, times: 2 },
  });
  load.sink = during;
  const read = await new Promise<{ keys: number; ms: number }>((resolve, reject) => {
    reader.once('message', resolve);
    reader.once('error', reject);
  }).finally(async () => {
    load.sink = null;
    await load.stop();
  });
  const delay = await loopDelay(many.running);
  await reader.terminate();
  const ratio = p99(during) / p99(without);
  return [
    {
      what: `put p99 while ranges over ${many.keys} keys, without values, are read, against without (${CALLERS} callers)`,
      figure:
        `${ratio.toFixed(2)} x (${p99(during).toFixed(1)} ms, ${p99(without).toFixed(1)} ms), ` +
        `${read.keys} keys in ${seconds(read.ms)}, loop ${delayText(delay)}, ${load.failed} failed${load.firstFailure}`,
      target: '',
      held: null,
    },
  ];
}

/** A follower is killed and started. */
async function restart(many: GrowthCluster, from: string): Promise<Finding[]> {
  const { name } = await many.follower();
  await many.cluster.kill(name);
  const started = performance.now();
  await many.cluster.start(name);
  const ms = await untilItAnswers(many, name, started, JOINED_MS_MAX);
  const cpuMs = usageOf(many.cluster.node(name).process.pid ?? 0)?.cpuMs ?? 0;
  return [
    {
      what: `a killed follower with ${many.keys} keys starts from ${from}: from the start of its process to its first linearizable answer`,
      figure: `${seconds(ms)} (${seconds(cpuMs)} of processor time)`,
      target: '<= 3 s',
      held: ms <= 3_000,
    },
  ];
}

/** The same without any checkpoint: all of it is read from the log. */
async function restartFromLog({ root, keys, say }: GrowthOptions): Promise<Finding[]> {
  const never = { CHECKPOINT_ENTRIES: '1000000000', CHECKPOINT_BYTES: '1000GiB' };
  const environment = { ...never, QUIET_CHECKPOINT: '24h' };
  return withCluster(GrowthCluster.start(root, keys, [], environment), async (cluster) => {
    await filled(cluster, say);
    return restart(cluster, 'a log of as many entries, without a checkpoint');
  });
}
