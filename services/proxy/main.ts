/** `npm run proxy`: a proxy until it is told to stop. */
import process from 'node:process';
import {
  asksForHelp,
  ConfigError,
  ListenError,
  loadProxyConfig,
  proxyUsage,
  type ProxyConfig,
} from '#config';
import { Logger } from '#telemetry';
import type { ProxyLog } from './log.js';
import { startProxy, type RunningProxy } from './process.js';

const EXIT = { wrongSettings: 2, failed: 1, broken: 70 } as const;

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  if (asksForHelp(argv)) {
    console.log(proxyUsage('npm run proxy --'));
    return;
  }
  let config: ProxyConfig;
  try {
    config = loadProxyConfig(argv, process.env, process.cwd());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = EXIT.wrongSettings;
    return;
  }
  const logger = new Logger({ name: config.name, ...config.log });
  const log: ProxyLog = (level, event, data) => {
    logger[level](event, data);
  };
  process.on('uncaughtException', (error) => {
    log('error', 'stops at once', { error });
    setImmediate(() => process.exit(EXIT.broken));
  });
  try {
    stopOnSignals(await startProxy(config, log), logger, log);
  } catch (error) {
    log('error', 'cannot start', { error });
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(error instanceof ListenError ? EXIT.wrongSettings : EXIT.failed);
  }
}

/** The first signal stops properly, a second one at once; so does the end of the parent's pipe. */
function stopOnSignals(proxy: RunningProxy, logger: Logger, log: ProxyLog): void {
  let isStopping = false;
  const stop = (why: string): void => {
    if (isStopping) process.exit(EXIT.failed);
    isStopping = true;
    log('info', 'stopping', { why });
    proxy
      .stop()
      .then(() => logger.close())
      .then(
        () => process.exit(0),
        () => process.exit(EXIT.failed),
      );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop(signal);
    });
  }
  if (process.env['RELEVO_PARENT_PIPE'] !== '1') return;
  process.stdin.on('end', () => {
    if (!isStopping) stop('its parent is gone');
  });
  process.stdin.resume();
}
