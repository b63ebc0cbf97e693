/** Certificates for a cluster on this machine, in its data folder. */
import { join } from 'node:path';
import type { NodeRecord } from './record.js';

const TLS_FOLDER = 'tls';
/** Whoever looks after this cluster from here: the prompt, the smoke run. */
const CLIENT = 'prompt';
const DAYS = 90;
const RENEW_DAYS = 30;
const AUTHORITY_DAYS = 3_650;

/** What is to have certificates, and where. */
interface Members {
  readonly dataDirectory: string;
  readonly record: { readonly host: string; readonly nodes: readonly NodeRecord[] };
  readonly proxies: readonly { readonly name: string }[];
}

/** Of one process, as its TLS_DIR. */
export function tlsFolder(
  dataDirectory: string,
  kind: 'node' | 'proxy' | 'client',
  name = CLIENT,
): string {
  const folder = { node: 'nodes', proxy: 'proxies', client: 'clients' }[kind];
  return join(dataDirectory, TLS_FOLDER, folder, name);
}

/** Makes what is missing, and renews what expires soon. */
export async function ensureCertificates({
  dataDirectory,
  record,
  proxies,
}: Members): Promise<void> {
  // Its library is loaded only where it is needed.
  const { CertificateFolder } = await import('#tls/authority');
  const terms = { days: DAYS, renewDays: RENEW_DAYS, authorityDays: AUTHORITY_DAYS };
  const folder = new CertificateFolder(join(dataDirectory, TLS_FOLDER), {
    ...terms,
    now: Date.now(),
  });
  const hosts = [record.host];
  await folder.ensure([
    ...record.nodes.map(({ id, name }) => ({ kind: 'node' as const, nodeId: id, name, hosts })),
    ...proxies.map(({ name }) => ({ kind: 'proxy' as const, name, hosts })),
    { kind: 'client', name: CLIENT, hosts: [] },
  ]);
}
