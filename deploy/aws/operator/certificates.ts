/** Certificates: made here by `relevo certs`, kept here with the authorities, and given to each host alone. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parameterPath } from '../lib/plan.js';
import type { Plan } from '../lib/plan.js';
import { Complaint } from './world.js';
import type { World } from './world.js';

const RELEVO = fileURLToPath(new URL('../../../bin/relevo.js', import.meta.url));

/**
 * Makes what is missing in `folder`, and anew what expires soon or is for other names. Every host is named each time, so
 * that one whose folder was deleted gets another; who else has certificates there keeps them.
 */
export async function makeCertificates(world: World, plan: Plan, folder: string): Promise<void> {
  const { nodes, proxies, client, balancedName } = plan;
  // A client that dials the balancer is answered by one of the proxies, under the name that it dialled.
  const shared = balancedName === null ? '' : `+${balancedName}`;
  await world.program(process.execPath, [
    ...[RELEVO, 'certs', folder],
    ...['--nodes', nodes.map(({ id, name, dnsName }) => `${id}=${name}@${dnsName}`).join(',')],
    ...['--proxies', proxies.map(({ name, dnsName }) => `${name}@${dnsName}${shared}`).join(',')],
    ...['--clients', client?.name ?? 'operator'],
  ]);
}

/** Each host's own files, into the parameters that it alone may read. The authorities' keys stay here. */
export async function giveCertificates(world: World, plan: Plan, folder: string): Promise<number> {
  const owners = [
    ...plan.nodes.map(({ name }) => ({ name, own: join(folder, 'nodes', name) })),
    ...plan.proxies.map(({ name }) => ({ name, own: join(folder, 'proxies', name) })),
    ...(plan.client === null ? [] : [{ name: 'client', own: join(folder, 'clients', 'client') }]),
  ];
  let given = 0;
  for (const { name, own } of owners) {
    if (!existsSync(own)) throw new Complaint(`${own} is missing: relevo certs made no such host`);
    for (const file of readdirSync(own).sort()) {
      await world.aws([
        ...['ssm', 'put-parameter', '--overwrite', '--type', 'SecureString'],
        ...['--name', `${parameterPath(plan, name)}/tls/${file}`],
        ...['--value', `file://${join(own, file)}`],
      ]);
      given += 1;
    }
  }
  return given;
}
