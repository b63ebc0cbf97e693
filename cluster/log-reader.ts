/** What a process adds to its log, which is one JSON object a line, from a moment on. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

export interface LogLine {
  /** Milliseconds of the wall clock. */
  readonly timeMs: number;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class LogReader {
  readonly #file: string;
  #at: number;
  /** The beginning of a line that was not whole yet. */
  #begun = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
    this.#at = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** The lines that came since the last call; other texts than log lines are passed over. */
  lines(): readonly LogLine[] {
    const data = Buffer.concat([this.#begun, this.#read()]);
    const end = data.lastIndexOf(0x0a) + 1;
    this.#begun = data.subarray(end);
    const texts = data.toString('utf8', 0, end).split('\n');
    return texts.map(logLineOf).filter((line) => line !== null);
  }

  #read(): Buffer {
    let handle: number;
    try {
      handle = openSync(this.#file, 'r');
    } catch {
      return Buffer.alloc(0);
    }
    try {
      const buffer = Buffer.alloc(Math.max(0, fstatSync(handle).size - this.#at));
      const length = readSync(handle, buffer, 0, buffer.length, this.#at);
      this.#at += length;
      return buffer.subarray(0, length);
    } finally {
      closeSync(handle);
    }
  }
}

/** Null: it is no line of ours. */
export function logLineOf(text: string): LogLine | null {
  if (!text.startsWith('{')) return null;
  try {
    const { time, event, ...fields } = JSON.parse(text) as Record<string, unknown>;
    const timeMs = typeof time === 'string' ? Date.parse(time) : NaN;
    return typeof event === 'string' && !Number.isNaN(timeMs) ? { timeMs, event, fields } : null;
  } catch {
    return null;
  }
}

/** What a line says in words: its message, or its error's. */
export function messageOf({ message, error }: LogLine['fields']): string | null {
  if (typeof message === 'string') return message;
  const inner = typeof error === 'object' && error !== null ? (error as { message?: unknown }) : {};
  return typeof inner.message === 'string' ? inner.message : null;
}
