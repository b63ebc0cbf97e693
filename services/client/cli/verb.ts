/** The form of a command: what commander needs to know of it, and what it does. */
import type { Command } from 'commander';
import type { Call } from './call.js';
import type { ExitCode } from './exit-code.js';

export type Arguments = readonly (string | readonly string[] | undefined)[];
export type Options = Readonly<Record<string, unknown>>;

export interface Verb {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** In commander's notation, such as `<key> [value]`. */
  readonly usage: string;
  readonly summary: string;
  /** What completion offers for its first argument. */
  readonly completes: 'key' | 'node' | 'none';
  /** Which nodes, where the prompt's owner knows better than the proxy. */
  nodes?(): readonly string[];
  /** Adds the verb's own options. */
  options?(command: Command): void;
  run(call: Call, args: Arguments, options: Options): Promise<ExitCode>;
}

/** Commander has checked that it is there. */
export function required(args: Arguments, position: number): string {
  const value = args[position];
  if (typeof value !== 'string') throw new TypeError(`argument ${String(position)} is not a text`);
  return value;
}

export function optional(args: Arguments, position: number): string | undefined {
  const value = args[position];
  return typeof value === 'string' ? value : undefined;
}

export function list(args: Arguments, position: number): readonly string[] {
  const value = args[position];
  return typeof value === 'object' ? value : [];
}

export function numberOption(options: Options, name: string): number | undefined {
  const value = options[name];
  return typeof value === 'number' ? value : undefined;
}
