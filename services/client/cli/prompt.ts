/** The prompt: the commands, one a line, over one connection that stays. */
import { createInterface, type Interface } from 'node:readline';
import { leaderOf } from './cluster-status.js';
import { Completer } from './complete.js';
import { Connections } from './connections.js';
import { ExitCode } from './exit-code.js';
import { History } from './history.js';
import { Printer } from './printer.js';
import { runLine } from './run-line.js';
import type { Settings } from './settings.js';
import type { Verb } from './verb.js';
import type { World } from './world.js';

const STATUS_MS_MAX = 300;

export interface PromptOptions {
  readonly world: World;
  readonly settings: Settings;
  readonly verbs: readonly Verb[];
  readonly historyFile: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

export class Prompt {
  readonly #options: PromptOptions;
  readonly #connections: Connections;
  readonly #completer: Completer;
  readonly #history: History;
  readonly #print: Printer;
  readonly #lines: string[] = [];
  #readline: Interface | null = null;
  /** Of the line that runs; null between lines. */
  #running: AbortController | null = null;
  #ended = false;
  #wake: (() => void) | null = null;

  constructor(options: PromptOptions) {
    const { world, verbs, settings } = options;
    this.#options = options;
    this.#connections = new Connections(world);
    this.#completer = new Completer(verbs, this.#connections, settings);
    this.#history = new History(options.historyFile);
    this.#print = new Printer('table', world);
  }

  /** Resolves after `exit`, Ctrl+D, Ctrl+C on an empty line, or `close`. */
  async run(): Promise<ExitCode> {
    const readline = this.#open();
    this.#readline = readline;
    while (!this.#ended) {
      await this.#offer(readline);
      const line = await this.#nextLine();
      if (line === null) break;
      await this.#runLine(line);
    }
    readline.close();
    await this.#connections.close();
    return ExitCode.ok;
  }

  close(): void {
    this.#ended = true;
    this.#running?.abort();
    this.#wake?.();
  }

  /** Says something of itself above the line that is being typed. */
  note(text: string): void {
    this.#options.world.stdout.write(`\r\x1b[K${text}\n`);
    if (this.#running === null && !this.#ended) this.#readline?.prompt(true);
  }

  #open(): Interface {
    const { input, output } = this.#options;
    const readline = createInterface({
      input,
      output,
      terminal: true,
      history: this.#history.newestFirst(),
      removeHistoryDuplicates: true,
      completer: (
        line: string,
        answer: (error: Error | null, found: [string[], string]) => void,
      ) => {
        this.#completer.complete(line).then(
          (found) => {
            answer(null, found);
          },
          () => {
            answer(null, [[], line]);
          },
        );
      },
    });
    readline.on('line', (line) => {
      this.#lines.push(line);
      this.#wake?.();
    });
    readline.on('SIGINT', () => {
      this.#interrupted(readline);
    });
    readline.on('close', () => {
      this.close();
    });
    return readline;
  }

  /** Ctrl+C ends what runs, else clears what is typed, else ends the prompt. */
  #interrupted(readline: Interface): void {
    if (this.#running !== null) {
      this.#options.output.write('^C\n');
      this.#running.abort();
    } else if (readline.line !== '') {
      this.#options.output.write('^C\n');
      readline.write(null, { ctrl: true, name: 'e' });
      readline.write(null, { ctrl: true, name: 'u' });
    } else {
      this.#options.output.write('\n');
      this.close();
    }
  }

  async #offer(readline: Interface): Promise<void> {
    const text = await this.#text();
    // Lines that were pasted together follow each other without a prompt between.
    if (this.#ended || this.#lines.length > 0) return;
    readline.setPrompt(text);
    readline.prompt();
  }

  /** `relevo[ada★ t3]> `: who leads, in which term, as the proxy knows it. */
  async #text(): Promise<string> {
    const { colors } = this.#print;
    try {
      const response = await this.#connections.status(this.#options.settings).read(STATUS_MS_MAX);
      const leader = leaderOf(response);
      if (leader !== null) return `relevo[${colors.green(`${leader.name}★`)} t${leader.term}]> `;
      const term = Math.max(0, ...response.nodes.map(({ state }) => state?.term ?? 0));
      return `relevo[${colors.yellow('no leader')} t${term}]> `;
    } catch {
      return 'relevo> ';
    }
  }

  async #nextLine(): Promise<string | null> {
    while (this.#lines.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift() ?? null;
  }

  async #runLine(line: string): Promise<void> {
    const text = line.trim();
    if (text === '') return;
    this.#history.add(text);
    const problem = this.#history.save();
    if (problem !== null) this.#print.note(`the history is not kept: ${problem}`);
    if (text === 'exit' || text === 'quit') {
      this.close();
      return;
    }
    this.#running = new AbortController();
    const { world, settings, verbs } = this.#options;
    const { signal } = this.#running;
    await runLine(text, { world, settings, verbs, connections: this.#connections, signal });
    this.#running = null;
  }
}
