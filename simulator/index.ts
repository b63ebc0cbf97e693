/** Whole clusters in simulated time: one seed, one run. */
export { run } from './run.js';
export type { RunFailure, RunFigures, RunOptions, RunResult } from './run.js';
export { drawPlan, FAULT_KINDS } from './plan.js';
export type { FaultKind, Plan, PlanOverrides } from './plan.js';
export { Tally } from './tally.js';
export { World } from './world.js';
export { Trace } from './trace.js';
export { SimulatedDisk } from './disk.js';
export { BENCH_EXPECTATION, commandBody, commands, StorageBench } from './storage-bench.js';
