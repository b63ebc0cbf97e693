/** A client's configuration. */
import { freeze } from './freeze.js';
import { Reader } from './reader.js';
import { CLIENT_SETTINGS } from './settings.js';
import type { Environment } from './environment.js';
import { openSources } from './sources.js';

export interface ClientConfig {
  /** `host:port` each. */
  readonly endpoints: readonly string[];
  readonly timeoutMs: number;
  readonly consistency: 'linearizable' | 'stale';
}

/**
 * Flags (`argv` without the program's own name), then `environment`, then `.env` in `directory`, then
 * defaults. Frozen. Throws a ConfigError that names every setting that is wrong.
 */
export function loadClientConfig(
  argv: readonly string[],
  environment: Environment,
  directory: string,
): ClientConfig {
  const reader = new Reader(openSources(CLIENT_SETTINGS, argv, environment, directory, 'any'));
  const values = reader.read(CLIENT_SETTINGS);
  reader.finish();
  return freeze({ ...values });
}
