/** What the prompt offers when Tab is pressed. */
import { Command, type Option } from 'commander';
import { leaderOf } from './cluster-status.js';
import type { Connections } from './connections.js';
import { addGlobalOptions, type Settings } from './settings.js';
import { quoted } from './shell-words.js';
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
    const candidates = await this.#candidates(words.slice(0, -1), part).catch((): string[] => []);
    const found = candidates.filter((each) => each.startsWith(part) || each.startsWith(`'${part}`));
    const [only] = found;
    // What is complete is followed by the next word.
    return [found.length === 1 && only !== undefined ? [`${only} `] : found, part];
  }

  /** `before` are the words that are finished. */
  async #candidates(before: readonly string[], part: string): Promise<readonly string[]> {
    const given = before[0] === 'relevo' ? before.slice(1) : before;
    const { verbs, rest } = this.#reading(given);
    const [name, ...others] = verbs;
    const verb = this.#verbs.find((each) => each.name === name || isAlias(each, name));
    const options = optionsOf(verb);
    if (rest !== null) return rest.argChoices ?? (await this.#valuesOf(rest, part));
    if (part.startsWith('-')) return [...options.flatMap(flagsOf), '--help'];
    if (name === undefined) return this.#verbNames();
    if (others.length > 0) return [];
    if (name === 'help') return this.#verbs.map((each) => each.name);
    if (verb?.completes === 'node') return verb.nodes?.() ?? (await this.#nodes());
    return verb?.completes === 'key' ? this.#keys(part) : [];
  }

  /** The verb and its arguments; `rest`: the option whose value is being typed. */
  #reading(words: readonly string[]): { verbs: readonly string[]; rest: Option | null } {
    const verbs: string[] = [];
    let rest: Option | null = null;
    for (const word of words) {
      if (rest !== null) {
        rest = null;
      } else if (word.startsWith('-')) {
        const verb = this.#verbs.find((each) => each.name === verbs[0] || isAlias(each, verbs[0]));
        const option = optionsOf(verb).find(({ long, short }) => long === word || short === word);
        rest = option?.required === true ? option : null;
      } else {
        verbs.push(word);
      }
    }
    return { verbs, rest };
  }

  async #valuesOf({ long }: Option, part: string): Promise<readonly string[]> {
    if (long === '--consistency') return ['linearizable', 'stale'];
    return long === '--prefix' ? this.#keys(part) : [];
  }

  async #nodes(): Promise<string[]> {
    const response = await this.#connections.status(this.#settings).read(ANSWER_MS_MAX);
    const names = response.nodes.flatMap(({ state }) => (state === undefined ? [] : [state.name]));
    return leaderOf(response) === null ? names : ['leader', ...names];
  }

  /** A key that a quote was begun for stays quoted. */
  async #keys(part: string): Promise<string[]> {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const client = await this.#connections.client(this.#settings, signal);
    const isQuoted = part.startsWith("'");
    const prefix = isQuoted ? part.slice(1) : part;
    const selector = prefix === '' ? { all: true as const } : { prefix };
    const options = { limit: KEYS_MAX, keysOnly: true, consistency: 'stale', signal } as const;
    const { pairs } = await client.range(selector, options);
    const keys = pairs.flatMap(({ keyText }) => (keyText === null ? [] : [keyText]));
    return keys.map((key) => (isQuoted && quoted(key) === key ? `'${key}'` : quoted(key)));
  }

  #verbNames(): string[] {
    return [...this.#verbs.map((verb) => verb.name), 'help', 'exit'];
  }
}

function optionsOf(verb: Verb | undefined): readonly Option[] {
  const command = addGlobalOptions(new Command());
  verb?.options?.(command);
  return command.options;
}

function flagsOf({ long }: Option): readonly string[] {
  return long === undefined ? [] : [long];
}

function isAlias({ aliases }: Verb, name: string | undefined): boolean {
  return name !== undefined && aliases?.includes(name) === true;
}
