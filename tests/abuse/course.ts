/** One attack after the other on one cluster, while a healthy client goes on; each is judged by itself. */
import { setTimeout as pause } from 'node:timers/promises';
import { Relevo } from '#client';
import type { Cluster } from '#cluster';
import type { Attack, Targets } from './attacks/attack.js';
import { LARGE_PREFIX } from './attacks/streams.js';
import type { AttackerProcess } from './attacker-process.js';
import { Healthy } from './healthy.js';
import { Metronome } from './metronome.js';
import {
  holdingOf,
  PeakWatch,
  untilFilesAreBack,
  type Holding,
  type Watched,
} from './processes.js';
import { violationsOf, type Trial } from './verdict.js';

export interface Judged {
  readonly name: string;
  readonly trial: Trial;
  readonly violations: readonly string[];
}

/** The healthy client's figures without any attack are taken anew before each, ms. */
const BEFORE_MS = 1_000;
const DURING_MS_MIN = 1_500;
/** After an attack what it left open has to be gone, ms: what was cut last is given its farewell. */
const FILES_MS_MAX = 6_000;
/** Sockets of newcomers and monitors come and go: so many may be open at either moment. */
const FILES_SLACK = 12;
const LARGE_KEYS = 16;
const LARGE_VALUE = Buffer.alloc(64 * 1024, 0x61);

export class Course {
  readonly #cluster: Cluster;
  readonly #attacker: AttackerProcess;
  readonly #healthy: Healthy;
  readonly #metronome = new Metronome();
  readonly #watched: readonly Watched[];
  readonly #targets: Targets;

  private constructor(
    cluster: Cluster,
    attacker: AttackerProcess,
    healthy: Healthy,
    leader: string,
  ) {
    this.#cluster = cluster;
    this.#attacker = attacker;
    this.#healthy = healthy;
    this.#watched = watchedOf(cluster);
    this.#targets = targetsOf(cluster, leader);
  }

  static async begin(cluster: Cluster, attacker: AttackerProcess): Promise<Course> {
    const [endpoint = ''] = cluster.endpoints;
    await writeLargeRange(endpoint);
    const monitored = [...cluster.nodes, ...cluster.proxies].map(
      ({ httpPort }) => `127.0.0.1:${httpPort}`,
    );
    const healthy = await Healthy.start({ endpoint, monitored });
    return new Course(cluster, attacker, healthy, await leaderOf(cluster));
  }

  async play({ name, p99MsFloor }: Attack): Promise<Judged> {
    const leaderBefore = await leaderOf(this.#cluster);
    const calmMs = performance.now();
    await pause(BEFORE_MS);
    const held = this.holdings();
    const startMs = performance.now();
    const watch = new PeakWatch(this.#watched);
    const findings = await this.#attacker.play(name, this.#targets);
    // A short attack is looked at for as long as a long one: a tail needs requests.
    await pause(Math.max(0, startMs + DURING_MS_MIN - performance.now()));
    const endMs = performance.now();
    const leftovers = await untilFilesAreBack(this.#watched, held, FILES_SLACK, FILES_MS_MAX);
    watch.stop();
    const trial: Trial = {
      before: this.#healthy.window(calmMs, startMs),
      during: this.#healthy.window(startMs, endMs),
      machineStallMs: this.#metronome.worstMs(startMs, endMs),
      held,
      peaks: watch.peaks,
      leftovers,
      leaderBefore,
      leaderAfter: await leaderOf(this.#cluster),
      findings,
      p99MsFloor,
    };
    return { name, trial, violations: violationsOf(trial) };
  }

  holdings(): ReadonlyMap<string, Holding> {
    return new Map(this.#watched.map((each) => [each.name, holdingOf(each)]));
  }

  async end(): Promise<void> {
    this.#metronome.stop();
    await this.#healthy.stop();
  }
}

async function leaderOf(cluster: Cluster): Promise<string> {
  return (await cluster.leader()) ?? 'nobody';
}

function watchedOf(cluster: Cluster): readonly Watched[] {
  return [...cluster.nodes, ...cluster.proxies].map(({ name, process }) => {
    if (process.pid === null) throw new Error(`${name} does not run`);
    return { name, pid: process.pid };
  });
}

/** The leader's ports, for all that stands on it; its HTTP port as well. */
function targetsOf(cluster: Cluster, leader: string): Targets {
  const host = '127.0.0.1';
  const { port, peerPort, httpPort } = cluster.node(leader);
  const [proxy] = cluster.proxies;
  if (proxy === undefined) throw new Error('the cluster has no proxy');
  return {
    proxy: { host, port: proxy.port },
    node: { host, port },
    peer: { host, port: peerPort },
    http: { host, port: httpPort },
  };
}

async function writeLargeRange(endpoint: string): Promise<void> {
  const client = await Relevo.connect(endpoint);
  for (let key = 0; key < LARGE_KEYS; key += 1) {
    await client.put(`${LARGE_PREFIX}${key}`, LARGE_VALUE);
  }
  await client.close(1_000);
}
