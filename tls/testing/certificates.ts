/** Identities for tests, good and bad, in a folder of their own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityFiles, TlsIdentity, type Role } from '#tls';
import { Authority, CertificateFolder, type Issued, type Subject } from '#tls/authority';

export const DAY_MS = 86_400_000;
export const TERMS = { days: 90, renewDays: 30, authorityDays: 3_650, now: Date.now() };

export const HOSTS = ['127.0.0.1'];

/** A cluster of two nodes, a proxy and a client, in `directory`. */
export async function cluster(directory: string, now = Date.now()): Promise<void> {
  await new CertificateFolder(directory, { ...TERMS, now }).ensure([
    { kind: 'node', name: 'ada', nodeId: 1, hosts: HOSTS },
    { kind: 'node', name: 'bob', nodeId: 2, hosts: HOSTS },
    { kind: 'proxy', name: 'p1', hosts: HOSTS },
    { kind: 'client', name: 'me', hosts: [] },
  ]);
}

export function identityIn(directory: string, role: Role, lookEveryMs = 20): TlsIdentity {
  const events = { renewed: () => undefined, failed: () => undefined };
  return new TlsIdentity(identityFiles(directory, role), events, lookEveryMs);
}

/** Signed by an authority of `directory`, whatever it says. */
export async function forged(
  directory: string,
  authority: 'peer' | 'client',
  subject: Partial<Subject>,
  when: { readonly days?: number; readonly now?: number } = {},
): Promise<Issued> {
  const signer = await Authority.load(issuedIn(join(directory, 'authorities', `${authority}-ca`)));
  const whole: Subject = {
    ...{ name: 'test', hosts: [], uris: [], purposes: ['client'] },
    ...subject,
  };
  return signer.sign(whole, when.days ?? 90, when.now ?? Date.now());
}

export function issuedIn(path: string): Issued {
  return { certificate: read(`${path}.pem`), key: read(`${path}.key`) };
}

export function writeIssued(path: string, { certificate, key }: Issued): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(`${path}.key`, key);
  writeFileSync(`${path}.pem`, certificate);
}

export function read(path: string): string {
  return readFileSync(path, 'utf8');
}
