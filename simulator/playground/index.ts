/** A cluster to play with, for the page, for scenarios, for lessons. Bundles for browsers. */
export { named } from '../machines.js';
export { Playground, type DataFile, type Resolve } from './playground.js';
export { SCRIPT_LIMITS } from './checks.js';
export { decodeScript, encodeScript } from './script.js';
export type {
  Act,
  ActResult,
  CallSight,
  DiskState,
  ForkedNode,
  KeySight,
  NodeActType,
  Script,
  ScriptedAct,
  Start,
  VersionSight,
  Via,
} from './types.js';
