/** The exit codes, and what each failure comes to. */
import { ConfigError } from '#config';
import { RelevoError } from '#client';
import { TlsProblem } from '#tls';
import { NotHandedOver, StatusUnavailable } from './cluster-status.js';

export const ExitCode = {
  ok: 0,
  /** The answer is no: no such key, a comparison did not hold, the leadership stayed where it was. */
  negative: 1,
  /** The command can't be done as it stands. */
  usage: 2,
  /** Nothing happened; try again later. */
  unavailable: 3,
  /** A write may or may not have happened. */
  unknown: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The command was given wrongly; the message says how it goes. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command is right, and can't be done as things stand; the message says what can. */
export class NotNow extends UsageError {}

/** Ctrl+C, where no write was under way. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Null: not an operating error but a mistake of ours, which must not be hidden. */
export function exitCodeOf(error: unknown): ExitCode | null {
  if (error instanceof UsageError || error instanceof ConfigError) return ExitCode.usage;
  if (error instanceof TlsProblem) return ExitCode.usage;
  if (error instanceof StatusUnavailable) return ExitCode.unavailable;
  if (error instanceof NotHandedOver) return ExitCode.negative;
  if (!(error instanceof RelevoError)) return null;
  switch (error.outcome) {
    case 'not-done':
      return ExitCode.unavailable;
    case 'refused':
      return ExitCode.usage;
    case 'unknown':
      return ExitCode.unknown;
  }
}
