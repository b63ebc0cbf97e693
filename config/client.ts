/** A client's configuration. */
import { resolve } from 'node:path';
import { plaintextProblem, type Plaintext } from '#tls';
import { freeze } from './freeze.js';
import { endpointOf } from './parsers.js';
import { Reader } from './reader.js';
import { CLIENT_SETTINGS } from './settings.js';
import type { Environment } from './environment.js';
import { openSources } from './sources.js';

export interface ClientConfig {
  /** `host:port` each. */
  readonly endpoints: readonly string[];
  readonly timeoutMs: number;
  readonly consistency: 'linearizable' | 'stale';
  /** Absolute; null: plain connections. */
  readonly tlsDirectory: string | null;
  readonly plaintext: Plaintext;
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
  const { endpoints, tlsDirectory: tls, plaintext } = CLIENT_SETTINGS;
  reader.check([endpoints, tls, plaintext], () =>
    plaintextProblem(
      values.endpoints.map((endpoint) => endpointOf(endpoint)?.host ?? endpoint),
      values,
    ),
  );
  reader.finish();
  const { tlsDirectory } = values;
  return freeze({
    ...values,
    tlsDirectory: tlsDirectory === null ? null : resolve(directory, tlsDirectory),
  });
}
