/** What the prompt offers when Tab is pressed. */
import { leaderOf } from './cluster-status.js';
import type { Connections } from './connections.js';
import { quoted } from './shell-words.js';
import type { Settings } from './settings.js';
import type { Verb } from './verb.js';

const KEYS_MAX = 50;
/** Longer, and Tab would seem to be dead. */
const ANSWER_MS_MAX = 500;

/** The candidates, and the part of the line that they replace. */
export type Completion = [candidates: string[], part: string];

export class Completer {
  readonly #verbs: readonly Verb[];
  readonly #connections: Connections;
  readonly #settings: Settings;

  constructor(verbs: readonly Verb[], connections: Connections, settings: Settings) {
    this.#verbs = verbs;
    this.#connections = connections;
    this.#settings = { ...settings, timeoutMs: ANSWER_MS_MAX };
  }

  async complete(line: string): Promise<Completion> {
    const words = line.trimStart().split(/\s+/);
    const part = words.at(-1) ?? '';
    if (words.length <= 1) return [startingWith(this.#verbNames(), part), part];
    const verb = this.#verbs.find(
      ({ name, aliases }) => name === words[0] || aliases?.includes(words[0] ?? '') === true,
    );
    const candidates = await this.#arguments(words[0] ?? '', verb, part).catch((): string[] => []);
    return [startingWith(candidates, part), part];
  }

  #arguments(name: string, verb: Verb | undefined, part: string): Promise<string[]> {
    if (name === 'help') return Promise.resolve(this.#verbNames());
    if (verb?.completes === 'node') return this.#nodes();
    if (verb?.completes === 'key') return this.#keys(part);
    return Promise.resolve([]);
  }

  async #nodes(): Promise<string[]> {
    const response = await this.#connections.status(this.#settings).read(ANSWER_MS_MAX);
    const names = response.nodes.flatMap(({ state }) => (state === undefined ? [] : [state.name]));
    return leaderOf(response) === null ? names : ['leader', ...names];
  }

  async #keys(prefix: string): Promise<string[]> {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const client = await this.#connections.client(this.#settings, signal);
    const selector = prefix === '' ? { all: true as const } : { prefix };
    const options = { limit: KEYS_MAX, keysOnly: true, consistency: 'stale', signal } as const;
    const { pairs } = await client.range(selector, options);
    return pairs.flatMap(({ keyText }) => (keyText === null ? [] : [quoted(keyText)]));
  }

  #verbNames(): string[] {
    return [...this.#verbs.map((verb) => verb.name), 'help', 'exit'];
  }
}

function startingWith(candidates: readonly string[], part: string): string[] {
  return candidates.filter((candidate) => candidate.startsWith(part));
}
