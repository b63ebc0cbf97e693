/** A cluster to play with, in a worker. */
import type { Act, Start } from '#simulator/playground';
import type { FromWorker, Question, ToWorker } from './messages.js';
import type { ActAnswer, Playable, Script, ShownFile, ShownPair, SourceEvents } from './source.js';

/** Where the build put the worker's file. */
declare const WORKER_FILE: string;

type Waiting = {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
};

export type Beginning =
  | { readonly start: Start }
  | { readonly link: string }
  | {
      readonly lesson: { readonly name: string; readonly text: string; readonly ruleOff: boolean };
    };

export class PlaygroundSource implements Playable {
  readonly kind = 'playground';
  readonly readOnly = null;
  readonly #worker = new Worker(WORKER_FILE, { type: 'module', name: 'playground' });
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** A link's script goes on where that ended; a start begins. */
  constructor(from: Beginning, events: SourceEvents) {
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      this.#heard(data, events);
    };
    this.#worker.onerror = ({ message }) => {
      events.trouble(`the playground stopped: ${message}`);
    };
    if ('link' in from) this.#tell({ type: 'load', link: from.link });
    else if ('lesson' in from) this.#tell({ type: 'lesson', ...from.lesson });
    else this.#tell({ type: 'start', start: from.start });
  }

  play(speed: number): void {
    this.#tell({ type: 'play', speed });
  }

  step(): void {
    this.#tell({ type: 'step' });
  }

  playTo(fromMs: number, toMs: number): void {
    this.#tell({ type: 'play-to', fromMs, toMs });
  }

  act(act: Act): Promise<ActAnswer> {
    return this.#ask({ type: 'act', act });
  }

  forkAt(events: number): Promise<void> {
    return this.#ask({ type: 'fork', events });
  }

  script(): Promise<{ readonly script: Script; readonly link: string; readonly hash: string }> {
    return this.#ask({ type: 'script' });
  }

  keys(node: number, prefix: string): Promise<readonly ShownPair[]> {
    return this.#ask({ type: 'keys', node, prefix });
  }

  versions(key: string): Promise<readonly ShownPair[]> {
    return this.#ask({ type: 'versions', key });
  }

  files(node: number): Promise<readonly ShownFile[]> {
    return this.#ask({ type: 'files', node });
  }

  readFile(node: number, path: string): Promise<string> {
    return this.#ask({ type: 'read-file', node, path });
  }

  close(): void {
    this.#worker.terminate();
  }

  #heard(message: FromWorker, events: SourceEvents): void {
    switch (message.type) {
      case 'frame':
        events.lines(message.lines);
        if (message.calls !== null) events.calls(message.calls);
        events.frame(message);
        return;
      case 'restarted':
        events.restarted();
        return;
      case 'lesson':
        events.lesson?.(message.steps);
        return;
      case 'held':
        events.held?.();
        return;
      case 'trouble':
        events.trouble(message.text);
        return;
      case 'answer':
        this.#settle(message.id)?.resolve(message.answer as never);
        return;
      case 'refused':
        this.#settle(message.id)?.reject(new Error(message.reason));
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #ask<Answer>(question: Question): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#tell({ type: 'ask', id, question });
    });
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
