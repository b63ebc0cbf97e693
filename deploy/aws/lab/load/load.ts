/** Requests from the client's host while something happens, and what became of each write. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Outcome } from '../machine/commands.js';
import type { Instance } from '../machine/instance.js';
import { until } from '../machine/until.js';

export interface LoadResult {
  readonly acknowledged: number;
  readonly failed: number;
  /** Acknowledged, but not there. */
  readonly lost: number;
  /** Written more than once. */
  readonly doubled: number;
  /** Reads that gave something else than was written. */
  readonly wrong: number;
  readonly longestMs: number;
  readonly firstError: string;
}

interface Said {
  readonly acknowledged: readonly number[];
  readonly failed: number;
  readonly wrong: number;
  readonly longestMs: number;
  readonly firstError: string;
}

interface Pair {
  readonly key: string;
  readonly value: string;
  readonly version: number;
}

const PROGRAM = readFileSync(new URL('load.mjs', import.meta.url), 'utf8');
const BEGUN_MS_MAX = 30_000;
const STOPPED_MS_MAX = 60_000;

export class Load {
  readonly #client: Instance;
  readonly #name: string;
  readonly #outcome: Promise<Outcome>;

  private constructor(client: Instance, name: string, outcome: Promise<Outcome>) {
    this.#client = client;
    this.#name = name;
    this.#outcome = outcome;
  }

  /** Resolves once the first writes are acknowledged. */
  static async begin(client: Instance): Promise<Load> {
    const name = `load-${randomBytes(3).toString('hex')}`;
    const folder = `/run/${name}`;
    await client.must(`mkdir ${folder} && cat >${folder}/load.mjs <<'END'\n${PROGRAM}\nEND`);
    const outcome = client.run(`node ${folder}/load.mjs ${folder} ${name}`, 600_000);
    const load = new Load(client, name, outcome);
    await until('the first write', BEGUN_MS_MAX, async () => {
      return (await load.#pairs()).length > 0 ? true : undefined;
    });
    return load;
  }

  async end(): Promise<LoadResult> {
    await this.#client.must(`touch /run/${this.#name}/stop`);
    const limit = AbortSignal.timeout(STOPPED_MS_MAX);
    const { status, output, error } = await Promise.race([
      this.#outcome,
      new Promise<never>((_, reject) => {
        limit.addEventListener('abort', () => {
          reject(new Error('the load does not end'));
        });
      }),
    ]);
    if (status !== 0) throw new Error(`the load ended with ${status}: ${error}${output}`);
    return judged(JSON.parse(output) as Said, await this.#pairs(), this.#name);
  }

  async #pairs(): Promise<readonly Pair[]> {
    const out = await this.#client.must(`relevo --output ndjson ls ${this.#name}/`);
    return out === '' ? [] : out.split('\n').map((line) => JSON.parse(line) as Pair);
  }
}

/** Exported for its test: what was said against what is there. */
export function judged(said: Said, pairs: readonly Pair[], name: string): LoadResult {
  const found = new Map(pairs.map((pair) => [pair.key, pair]));
  let lost = 0;
  for (const [writer, count] of said.acknowledged.entries()) {
    for (let at = 0; at < count; at += 1) {
      if (found.get(`${name}/${writer}/${at}`)?.value !== String(at)) lost += 1;
    }
  }
  const doubled = pairs.filter(({ version }) => version !== 1).length;
  const acknowledged = said.acknowledged.reduce((sum, count) => sum + count, 0);
  const { failed, wrong, longestMs, firstError } = said;
  return { acknowledged, failed, lost, doubled, wrong, longestMs, firstError };
}
