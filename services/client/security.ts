/** Whether connections are TLS, and that plain ones stay on this machine. */
import { identityFiles, isLoopback, TlsIdentity } from '#tls';
import { RelevoError } from './error.js';
import type { ConnectOptions } from './types.js';

type Security = Pick<ConnectOptions, 'tls' | 'plaintext'>;

/** What the client shows; null: plain connections. Throws a RelevoError, or a TlsProblem that names the file. */
export function identityFor(endpoints: readonly string[], security: Security): TlsIdentity | null {
  const { tls, plaintext = false } = security;
  if (tls !== undefined) {
    const files = 'directory' in tls ? identityFiles(tls.directory, 'client') : tls;
    // A program's own log is its own affair; the files that were right before stay in use.
    return new TlsIdentity(files, { renewed: () => undefined, failed: () => undefined });
  }
  const outside = endpoints.find((endpoint) => !isLoopback(endpoint.replace(/:\d+$/, '')));
  if (plaintext || outside === undefined) return null;
  throw new RelevoError(
    'plaintext',
    'refused',
    `${outside} is not on this machine, and a plain connection could be read and changed on its way; ` +
      'connect with `tls`, or with `plaintext: true` on a network that nobody else is on',
  );
}
