/** Log lines: one for each thing that changed; never one for a request, and never a key or value. */
import type { Writable } from 'node:stream';
import picocolors from 'picocolors';
import winston from 'winston';
import { escapeControl, plain, type Plain } from './plain.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Well-known names: `term`, `request` (the id `session:sequence`), `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface LoggerOptions {
  /** Whose lines they are: the node's or proxy's name. */
  readonly name: string;
  readonly level: LogLevel;
  /** `auto`: `pretty` on a terminal, else `json`. */
  readonly format: 'json' | 'pretty' | 'auto';
  /** Default: standard output. */
  readonly stream?: Writable & { readonly isTTY?: boolean };
  /** Default: the wall clock. */
  readonly now?: () => Date;
}

const LEVELS: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Its declaration in winston is an interface; this is the class that it is. */
const StreamTransport: new (options: {
  readonly stream: Writable;
  readonly eol: string;
}) => winston.transport = winston.transports.Stream;

export class Logger {
  readonly #name: string;
  readonly #least: number;
  readonly #now: () => Date;
  readonly #winston: winston.Logger;

  constructor(options: LoggerOptions) {
    const stream = options.stream ?? process.stdout;
    const isPretty =
      options.format === 'pretty' || (options.format === 'auto' && stream.isTTY === true);
    this.#name = options.name;
    this.#least = LEVELS[options.level];
    this.#now = options.now ?? (() => new Date());
    // Who reads our output may be gone; that is no reason to stop serving.
    if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
    this.#winston = winston.createLogger({
      levels: { ...LEVELS },
      level: options.level,
      format: winston.format.printf(isPretty ? prettyLine(stream.isTTY === true) : jsonLine),
      transports: [new StreamTransport({ stream, eol: '\n' })],
    });
  }

  /** Whether a line of this level is written: ask before fields are gathered that cost something. */
  writes(level: LogLevel): boolean {
    return LEVELS[level] <= this.#least;
  }

  /** `event` says what happened, in a few words that stay the same each time. */
  log(level: LogLevel, event: string, fields: LogFields = {}): void {
    if (LEVELS[level] > this.#least) return;
    const time = this.#now().toISOString();
    // Under a name of its own, so that no field can pass for what the line says of itself.
    this.#winston.log({ level, message: event, line: { time, name: this.#name, fields } });
  }

  error(event: string, fields?: LogFields): void {
    this.log('error', event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.log('warn', event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.log('info', event, fields);
  }

  debug(event: string, fields?: LogFields): void {
    this.log('debug', event, fields);
  }

  /** Resolves once all lines are handed to the stream; nothing may be logged any more. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#winston.once('finish', () => {
        resolve();
      });
      this.#winston.end();
    });
  }
}

interface Line {
  readonly time: string;
  readonly name: string;
  readonly fields: LogFields;
}

function jsonLine(info: winston.Logform.TransformableInfo): string {
  const { time, name, fields } = info['line'] as Line;
  const head = { time, level: info.level, node: name, event: String(info.message) };
  const { term, request, ...others } = plainFields(fields);
  const ordered = {
    ...head,
    ...(term === undefined ? {} : { term }),
    ...(request === undefined ? {} : { request }),
    ...renamed(others, head),
  };
  // JSON escapes what is below a blank; the rest of what a terminal obeys is escaped here.
  return escapeControl(JSON.stringify(ordered));
}

function prettyLine(isTerminal: boolean): (info: winston.Logform.TransformableInfo) => string {
  const colors = picocolors.createColors(isTerminal && picocolors.isColorSupported);
  const paint: Readonly<Record<string, (text: string) => string>> = {
    error: colors.red,
    warn: colors.yellow,
    info: colors.green,
    debug: colors.gray,
  };
  return (info) => {
    const { time, name, fields } = info['line'] as Line;
    const { error, ...others } = plainFields(fields);
    const level = (paint[info.level] ?? String)(info.level.toUpperCase().padEnd(5));
    const members = Object.entries(others).map(
      ([key, value]) => `${colors.dim(`${escapeControl(key)}=`)}${shown(value)}`,
    );
    const failure = error === undefined ? [] : [colors.red(failureText(error))];
    const event = escapeControl(String(info.message));
    return [
      colors.dim(time.slice(11, 23)),
      level,
      colors.bold(name),
      event,
      ...members,
      ...failure,
    ].join(' ');
  };
}

function plainFields(fields: LogFields): Record<string, Plain> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, plain(value)]));
}

/** A field that is called like the line's own would hide it. */
function renamed(fields: Record<string, Plain>, head: object): Record<string, Plain> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key in head ? `${key}_` : key, value]),
  );
}

function shown(value: Plain): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return escapeControl(
    /[\s"=]/.test(text) && typeof value === 'string' ? JSON.stringify(text) : text,
  );
}

/** An error's stack is the one thing that people want on lines of its own. */
function failureText(error: Plain): string {
  const stack =
    typeof error === 'object' && error !== null && !Array.isArray(error)
      ? error['stack']
      : undefined;
  const text = typeof stack === 'string' ? stack : shown(error);
  return text.split('\n').map(escapeControl).join('\n  ');
}
