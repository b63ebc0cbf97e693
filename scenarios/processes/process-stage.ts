/** Real processes as the stage of a scenario: real signals, real disks, real clients; time is the real one. */
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterStatus, newestStateFile } from '#client/cli';
import { Cluster, ClusterError } from '#cluster';
import type {
  Answer,
  Ask,
  StageAct,
  StageResult,
  StateFile,
  View,
  WorldSpec,
} from '../language/index.js';
import { ProcessCalls, type CallAct } from './calls.js';
import { FaultControl, type FaultAct } from './fault-control.js';
import { Keeping } from './keeping.js';
import { readLog } from './log-files.js';
import { NodeRemarks } from './node-remarks.js';
import { NodeViews } from './node-views.js';

/** Looking more often would cost the nodes more than the scenario does. */
const PASS_MS_MIN = 20;
const TRANSFER_MS_MAX = 10_000;
const TRANSFER_PAUSE_MS = 200;
const FAST_ELECTION = '600-1200ms';

export interface ProcessStageOptions {
  /** Made anew. */
  readonly dataDirectory: string;
  /** Where to keep files and logs; null: nowhere. */
  readonly saveDirectory: string | null;
  readonly fast: boolean;
}

interface World {
  readonly cluster: Cluster;
  readonly beganMs: number;
  readonly views: NodeViews;
  readonly remarks: NodeRemarks;
  readonly calls: ProcessCalls;
  readonly keeping: Keeping;
  readonly faults: FaultControl;
}

type NodeAct = Exclude<StageAct, CallAct | FaultAct>;

export class ProcessStage {
  #world: World | null = null;

  constructor(private readonly options: ProcessStageOptions) {}

