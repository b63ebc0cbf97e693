/** Takes the hosts down, and says what stays and what that costs. */
import { PRICES } from '../lib/cost.js';
import { clusterStackName, dataStackName } from '../lib/plan.js';
import { zoneIdOf } from './stack.js';
import { Complaint } from './world.js';
import type { World } from './world.js';

type Volume = readonly [id: string, gib: number, node: string];

export async function destroy(world: World, cluster: string, yes: boolean): Promise<void> {
  const stack = clusterStackName({ cluster });
  if (
    !yes &&
    !(await world.agrees(`Delete every host of ${cluster} (stack ${stack})? Data stays.`))
  ) {
    throw new Complaint('nothing was done');
  }
  await forgetNames(world, cluster);
  await world.aws(['cloudformation', 'delete-stack', '--stack-name', stack]);
  await world.aws(['cloudformation', 'wait', 'stack-delete-complete', '--stack-name', stack]);
  world.say('the hosts, the network and the logs are gone. What stays:');
  const volumes = JSON.parse(
    await world.aws([
      ...['ec2', 'describe-volumes', '--output', 'json'],
      ...['--query', 'Volumes[].[VolumeId,Size,Tags[?Key==`relevo:node`]|[0].Value]'],
      ...[
        '--filters',
        `Name=tag:relevo:cluster,Values=${cluster}`,
        'Name=tag-key,Values=relevo:node',
      ],
    ]),
  ) as Volume[];
  for (const [id, gib, node] of volumes) world.say(`  ${id}\t${gib} GiB\tdata of ${node}`);
  const monthly = volumes.reduce((sum, [, gib]) => sum + gib * PRICES.gibMonth, 0);
  world.say(`  about ${monthly.toFixed(2)} USD a month for the volumes (list price of us-east-1)`);
  const data = dataStackName({ cluster });
  world.say(`  the bucket of stack ${data}: artefacts and backups, for what they weigh`);
  world.say(`  parameters under /relevo/${cluster}: free`);
  world.say(
    `deploy brings the cluster back with its data. To be rid of it for good: README.md, "For good".`,
  );
}

/** The names that hosts gave themselves are not the stack's, and a zone that is not empty can't be deleted. */
async function forgetNames(world: World, cluster: string): Promise<void> {
  const zone = await zoneIdOf(world, cluster);
  if (zone === null) throw new Complaint(`${cluster} has no hosts`);
  const records = JSON.parse(
    await world.aws([
      ...['route53', 'list-resource-record-sets', '--hosted-zone-id', zone, '--output', 'json'],
      ...['--query', 'ResourceRecordSets[?Type==`A` && ResourceRecords]'],
    ]),
  ) as unknown[];
  if (records.length === 0) return;
  const changes = records.map((record) => ({ Action: 'DELETE', ResourceRecordSet: record }));
  await world.aws([
    ...['route53', 'change-resource-record-sets', '--hosted-zone-id', zone],
    ...['--change-batch', JSON.stringify({ Changes: changes })],
  ]);
}
