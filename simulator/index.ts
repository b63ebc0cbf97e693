/** Whole clusters in simulated time: one seed, one run. */
export { run, runPlan } from './run.js';
export type { RunFailure, RunFigures, RunOptions, RunResult } from './run.js';
export { FAULT_KINDS } from './fault-kinds.js';
export type { FaultKind, Strike } from './fault-kinds.js';
export type { WorldRules } from './machines.js';
export { drawPlan } from './plan.js';
export type { Plan, PlanOverrides } from './plan.js';
export { shrink } from './shrink.js';
export type { Shrunk, ShrinkOptions } from './shrink.js';
export { SOMETIMES } from './sometimes.js';
export { Tally } from './tally.js';
export { World } from './world.js';
export { Trace } from './trace.js';
export { SimulatedDisk } from './disk.js';
export { BENCH_EXPECTATION, commandBody, commands, StorageBench } from './storage-bench.js';