  async answer(ask: Ask): Promise<Answer> {
    switch (ask.type) {
      case 'begin':
        this.#world = await this.#begin(ask.world);
        return { type: 'begin' };
      case 'step':
        await this.#current.keeping.afterRestarts();
        return { type: 'step' };
      case 'act':
        return { type: 'act', result: await this.#act(ask.act, ask.timeoutMs) };
      case 'pass':
        await pause(Math.max(PASS_MS_MIN, ask.ms));
        return { type: 'pass' };
      case 'look':
        return { type: 'look', view: await this.#look() };
      case 'call':
        return { type: 'call', call: this.#current.calls.view(ask.call) };
      case 'log':
        return { type: 'log', log: await readLog(this.#node(ask.node).dataDirectory) };
      case 'version':
        return { type: 'version', version: await this.#current.calls.version(ask.node, ask.key) };
      case 'files':
        return { type: 'files', files: await this.#files() };
      case 'remarks':
        return { type: 'remarks', remarks: this.#current.remarks.since(ask.from) };
    }
  }

  /** Ends every process. */
  async close(): Promise<void> {
    const world = this.#world;
    if (world === null) return;
    this.#world = null;
    await world.keeping.afterRestarts();
    await world.keeping.save('at-the-end');
    await world.calls.close();
    world.views.close();
    world.faults.close();
    for (const { process } of world.cluster.nodes) if (process.state === 'paused') process.resume();
    await world.cluster.stopAll();
  }

  async #begin(world: WorldSpec): Promise<World> {
    const cluster = await Cluster.create({
      dataDirectory: this.options.dataDirectory,
      fresh: true,
      ports: 'random',
      nodes: world.names.length,
      leaderBorn: false,
      breakable: true,
      ...electionTimeouts(world, this.options.fast),
      environment: environmentOf(world),
    });
    await cluster.startAll();
    const calls = new ProcessCalls(cluster);
    return {
      cluster,
      beganMs: performance.now(),
      views: new NodeViews(cluster),
      remarks: new NodeRemarks(cluster.nodes, Date.now()),
      calls,
      keeping: new Keeping(this.options.saveDirectory, cluster.nodes, cluster.logDirectory),
      faults: new FaultControl(cluster),
    };
  }

  get #current(): World {
    if (this.#world === null) throw new Error('the scenario has not begun');
    return this.#world;
  }

  #node(id: number): Cluster['nodes'][number] {
    return this.#current.cluster.node(String(id));
  }

  async #look(): Promise<View> {
    const nodes = await this.#current.views.look();
    return { atMs: performance.now() - this.#current.beganMs, nodes, broken: '' };
  }

  async #act(act: StageAct, timeoutMs: number): Promise<StageResult> {
    switch (act.type) {
      case 'set':
      case 'get':
      case 'delete':
        return { ok: true, call: this.#current.calls.begin(act, timeoutMs) };
      case 'isolate':
      case 'expire':
      case 'cut':
      case 'mend':
      case 'disk':
      case 'heal':
        return this.#current.faults.inflict(act);
      default:
        return this.#nodeAct(act).catch((error: unknown): StageResult => {
          if (error instanceof ClusterError) return { ok: false, reason: error.message };
          throw error;
        });
    }
  }

  async #nodeAct(act: NodeAct): Promise<StageResult> {
    const { cluster, keeping } = this.#current;
    const node = this.#node(act.type === 'transfer' ? act.to : act.node);
    const { name } = node;
    switch (act.type) {
      case 'kill':
      case 'stop':
        await keeping.save(`before-${act.type}-${name}`);
        await (act.type === 'kill' ? cluster.kill(name) : cluster.stop(name));
        return { ok: true };
      case 'start':
        await keeping.save(`before-start-${name}`);
        await cluster.start(name);
        keeping.restarted(name);
        return { ok: true };
      case 'pause':
        cluster.pause(name);
        return { ok: true };
      case 'resume':
        cluster.resume(name);
        return { ok: true };
      case 'wipe':
        if (node.process.state !== 'stopped') return { ok: false, reason: `${name} runs` };
        rmSync(node.dataDirectory, { recursive: true, force: true });
        return { ok: true };
      case 'transfer':
        return transfer(node.address, node.id);
      case 'lose-power':
        return { ok: false, reason: 'no real process loses what was not synced: simulator alone' };
    }
  }

  async #files(): Promise<readonly StateFile[]> {
    const running = this.#current.cluster.nodes.filter(
      ({ process }) => process.state === 'running',
    );
    return Promise.all(
      running.map(async ({ id, dataDirectory }) => {
        const file = await newestStateFile(dataDirectory);
        return { node: id, path: file?.path ?? '', sha256: file?.sha256 ?? '' };
      }),
    );
  }
}

/**
 * Asked of the node that is to lead, which passes it on. A leader gives a hand-over up after one
 * election timeout, which a slow disk exceeds; so it is asked for again, as its error tells people to.
 */
async function transfer(address: string, to: number): Promise<StageResult> {
  const status = new ClusterStatus([address]);
  const due = performance.now() + TRANSFER_MS_MAX;
  try {
    for (;;) {
      try {
        await status.transfer(to, Math.max(due - performance.now(), TRANSFER_PAUSE_MS));
        return { ok: true };
      } catch (error) {
        if (performance.now() + TRANSFER_PAUSE_MS < due) await pause(TRANSFER_PAUSE_MS);
        else return { ok: false, reason: error instanceof Error ? error.message : String(error) };
      }
    }
  } finally {
    status.close();
  }
}

function electionTimeouts(
  { names, electionMs }: WorldSpec,
  fast: boolean,
): { readonly electionTimeout?: string | Record<string, string> } {
  const fixed = names.flatMap((name, i): [string, string][] => {
    const ms = electionMs[i] ?? null;
    return ms === null ? [] : [[name, `${ms}ms`]];
  });
  if (fixed.length > 0) return { electionTimeout: Object.fromEntries(fixed) };
  return fast ? { electionTimeout: FAST_ELECTION } : {};
}

function environmentOf({ heartbeatMs, checkpointEntries }: WorldSpec): Record<string, string> {
  return {
    ...(heartbeatMs === null ? {} : { HEARTBEAT: `${heartbeatMs}ms` }),
    // What a checkpoint stands for is to be gone at once, or nobody would have to be sent it.
    ...(checkpointEntries === null
      ? {}
      : { CHECKPOINT_ENTRIES: String(checkpointEntries), TRAILING_ENTRIES: '0' }),
  };
}
