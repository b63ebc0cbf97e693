/** The files of TLS_DIR, for each role that a process has. */
import { identityFiles, readMaterial, TlsProblem, type Role } from '#tls';
import { bad, poor, well, type Finding } from './finding.js';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
/** Nothing that it signs lasts longer than it does; and replacing it takes three rounds over all hosts. */
const AUTHORITY_SOON_DAYS = 90;

/** `directory` null: connections are plain. */
export function certificateFindings(directory: string | null, roles: readonly Role[]): Finding[] {
  if (directory === null) return [well('certificates', 'none: connections are plain (no TLS_DIR)')];
  return roles.flatMap((role) => [findingOf(directory, role), ...authorityOf(directory, role)]);
}

/** None where the certificate's own finding says what is wrong with the files. */
function authorityOf(directory: string, role: Role): Finding[] {
  const expireAt = authoritiesOf(directory, role);
  if (expireAt === null) return [];
  const what = `authority of the ${role} certificate`;
  const days = expireAt.map((at) => Math.floor((at - Date.now()) / DAY_MS));
  const seen = `good for ${days.join(' and ')} days`;
  if (days.length > 1) {
    const remedy =
      'finish replacing it: `relevo certs DIR --rotate-authority issue`, then `drop`, each copied to every host';
    return [poor(what, `${days.length} are trusted, ${seen}`, remedy)];
  }
  const isOld = days.some((left) => left < AUTHORITY_SOON_DAYS);
  if (!isOld) return [well(what, seen)];
  const remedy = 'replace it: `relevo certs DIR --rotate-authority trust` begins with that';
  return [poor(what, seen, remedy)];
}

function authoritiesOf(directory: string, role: Role): readonly number[] | null {
  try {
    return readMaterial(identityFiles(directory, role)).authoritiesExpireAt;
  } catch (error) {
    if (error instanceof TlsProblem) return null;
    throw error;
  }
}

function findingOf(directory: string, role: Role): Finding {
  const what = `${role} certificate`;
  try {
    const { expiresAt } = readMaterial(identityFiles(directory, role));
    const days = Math.floor((expiresAt - Date.now()) / DAY_MS);
    const seen = `good for ${days} days`;
    if (days >= SOON_DAYS) return well(what, seen);
    return poor(what, seen, 'run `relevo certs DIR` again, and copy what it renews to this host');
  } catch (error) {
    if (!(error instanceof TlsProblem)) throw error;
    return bad(what, error.problems.join('; '), 'put it right before the service is started again');
  }
}
