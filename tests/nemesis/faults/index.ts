/** The faults, by the names that `--faults` takes. */
import { clockJump } from './clock-faults.js';
import { failingDisk, fullDisk, slowDisk, stalledDisk } from './disk-faults.js';
import type { Fault } from './fault.js';
import { clog, cutNetwork, delay, loss, narrow, reset } from './network-faults.js';
import { blackout, freeze, kill, powerCut, restart } from './process-faults.js';

export const FAULTS = {
  kill,
  restart,
  freeze,
  blackout,
  power: powerCut,
  partition: cutNetwork,
  loss,
  reset,
  clog,
  delay,
  narrow,
  'slow-disk': slowDisk,
  'stalled-disk': stalledDisk,
  'failing-disk': failingDisk,
  'full-disk': fullDisk,
  clock: clockJump,
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];
export { Casualties } from './casualties.js';
