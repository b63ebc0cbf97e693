/** `npm run proxy`: a proxy until it is told to stop. */
import process from 'node:process';
import { asksForHelp, loadProxyConfig, proxyUsage, settingsDirectory } from '#config';
import { cannotStart, EXIT, settingsOrComplaint, stopWhenTold } from '#driver';
import { Logger } from '#telemetry';
import { startProxy } from './process.js';

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
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
    const proxy = await startProxy(config, (level, event, data) => {
      logger.log(level, event, data);
    });
    stopWhenTold(
      () => proxy.stop(),
      (event, data) => {
        logger.info(event, data);
      },
    );
  } catch (error) {
    logger.error('cannot start', { error });
    cannotStart(error);
  }
}
