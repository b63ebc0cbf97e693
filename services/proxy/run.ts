/** A proxy from the command line: settings, log, signals. */
import process from 'node:process';
import { asksForHelp, loadProxyConfig, proxyUsage, settingsDirectory } from '#config';
import { cannotStart, EXIT, ServiceManager, settingsOrComplaint, stopWhenTold } from '#driver';
import { Logger } from '#telemetry';
import type { ProxyLog } from './log.js';
import { startProxy, type Decorate } from './process.js';

/**
 * Runs a proxy until it is told to stop. `argv` is without the program's own name; `decorate` is for entry
 * points of tests.
 */
export async function runProxy(argv: readonly string[], decorate?: Decorate): Promise<void> {
  if (asksForHelp(argv)) {
    console.log(proxyUsage('npm run proxy --'));
    return;
  }
  const config = settingsOrComplaint(() =>
    loadProxyConfig(argv, process.env, settingsDirectory(process.env, process.cwd())),
  );
  if (config === null) return;
  const logger = new Logger({ name: config.name, ...config.log });
  process.on('uncaughtException', (error) => {
    logger.error('stops at once', { error });
    setImmediate(() => process.exit(EXIT.broken));
  });
  try {
    const log: ProxyLog = (level, event, data) => {
      logger.log(level, event, data);
    };
    const proxy = await startProxy(config, log, decorate);
    const manager = new ServiceManager(process.env);
    manager.ready(`proxy ${config.name} serves on port ${proxy.port}`);
    stopWhenTold(
      () => {
        manager.stopping();
        return proxy.stop();
      },
      (event, data) => {
        logger.info(event, data);
      },
    );
  } catch (error) {
    logger.error('cannot start', { error });
    cannotStart(error);
  }
}
