/** A node from the command line: settings, log, health and metrics, signals. */
import process from 'node:process';
import {
  asksForHelp,
  listenError,
  loadNodeConfig,
  nodeUsage,
  settingsDirectory,
  type NodeConfig,
} from '#config';
import {
  cannotStart,
  EXIT,
  identityOf,
  secureHttp,
  ServiceManager,
  settingsOrComplaint,
  stopWhenTold,
} from '#driver';
import { ConnectionLimit } from '#rpc/session';
import {
  addHealth,
  addReflection,
  HTTP_CONNECTIONS,
  Logger,
  Metrics,
  startHttpFace,
} from '#telemetry';
import type { NodeLog } from './report-log.js';
import { addNodeMetrics } from './node-metrics.js';
import { startNode, type RunningNode, type StartOptions } from './start.js';
import { THE_WORLD, type Surroundings } from './surroundings.js';

const SERVICES = ['relevo.v1.Session', 'relevo.v1.Admin'];

/**
 * Runs one node until it is told to stop. `argv` is without the program's own name; `surroundings` are
 * for entry points of tests.
 */
export async function runNode(
  bornLeader: boolean,
  argv: readonly string[],
  surroundings: Surroundings = THE_WORLD,
): Promise<void> {
  if (asksForHelp(argv)) {
    console.log(nodeUsage(`npm run ${bornLeader ? 'leader' : 'follower'} --`));
    return;
  }
  const config = settingsOrComplaint(() =>
    loadNodeConfig(argv, process.env, settingsDirectory(process.env, process.cwd())),
  );
  if (config === null) return;
  const logger = new Logger({ name: config.name, ...config.log });
  try {
    await serve(config, { bornLeader, surroundings }, logger);
  } catch (error) {
    logger.error('cannot start', { error });
    cannotStart(error);
  }
}

async function serve(
  config: NodeConfig,
  how: Required<Pick<StartOptions, 'bornLeader' | 'surroundings'>>,
  logger: Logger,
): Promise<void> {
  const metrics = new Metrics({ node: config.name });
  let setServing: (isServing: boolean) => void = () => undefined;
  const log: NodeLog = (level, event, data) => {
    logger.log(level, event, data);
  };
  const { tlsDirectory } = config;
  const identities = {
    peer: identityOf(tlsDirectory, 'peer', log),
    server: identityOf(tlsDirectory, 'server', log),
    client: identityOf(tlsDirectory, 'client', log),
  };
  const node = await startNode(config, {
    ...how,
    identities,
    log,
    fatal: (error) => {
      logger.error('stops at once', { error });
      // The log's line leaves first; the directory is recovered at the next start.
      setImmediate(() => process.exit(EXIT.broken));
    },
    extend: (server) => {
      setServing = addHealth(server, SERVICES);
      if (config.reflection) addReflection(server, SERVICES);
    },
  });
  addNodeMetrics(metrics, node, config, identities);
  const { host, httpPort: port } = config;
  const notReady = (): string | null => notReadyReason(node);
  const limit = new ConnectionLimit(HTTP_CONNECTIONS);
  const secure = secureHttp(identities.server, host, config.plaintext);
  const http = await startHttpFace({ host, port, metrics, notReady, limit, secure }).catch(
    (error: unknown) => {
      throw listenError(error, 'HTTP_PORT', host, port);
    },
  );
  setServing(true);
  const manager = new ServiceManager(process.env);
  manager.ready(`node ${config.nodeId} (${config.name}) serves on port ${config.port}`);
  const stop = async (): Promise<void> => {
    manager.stopping();
    setServing(false);
    await node.stop();
    await http.close();
    identities.peer?.close();
    identities.server?.close();
    identities.client?.close();
  };
  stopWhenTold(stop, (event, data) => {
    logger.info(event, data);
  });
}

function notReadyReason({ replica }: RunningNode): string | null {
  const state = replica.state();
  if (replica.failure !== null) return `the disk failed: ${replica.failure}`;
  if (!state.healthy) return 'it is stopping';
  if (state.leader === 0) return 'nobody leads, as far as this node knows';
  const lag = state.commitIndex - state.appliedIndex;
  return lag > 0 && state.appliedIndex === 0 ? `it is ${lag} entries behind` : null;
}
