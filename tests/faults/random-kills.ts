/**
 * Random kills, stops and freezes of real processes, while callers read and write a few keys; then the
 * whole history is checked for linearizability, reads from followers included.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { RelevoError, type RelevoClient } from '#client';
import type { Cluster } from '#cluster';
import { checkLinearizable, type Operation } from '../../simulator/oracle/linearizability.js';
import {
  registerModel,
  type RegisterInput,
  type RegisterOutput,
} from '../../simulator/oracle/register.js';
import { Random } from '../../simulator/random.js';

export interface RandomKillsResult {
  readonly seed: number;
  readonly operations: number;
  readonly answered: number;
  readonly unknown: number;
  /** Linearizable reads, by the node that answered. */
  readonly readsByNode: ReadonlyMap<number, number>;
  readonly faults: ReadonlyMap<string, number>;
  readonly keys: number;
  /** Keys whose search was given up. */
  readonly undecided: number;
  /** Null: the history is linearizable. */
  readonly objection: string | null;
}

const CALLERS_PER_KEY = 4;
const KEYS_AT_A_TIME = 8;
/** Then the callers turn to a fresh key, so that each history stays short enough to check. */
const CALLS_PER_KEY = 160;
const FAULT_MS_MIN = 1_200;
const FAULT_MS_MAX = 3_000;
const DOWN_MS_MIN = 300;
const DOWN_MS_MAX = 2_500;

type Recorded = Operation<RegisterInput, RegisterOutput>;

export async function randomKills(
  cluster: Cluster,
  seed: number,
  seconds: number,
): Promise<RandomKillsResult> {
  const run = new Run(cluster, new Random(seed), performance.now() + seconds * 1_000, seed);
  return run.go();
}

class Run {
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #endMs: number;
  readonly #seed: number;
  readonly #histories = new Map<string, Recorded[]>();
  readonly #readsByNode = new Map<number, number>();
  readonly #faults = new Map<string, number>();
  #moment = 0;
  #value = 0;
  #unknown = 0;
  #answered = 0;

  constructor(cluster: Cluster, random: Random, endMs: number, seed: number) {
    this.#cluster = cluster;
    this.#random = random;
    this.#endMs = endMs;
    this.#seed = seed;
  }

  async go(): Promise<RandomKillsResult> {
    const clients = await Promise.all(
      Array.from({ length: KEYS_AT_A_TIME }, () => this.#cluster.connect({ name: 'checked' })),
    );
    const callers = clients.flatMap((client, slot) =>
      Array.from({ length: CALLERS_PER_KEY }, () => this.#call(client, slot)),
    );
    await this.#injectFaults();
    await Promise.all(callers);
    await Promise.all(clients.map((client) => client.close()));
    return this.#judge();
  }

  async #call(client: RelevoClient, slot: number): Promise<void> {
    for (let calls = 0; performance.now() < this.#endMs; calls++) {
      const generation = Math.floor((calls * CALLERS_PER_KEY) / CALLS_PER_KEY);
      await this.#one(client, `checked/${this.#seed}/${slot}/${generation}`);
      await pause(this.#random.below(20));
    }
  }

  async #one(client: RelevoClient, key: string): Promise<void> {
    const input = this.#input();
    const invoked = ++this.#moment;
    try {
      const output = await this.#ask(client, key, input);
      this.#answered++;
      this.#record(key, { invoked, returned: ++this.#moment, input, output });
    } catch (error) {
      if (!(error instanceof RelevoError)) throw error;
      // What was not done left no trace, and a read that failed says nothing.
      if (error.outcome !== 'unknown' || input.kind === 'get') return;
      this.#unknown++;
      this.#record(key, { invoked, returned: Infinity, input, output: undefined });
    }
  }

  #input(): RegisterInput {
    const dice = this.#random.below(10);
    if (dice < 5) return { kind: 'get' };
    const value = String(++this.#value);
    if (dice < 8) return { kind: 'put', value };
    if (dice < 9) return { kind: 'delete' };
    return { kind: 'cas', expected: String(this.#random.below(this.#value)), value };
  }

  async #ask(client: RelevoClient, key: string, input: RegisterInput): Promise<RegisterOutput> {
    switch (input.kind) {
      case 'get': {
        const { pair, servedBy } = await client.getWithMeta(key);
        this.#readsByNode.set(servedBy, (this.#readsByNode.get(servedBy) ?? 0) + 1);
        return { kind: 'get', value: pair?.text ?? null, version: pair?.version ?? 0 };
      }
      case 'put':
        await client.put(key, input.value);
        return { kind: 'put' };
      case 'delete':
        return { kind: 'delete', deleted: (await client.delete(key)).deleted };
      case 'cas': {
        const result = await client.txn({
          compares: [{ key, target: 'value', result: 'equal', value: input.expected ?? '' }],
          success: [{ kind: 'put', key, value: input.value }],
          failure: [],
        });
        return { kind: 'cas', succeeded: result.succeeded };
      }
    }
  }

  #record(key: string, operation: Recorded): void {
    const history = this.#histories.get(key);
    if (history === undefined) this.#histories.set(key, [operation]);
    else history.push(operation);
  }

  /** One node at a time, so that a majority is left. */
  async #injectFaults(): Promise<void> {
    while (performance.now() < this.#endMs - FAULT_MS_MAX) {
      await pause(this.#between(FAULT_MS_MIN, FAULT_MS_MAX));
      const victim = await this.#victim();
      const fault = this.#random.pick(['kill', 'kill', 'stop', 'freeze'] as const);
      this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
      await this.#strike(victim, fault);
    }
    await this.#cluster.waitUntilReady();
  }

  async #strike(victim: string, fault: 'kill' | 'stop' | 'freeze'): Promise<void> {
    if (fault === 'freeze') this.#cluster.pause(victim);
    else if (fault === 'kill') await this.#cluster.kill(victim);
    else await this.#cluster.stop(victim);
    await pause(this.#between(DOWN_MS_MIN, DOWN_MS_MAX));
    if (fault === 'freeze') this.#cluster.resume(victim);
    else await this.#cluster.start(victim);
  }

  /** The leader every second time: that is where it hurts. */
  async #victim(): Promise<string> {
    const leader = await this.#cluster.leader();
    if (leader !== null && this.#random.below(2) === 0) return leader;
    return this.#random.pick(this.#cluster.nodes).name;
  }

  #between(min: number, max: number): number {
    return min + this.#random.below(max - min);
  }

  #judge(): RandomKillsResult {
    let objection: string | null = null;
    let undecided = 0;
    let operations = 0;
    for (const [key, history] of this.#histories) {
      operations += history.length;
      const verdict = checkLinearizable(registerModel, history);
      if (verdict.kind === 'undecided') undecided++;
      if (verdict.kind !== 'illegal' || objection !== null) continue;
      const culprit = JSON.stringify(history[verdict.stuck]);
      objection = `${key} is not linearizable: no order passes ${culprit}`;
    }
    return {
      seed: this.#seed,
      operations,
      answered: this.#answered,
      unknown: this.#unknown,
      readsByNode: this.#readsByNode,
      faults: this.#faults,
      keys: this.#histories.size,
      undecided,
      objection,
    };
  }
}
