/** What the nodes' own logs say, in the words of people who watch. */
import { LogReader, type ClusterNode, type LogLine } from '#cluster';
import type { Remark } from '../language/index.js';

export class NodeRemarks {
  readonly #logs: readonly { readonly id: number; readonly log: LogReader }[];
  readonly #remarks: Remark[] = [];

  /** `beganMs`: the wall clock when the world began. */
  constructor(
    nodes: readonly ClusterNode[],
    private readonly beganMs: number,
  ) {
    this.#logs = nodes.map(({ id, process }) => {
      return { id, log: new LogReader(process.settings.logFile) };
    });
  }

  /** Those from the position `from` on, in order of time as far as they came in together. */
  since(from: number): readonly Remark[] {
    const news = this.#logs.flatMap(({ id, log }) =>
      log.lines().flatMap((line) => this.#remarkOf(id, line)),
    );
    this.#remarks.push(...news.sort((a, b) => a.atMs - b.atMs));
    return this.#remarks.slice(from);
  }

  #remarkOf(node: number, line: LogLine): readonly Remark[] {
    const text = wordsOf(line);
    return text === null ? [] : [{ atMs: Math.max(0, line.timeMs - this.beganMs), node, text }];
  }
}

function wordsOf({ event, fields }: LogLine): string | null {
  switch (event) {
    case 'role':
      return `is ${word(fields['role'])} in term ${word(fields['term'])}, leader ${word(fields['leader'])}`;
    case 'decision':
      return word(fields['text']);
    case 'checkpoint':
      return `checkpoint of index ${word(fields['index'])} ${word(fields['how'])}`;
    case 'recovered':
      return `recovered up to ${word(fields['last'])}, applied ${word(fields['applied'])}`;
    case 'refused by peer':
    case 'disk failed':
    case 'disk full':
      return `${event}: ${word(fields['message'])}`;
    default:
      return null;
  }
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'none';
}
