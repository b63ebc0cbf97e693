/** One run from its beginning to its verdict. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../../simulator/random.js';
import { Arena } from './arena/arena.js';
import { endpointOf, relevo } from './arena/relevo-system.js';
import { campaign, type FaultEvent } from './faults/campaign.js';
import type { FaultName } from './faults/index.js';
import { CommittedLog } from './judgement/committed-log.js';
import { mergeCalls } from './judgement/merged-history.js';
import { judgeReplicas, type Replicas } from './judgement/replicas.js';
import { judgeRun, type RunVerdict } from './judgement/verdict.js';
import { Clients } from './load/clients.js';
import { monotonicMs, type RecordedCall } from './load/record.js';
import { figuresPage, summaryLine, type RunRecord } from './report/figures.js';
import { slicesOf } from './report/series.js';
import { timelineSvg } from './report/timeline.js';

export interface CourseOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly kinds: readonly FaultName[];
  readonly nodes: number;
  readonly clients: number;
  /** Pause between two calls of a caller, on average. */
  readonly thinkMs: number;
  readonly directory: string;
  readonly say: (text: string) => void;
}

const SLOTS = { registers: 80, counters: 24, pairs: 24 };
const LANES = 2;
const CALM_MS = 3_000;
const READY_MS_MAX = 45_000;
const SLICE_MS = 250;

/** True: nothing was wrong. The figures are in the directory. */
export async function runCourse(options: CourseOptions): Promise<boolean> {
  rmSync(options.directory, { recursive: true, force: true });
  mkdirSync(options.directory, { recursive: true });
  const { nodes, clients, directory } = options;
  const arena = await Arena.build({ system: relevo, nodes, clients, directory });
  let passed = false;
  try {
    passed = await new Course(arena, options).go();
    return passed;
  } finally {
    await arena.stopAll();
    if (!passed) await keepData(arena, directory);
    await arena.unmountAll();
    rmSync(join(directory, 'disks'), { recursive: true, force: true });
    if (passed) rmSync(join(directory, 'calls'), { recursive: true, force: true });
  }
}

interface Judged {
  readonly verdict: RunVerdict;
  readonly logEntries: number;
}

class Course {
  readonly #random: Random;
  readonly #events: FaultEvent[] = [];
  readonly #violations: string[] = [];

  constructor(
    private readonly arena: Arena,
    private readonly options: CourseOptions,
  ) {
    this.#random = new Random(options.seed);
  }

  async go(): Promise<boolean> {
    const { arena, options } = this;
    await arena.startAll();
    const unready = await arena.readyWithin(READY_MS_MAX);
    if (unready !== null) throw new Error(`before any fault, ${unready}`);
    const clients = this.#clients();
    const startMs = monotonicMs();
    await clients.start();
    await pause(CALM_MS);
    await this.#faults();
    const recoveredMs = await this.#recover();
    await pause(CALM_MS);
    await clients.stop();
    const endMs = monotonicMs();
    options.say('the clients have ended; what each node has is compared ...');
    // Nobody is left who could write.
    await Promise.all(arena.proxies.map((proxy) => proxy.stop()));
    const replicas = await judgeReplicas(arena);
    if (replicas.objection !== null) this.#violations.push(replicas.objection);
    await arena.stopAll();
    this.#violations.push(...arena.problems());
    const calls = clients.calls();
    options.say(`${calls.length} calls are judged ...`);
    const { verdict, logEntries } = this.#judge(calls, replicas);
    const slices = slicesOf(calls, startMs, endMs, SLICE_MS);
    const { seed, minutes, kinds } = options;
    const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`;
    const { sha256 } = replicas;
    const about = { seed, minutes, kinds, machine, calls, events: this.#events, sha256 };
    return this.#report({
      ...about,
      slices,
      sliceMs: SLICE_MS,
      startMs,
      verdict,
      recoveredMs,
      logEntries,
    });
  }

  #clients(): Clients {
    const { arena, options } = this;
    const endpoints = arena.hostsOf('proxy').map(endpointOf);
    return new Clients(arena.hostsOf('client'), options.directory, ({ number }) => ({
      store: 'relevo',
      // Half of them begin at each proxy.
      endpoints: number % 2 === 0 ? [...endpoints].reverse() : endpoints,
      slots: SLOTS,
      staleShare: 0.1,
      thinkMs: options.thinkMs,
      seed: this.#random.bits(),
    }));
  }

  async #faults(): Promise<void> {
    const { arena, options } = this;
    const endMs = performance.now() + options.minutes * 60_000;
    await campaign({
      arena,
      random: this.#random.fork(),
      kinds: options.kinds,
      lanes: LANES,
      endMs,
      onEvent: (event) => {
        this.#events.push(event);
        const left = Math.max(0, (endMs - performance.now()) / 1_000);
        const seconds = (event.toMs - event.fromMs) / 1_000;
        options.say(
          `${left.toFixed(0).padStart(5)} s left  ${event.kind} ${event.text}, ${seconds.toFixed(1)} s`,
        );
      },
    });
  }

  /** Returns how long it took until all served again. */
  async #recover(): Promise<number> {
    const { arena } = this;
    await Promise.all(arena.machines.map((machine) => machine.start()));
    const from = performance.now();
    const problem = await arena.readyWithin(READY_MS_MAX);
    if (problem !== null)
      this.#violations.push(`${READY_MS_MAX} ms after all was healed, ${problem}`);
    return performance.now() - from;
  }

  #judge(calls: readonly RecordedCall[], { anchor, final }: Replicas): Judged {
    const violations = [...this.#violations];
    const unjudged = { checked: 0, undecidedKeys: 0, unknown: { committed: 0, gone: 0 } };
    // Without equal files nobody knows which log is the one; what is wrong stands in the violations.
    if (anchor === null) return { verdict: { ...unjudged, violations }, logEntries: 0 };
    const log = new CommittedLog();
    for (const { disk } of this.arena.nodes) {
      if (disk !== null) log.addFolder(disk.archive.directory);
    }
    const entries = log.entries(anchor.index, anchor.chain);
    const verdict = judgeRun(mergeCalls(calls), entries, final);
    violations.push(...verdict.violations);
    return { verdict: { ...verdict, violations }, logEntries: entries.length };
  }

  #report(run: RunRecord): boolean {
    const { directory } = this.options;
    const line = summaryLine(run);
    const { slices, sliceMs, events, startMs } = run;
    const picture = timelineSvg({
      title: `Nemesis, seed ${run.seed}`,
      slices,
      sliceMs,
      events,
      startMs,
    });
    writeFileSync(join(directory, 'timeline.svg'), picture);
    writeFileSync(join(directory, 'figures.md'), figuresPage(run));
    for (const violation of run.verdict.violations) console.error(violation);
    console.log(line);
    this.options.say(`a picture and all figures are in ${directory}`);
    return run.verdict.violations.length === 0 && run.verdict.undecidedKeys === 0;
  }
}

/** What went wrong is to be looked at: the nodes' directories, and every segment there ever was. */
async function keepData(arena: Arena, directory: string): Promise<void> {
  for (const { name, disk } of arena.nodes) {
    if (disk?.volume.mounted !== true) continue;
    await disk.volume.empty();
    cpSync(disk.dataDirectory, join(directory, 'data', name), {
      recursive: true,
      filter: (source) => !source.endsWith('.sock'),
    });
    cpSync(disk.archive.directory, join(directory, 'archive', name), { recursive: true });
  }
  console.error(`logs, data and calls are kept in ${directory}`);
}
