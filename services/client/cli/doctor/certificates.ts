/** The files of TLS_DIR, for each role that a process has. */
import { identityFiles, readMaterial, TlsProblem, type Role } from '#tls';
import { bad, poor, well, type Finding } from './finding.js';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** `directory` null: connections are plain. */
export function certificateFindings(directory: string | null, roles: readonly Role[]): Finding[] {
  if (directory === null) return [well('certificates', 'none: connections are plain (no TLS_DIR)')];
  return roles.map((role) => findingOf(directory, role));
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
