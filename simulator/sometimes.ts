/**
 * What has to happen at least sometimes in a run of many seeds, or it proves less than it says. Counted
 * where it happens, printed, and a zero fails the run.
 */
import { FAULT_KINDS } from './fault-kinds.js';

/** So many seeds show all of it. */
export const SEEDS_THAT_SHOW_ALL = 600;

export const SOMETIMES: readonly string[] = [
  ...FAULT_KINDS.map((kind) => `fault: ${kind}`),
  'call ok',
  'call not-done',
  'call unknown',
  'checkpoint in several pieces',
  'checkpoint installed',
  'checkpoint saved',
  'confirmed write not done again',
  'damaged node refuses to start',
  'disk wiped',
  'election with a checkpoint on its way',
  'history compacted',
  'leader change with writes in flight',
  'log cut after a partition',
  'membership: add done',
  'membership: remove done',
  'membership: replace done',
  'message doubled',
  'message lost',
  'message out of order',
  'node stops: disk-full',
  'node stops: failed',
  'peer-lost hint',
  'read index asked again',
  'resend answered from the table',
  'session expired',
  'taken back: deposed',
  'taken back: lost',
  'taken back: silent',
  'wiped node refused',
  'write refused: its session was expired',
  'write repeated under its number',
  'writes in the log twice',
];

/** A share of all calls that has to be answered well, or nothing much was tried. */
export const ANSWERED_MIN = 0.3;
