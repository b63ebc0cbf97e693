/** The command line and the prompt; a cluster hands further commands to the prompt. */
export type { ClusterResponse, NodeView } from '#rpc/generated/relevo/v1/admin';
export type { NodeState } from '#rpc/generated/relevo/v1/session';
export { Call } from './call.js';
export { ClusterStatus, leaderOf, StatusUnavailable } from './cluster-status.js';
export { listDataFiles, newestStateFile, type DataFile } from './data-files.js';
export { ExitCode, exitCodeOf, NotNow, UsageError } from './exit-code.js';
export { homeHistoryFile, terminalWorld, type Connect } from './process-world.js';
export { Prompt, type PromptOptions } from './prompt.js';
export { runCli, type Terminal } from './run-cli.js';
export { settingsFor, type Settings } from './settings.js';
export { optional, required, type Verb } from './verb.js';
export { VERBS } from './verbs/index.js';
export type { World } from './world.js';
