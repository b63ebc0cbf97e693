import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { loadNodeConfig, type NodeConfig } from '#config';
import { CheckpointMalformed, restoredState } from '#kv';
import { readBackup, Refused, restoreDirectory, type Backup } from '#storage';
import { makeDirectory } from '../directory-writer.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { wholeNumber } from '../settings.js';
import { numberOption, optional, required, type Options, type Verb } from '../verb.js';

/** More than any cluster writes while its backup is on its way. */
const RAISE = 1_000_000_000;

/** A node's settings that say which directory is made, by the names of this verb's options. */
const NODE_FLAGS = {
  nodes: '--nodes',
  clusterName: '--cluster-name',
  nodeId: '--node-id',
  name: '--node-name',
  dataDir: '--data-dir',
} as const;

export const restore: Verb = {
  name: 'restore',
  usage: '<file> [directory]',
  summary:
    "make a node's data directory for a new cluster from a backup, or from a node's data file",
  completes: 'none',
  options(command: Command) {
    command
      .option('--node-id <id>', 'whose directory (NODE_ID)')
      .option('--nodes <list>', "the new cluster's nodes (NODES)")
      .option('--cluster-name <name>', 'its name, another than the old one (CLUSTER_NAME)')
      .option('--name <name>', "the node's name (NODE_NAME)")
      .option('--data-dir <path>', 'the same, as an option (DATA_DIR)')
      .option('--raise <count>', 'how far the revision is raised', wholeNumber, RAISE);
  },
  run(call, args, options) {
    const file = required(args, 0);
    const backup = read(file);
    const directory = optional(args, 1);
    const argv = [
      ...argvOf(options),
      ...(directory === undefined ? [] : [`--data-dir=${directory}`]),
    ];
    const config = loadNodeConfig(argv, call.world.environment, call.world.directory);
    refuseWrongPlace(config, backup, file);
    const state = stateOf(file, backup, numberOption(options, 'raise') ?? RAISE);
    make(config, state.lines);
    const { print } = call;
    const told = { directory: config.dataDirectory, keys: state.keys, revision: state.revision };
    if (print.form === 'json' || print.form === 'ndjson') print.json(told);
    else {
      print.line(
        `${told.directory}: ${state.keys} keys as of revision ${state.backedUp}, now ${state.revision}, ` +
          `for ${config.name} (node ${config.nodeId}) of cluster ${config.clusterId}`,
      );
      print.line('make the same on the host of every other node of it, then start them all');
    }
    return Promise.resolve(ExitCode.ok);
  },
};

function read(file: string): Backup {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${(error as Error).message}`);
  }
  const backup = readBackup(bytes);
  if (typeof backup === 'string') throw new UsageError(`${file}: ${backup}; take another backup`);
  return backup;
}

function argvOf(options: Options): string[] {
  return Object.entries(NODE_FLAGS).flatMap(([name, flag]) => {
    const given = options[name];
    return typeof given === 'string' ? [`${flag}=${given}`] : [];
  });
}

/** A node of the old cluster that is still about must not be taken for one of the new: its log is longer. */
function refuseWrongPlace(config: NodeConfig, { clusterId }: Backup, file: string): void {
  if (clusterId === config.clusterId) {
    throw new UsageError(
      `${file} was taken from cluster ${clusterId} itself, which CLUSTER_NAME and NODES name again: give the new ` +
        'cluster another CLUSTER_NAME, so that a node of the old one that is still about can not join it',
    );
  }
  const { dataDirectory } = config;
  if (existsSync(dataDirectory) && readdirSync(dataDirectory).length > 0) {
    throw new UsageError(
      `${dataDirectory} is not empty; name another with --data-dir, or move it away`,
    );
  }
}

function stateOf(file: string, { stateLines }: Backup, raise: number) {
  try {
    return restoredState(stateLines, raise);
  } catch (error) {
    if (error instanceof CheckpointMalformed) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

function make(config: NodeConfig, lines: readonly string[]): void {
  const { clusterId, nodeId, name, nodes, dataDirectory } = config;
  const whose = { clusterId, nodeId, name, storeId: randomBytes(8).toString('hex') };
  const voters = nodes.map(({ id }) => id);
  try {
    makeDirectory(dataDirectory, restoreDirectory(whose, voters, lines));
  } catch (error) {
    if (error instanceof Refused) throw new UsageError(error.message);
    throw error;
  }
}
