/** Upgrades, backups, restores: one host after the other, as each allows. */
import { artefact, upload } from './artefact.js';
import { leaderOf, RELEVO, untilWhole } from './cluster.js';
import { consoleOf, hostsOf, isNode, runOn } from './hosts.js';
import type { RunningHost } from './hosts.js';
import { bucketOf, changeHosts } from './stack.js';
import { Complaint } from './world.js';
import type { World } from './world.js';

const UPGRADE_MS_MAX = 600_000;
const WHOLE_MS_MAX = 600_000;
const INSTANCE = '/opt/relevo/current/instance';

const running = async (world: World, cluster: string): Promise<readonly RunningHost[]> => {
  const hosts = await hostsOf(world, cluster);
  return hosts.filter(({ state }) => state === 'running');
};

/**
 * Followers, then the leader after it handed over, then proxies and the rest; before each the cluster is whole.
 * One that fails has rolled itself back, and nothing goes on.
 */
export async function upgrade(
  world: World,
  cluster: string,
  options: { readonly artefact: string | undefined; readonly isBack: boolean },
): Promise<void> {
  const made = options.isBack ? null : await artefact(world, options.artefact);
  let line = `${INSTANCE}/upgrade.sh --roll-back`;
  if (made !== null) {
    const bucket = await bucketOf(world, cluster);
    await upload(world, bucket, made);
    line = `${INSTANCE}/upgrade.sh s3://${bucket}/${made.key} ${made.sha256}`;
  }
  const hosts = await running(world, cluster);
  const nodes = hosts.filter(isNode);
  const last = await leaderOf(world, cluster);
  const ordered = [
    ...nodes.filter(({ name }) => name !== last),
    ...nodes.filter(({ name }) => name === last),
    ...hosts.filter((host) => !isNode(host)),
  ];
  for (const host of ordered) {
    await untilWhole(world, cluster, nodes.length, WHOLE_MS_MAX);
    if (host.name === last && nodes.length > 1) {
      const console = await consoleOf(world, cluster);
      await runOn(world, console, `${RELEVO} transfer`);
    }
    world.say((await runOn(world, host, line, UPGRADE_MS_MAX)).trimEnd());
  }
  if (made === null) {
    world.say(
      'rolled back; hosts that are replaced still start the newer release: deploy --artefact',
    );
    return;
  }
  await changeHosts(world, cluster, { ArtefactKey: made.key, ArtefactSha256: made.sha256 });
  world.say('hosts that are replaced start this release too');
}

export async function backup(world: World, cluster: string): Promise<void> {
  const proxy = (await running(world, cluster)).find(({ name }) => name.startsWith('proxy-'));
  if (proxy === undefined) throw new Complaint('no proxy runs, through which backups are made');
  world.say((await runOn(world, proxy, `${INSTANCE}/backup.sh`, UPGRADE_MS_MAX)).trimEnd());
}

/** All hosts stop; each node takes the backup as the beginning of a cluster with a new name; all start. */
export async function restore(
  world: World,
  cluster: string,
  url: string,
  name: string,
  yes: boolean,
): Promise<void> {
  if (!/^s3:\/\/\S+\.jsonl\.gz$/.test(url))
    throw new Complaint(`${url}: s3://….jsonl.gz is needed`);
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new Complaint(`${name} is no cluster's name`);
  const question = `Stop ${cluster}, and go on with the data of ${url} as ${name}?`;
  if (!yes && !(await world.agrees(question))) throw new Complaint('nothing was done');
  const hosts = await running(world, cluster);
  const nodes = hosts.filter(isNode);
  const proxies = hosts.filter((host) => host.name.startsWith('proxy-'));
  for (const proxy of proxies) await runOn(world, proxy, 'systemctl stop relevo-proxy');
  for (const node of nodes) await runOn(world, node, 'systemctl stop relevo-node');
  for (const host of [...nodes, ...proxies]) {
    const line = `${INSTANCE}/restore.sh ${url} ${name}`;
    world.say((await runOn(world, host, line, UPGRADE_MS_MAX)).trimEnd());
  }
  for (const node of nodes) await runOn(world, node, 'systemctl start --no-block relevo-node');
  for (const proxy of proxies) await runOn(world, proxy, 'systemctl start --no-block relevo-proxy');
  await changeHosts(world, cluster, { ClusterName: name });
  await untilWhole(world, cluster, nodes.length, WHOLE_MS_MAX);
  world.say(`restored; what was there before lies beside it, as before-restore-… on each volume`);
}
