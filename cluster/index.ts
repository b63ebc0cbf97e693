/** A cluster of real processes on one machine: for `npm start`, for tests and for benchmarks. */
export { Cluster, type ClusterNode, type ClusterOptions, type ClusterProxy } from './cluster.js';
export { compareFiles, waitForEqualFiles } from './data-equality.js';
export { ControlSocket } from './control-socket.js';
export type { Control } from './control.js';
export { ClusterError, type ClusterErrorCode } from './error.js';
export { describeEnd, endNode, type EndReport, type Takeover } from './failover.js';
export type { LayoutOptions } from './layout.js';
export { Load, type LoadOptions } from './load.js';
export { LoadRecord, type Failure, type Gap } from './load-record.js';
export { LogReader, type LogLine } from './log-reader.js';
export type { PortChoice, PortRange } from './ports.js';
export { ClusterProcess, PARENT_PIPE, type ProcessExit, type ProcessState } from './process.js';
export { smoke, type SmokeOptions, type SmokeReport } from './smoke.js';
export { judge, readReplica, type Replica, type Verdict } from './verdict.js';
