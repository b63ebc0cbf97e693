/** The files of an identity, PEM: what they have to be, and what to do when they are not. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `peer`: a node among nodes. `server`: what clients dial, a node or a proxy. `client`: who dials that, a client or
 * a proxy.
 */
export type Role = 'peer' | 'server' | 'client';

/** Paths. */
export interface IdentityFiles {
  /** Of the certificates that the other side may show; several may stand in it, one after the other. */
  readonly authority: string;
  /** This side's own. */
  readonly certificate: string;
  readonly key: string;
}

/** What the files hold. */
export interface Material {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** Of this side's certificate, in ms since 1970. */
  readonly expiresAt: number;
  readonly subjectAltName: string;
  /** When each of the authorities expires that are trusted here, in ms since 1970: two while one is replaced. */
  readonly authoritiesExpireAt: readonly number[];
}

/** Each problem names a file and a remedy. */
export class TlsProblem extends Error {
  override readonly name = 'TlsProblem';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const REMEDY = '`relevo certs` makes all files of a cluster';

export function identityFiles(directory: string, role: Role): IdentityFiles {
  return {
    authority: join(directory, role === 'peer' ? 'peer-ca.pem' : 'client-ca.pem'),
    certificate: join(directory, `${role}.pem`),
    key: join(directory, `${role}.key`),
  };
}

/** Throws TlsProblem. `now`: ms since 1970. */
export function readMaterial(files: IdentityFiles, now = Date.now()): Material {
  const problems: string[] = [];
  const authority = textOf(files.authority, problems);
  const certificate = textOf(files.certificate, problems);
  const key = textOf(files.key, problems);
  const authorities = certificatesIn(files.authority, authority, problems);
  const [own] = certificatesIn(files.certificate, certificate, problems);
  if (own !== undefined) {
    problems.push(...datesOf(files.certificate, own, now));
    problems.push(...keyOf(files, own, key));
    if (authorities.length > 0 && !authorities.some((each) => hasSigned(each, own))) {
      problems.push(
        `${files.certificate} is not signed by the authority in ${files.authority}; ` +
          'give this process files that were made together',
      );
    }
  }
  if (authority === null || certificate === null || key === null || own === undefined) {
    throw new TlsProblem(problems);
  }
  if (problems.length > 0) throw new TlsProblem(problems);
  const expiresAt = Date.parse(own.validTo);
  const authoritiesExpireAt = authorities.map(({ validTo }) => Date.parse(validTo));
  const subjectAltName = own.subjectAltName ?? '';
  return { authority, certificate, key, expiresAt, subjectAltName, authoritiesExpireAt };
}

/** Null: it can't be read, which is noted. */
function textOf(path: string, problems: string[]): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    problems.push(`${path} can't be read (${code}); ${REMEDY}`);
    return null;
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesIn(path: string, text: string | null, problems: string[]): X509Certificate[] {
  if (text === null) return [];
  try {
    const found = (text.match(CERTIFICATE) ?? []).map((each) => new X509Certificate(each));
    if (found.length === 0) problems.push(`${path} holds no certificate in PEM; ${REMEDY}`);
    return found;
  } catch {
    problems.push(`${path} holds a certificate that can't be read; ${REMEDY}`);
    return [];
  }
}

function datesOf(path: string, { validFrom, validTo }: X509Certificate, now: number): string[] {
  if (now > Date.parse(validTo)) {
    return [`${path} expired on ${validTo}; \`relevo certs DIR\` renews what expires`];
  }
  if (now < Date.parse(validFrom)) {
    return [`${path} is not valid before ${validFrom}; set this machine's clock`];
  }
  return [];
}

function keyOf(
  { certificate, key }: IdentityFiles,
  own: X509Certificate,
  text: string | null,
): string[] {
  if (text === null) return [];
  try {
    if (own.checkPrivateKey(createPrivateKey(text))) return [];
    return [`${key} is not the key of ${certificate}; give this process files made together`];
  } catch {
    return [`${key} holds no private key in PEM without a passphrase; ${REMEDY}`];
  }
}

function hasSigned(authority: X509Certificate, own: X509Certificate): boolean {
  return own.checkIssued(authority) && own.verify(authority.publicKey);
}
