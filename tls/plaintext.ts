/** Where connections without TLS are let be. */
import { isIP } from 'node:net';

/**
 * `loopback`: on this machine alone. `http`: health and metrics anywhere, which tell figures and names but no data.
 * `all`: everything, anywhere.
 */
export type Plaintext = 'loopback' | 'http' | 'all';

export const PLAINTEXT: readonly Plaintext[] = ['loopback', 'http', 'all'];

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === 'localhost' || bare === '::1') return true;
  return isIP(bare) === 4 && bare.startsWith('127.');
}

/** What a connection would need that leaves this machine; null: it may be. `what` names its other end. */
export function plaintextProblem(
  hosts: readonly string[],
  {
    tlsDirectory,
    plaintext,
  }: { readonly tlsDirectory: string | null; readonly plaintext: Plaintext },
): string | null {
  const outside = hosts.find((host) => !isLoopback(host));
  if (tlsDirectory !== null || plaintext === 'all' || outside === undefined) return null;
  return (
    `expected TLS_DIR, since ${outside} is not this machine alone and what goes there could be read and forged ` +
    'on its way (`relevo certs` makes the files); or PLAINTEXT=all, on a network that nobody else is on'
  );
}
