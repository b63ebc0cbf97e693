/** Writes answers in the form that was asked for. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Pair } from '#client';
import { shown, textOf } from './bytes.js';
import { shownWords } from './escapes.js';
import type { Form } from './settings.js';
import type { Output, World } from './world.js';

type Colors = ReturnType<typeof pc.createColors>;

export class Printer {
  readonly form: Form;
  readonly colors: Colors;
  readonly #stdout: Output;
  readonly #stderr: Output;

  constructor(form: Form, world: World) {
    this.form = form;
    this.#stdout = world.stdout;
    this.#stderr = world.stderr;
    const { NO_COLOR, TERM } = world.environment;
    const plain = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
    this.colors = pc.createColors(world.stdout.isTerminal && !plain);
  }

  /** A person reads along. */
  get decorated(): boolean {
    return this.#stdout.isTerminal && this.form === 'table';
  }

  line(text: string): void {
    this.#stdout.write(`${text}\n`);
  }

  bytes(data: Uint8Array): void {
    this.#stdout.write(data);
  }

  /** To standard error, where it can't be taken for an answer. */
  note(text: string): void {
    this.#stderr.write(`${shownWords(text)}\n`);
  }

  /** One answer as a whole: indented with `json`, on one line with `ndjson`. */
  json(value: unknown): void {
    this.line(this.form === 'json' ? JSON.stringify(value, null, 2) : JSON.stringify(value));
  }

  /** Aligned columns for a terminal; otherwise tab-separated rows without their head. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    if (!this.decorated) {
      for (const row of rows) this.line(row.join('\t'));
      return;
    }
    for (const line of tableLines(
      head.map((name) => this.colors.dim(name)),
      rows,
    ))
      this.line(line);
  }
}

export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const table = new Table({
    head: [...head],
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** `key` and `value` where they are text, else `key64` and `value64`. */
export function pairJson(pair: Pair): Record<string, unknown> {
  return {
    ...bytesJson('key', pair.key),
    ...bytesJson('value', pair.value),
    createRevision: pair.createRevision,
    modRevision: pair.modRevision,
    version: pair.version,
    ...(pair.lease === 0 ? {} : { lease: pair.lease }),
  };
}

export function bytesJson(name: string, bytes: Uint8Array): Record<string, string> {
  const text = textOf(bytes);
  if (text !== null) return { [name]: text };
  return { [`${name}64`]: Buffer.from(bytes).toString('base64') };
}

export function pairRow(pair: Pair): readonly string[] {
  return [shown(pair.key), shown(pair.value), String(pair.modRevision), String(pair.version)];
}

export const PAIR_HEAD = ['KEY', 'VALUE', 'REVISION', 'VERSION'];

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
