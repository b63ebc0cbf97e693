/**
 * Whoever started the processes, as the page reaches it: over a socket in its data folder, for this user alone. It is
 * asked how the processes are while somebody watches, and told what the page wants done to them.
 */
import { request } from 'node:http';

const LOOK_EVERY_MS = 250;
const ANSWER_MS_MAX = 15_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** As `GET /processes` gives it: an array of these. */
export interface SupervisedProcess {
  /** 0: a proxy. */
  readonly node: number;
  readonly name: string;
  readonly state: 'up' | 'down' | 'paused';
}

export const PROCESS_ACTS = ['kill', 'stop', 'start', 'pause', 'resume'] as const;
export type ProcessAct = (typeof PROCESS_ACTS)[number];

export class Supervisor {
  readonly #socketPath: string;
  readonly #changed: (node: number, state: SupervisedProcess['state']) => void;
  #processes: readonly SupervisedProcess[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `changed`: a node is in another state than it was a moment ago. */
  constructor(
    socketPath: string,
    changed: (node: number, state: SupervisedProcess['state']) => void,
  ) {
    this.#socketPath = socketPath;
    this.#changed = changed;
  }

  begin(): void {
    this.#look();
    this.#timer ??= setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS);
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#processes = [];
  }

  /** Null: it does not say. */
  stateOf(node: number): SupervisedProcess['state'] | null {
    return this.#processes.find((each) => each.node === node)?.state ?? null;
  }

  nameOf(node: number): string | null {
    return this.#processes.find((each) => each.node === node)?.name ?? null;
  }

  /** Null: it is done, or begun; else why not. */
  async act(type: ProcessAct, node: number): Promise<string | null> {
    const { status, text } = await this.#ask('POST', '/act', JSON.stringify({ type, node }));
    this.#look();
    return status === 200 ? null : text;
  }

  #look(): void {
    this.#ask('GET', '/processes').then(
      ({ status, text }) => {
        if (status === 200) this.#heard(JSON.parse(text) as SupervisedProcess[]);
      },
      () => {
        this.#processes = [];
      },
    );
  }

  #heard(processes: readonly SupervisedProcess[]): void {
    const before = this.#processes;
    this.#processes = processes;
    for (const { node, state } of processes) {
      const was = before.find((each) => each.node === node)?.state;
      if (node !== 0 && was !== undefined && was !== state) this.#changed(node, state);
    }
  }

  #ask(
    method: string,
    path: string,
    body?: string,
  ): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        { socketPath: this.#socketPath, method, path, timeout: ANSWER_MS_MAX },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (piece: string) => {
            text += piece;
            if (text.length > ANSWER_BYTES_MAX) asked.destroy(new Error('its answer is too long'));
          });
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, text: text.trim() });
          });
          response.on('error', reject);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('it did not answer in time')));
      asked.on('error', (error) => {
        reject(new Error(`whoever started the processes can't be reached: ${error.message}`));
      });
      asked.end(body);
    });
  }
}
