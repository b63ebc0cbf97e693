/** What a process shows who it is with, if it has a folder for that. */
import type { RequestListener } from 'node:http';
import type { Server, ServerOptions } from 'node:https';
import { identityFiles, isLoopback, TlsIdentity, type Plaintext, type Role } from '#tls';

type Log = (level: 'info' | 'warn', event: string, data: Record<string, unknown>) => void;

/** Null: connections are plain. Throws TlsProblem if the folder's files are not right. */
export function identityOf(directory: string | null, role: Role, log: Log): TlsIdentity | null {
  if (directory === null) return null;
  const files = identityFiles(directory, role);
  return new TlsIdentity(files, {
    renewed: ({ expiresAt }) => {
      const expires = new Date(expiresAt).toISOString();
      log('info', 'certificate renewed', { certificate: files.certificate, expires });
    },
    failed: (message) => {
      log('warn', 'certificate not renewed', { certificate: files.certificate, message });
    },
  });
}

/** How health and metrics are served on `host`; undefined: in plain. */
export function secureHttp(
  identity: TlsIdentity | null,
  host: string,
  plaintext: Plaintext,
): ((options: ServerOptions, listener: RequestListener) => Server) | undefined {
  if (identity === null || plaintext !== 'loopback' || isLoopback(host)) return undefined;
  return (options, listener) => identity.httpsServer(options, listener);
}
