/** From an account to a cluster; again, to change it. */
import { costOf, HOURS_A_MONTH, total } from '../lib/cost.js';
import { clusterStackName, dataStackName, planOf, ZONES } from '../lib/plan.js';
import type { Plan } from '../lib/plan.js';
import { profileOf } from '../lib/profile.js';
import { templatesOf } from '../lib/synthesis.js';
import { artefact, upload } from './artefact.js';
import { giveCertificates, makeCertificates } from './certificates.js';
import { bucketOf, deployStack, zonesOf } from './stack.js';
import { Complaint } from './world.js';
import type { World } from './world.js';

export interface DeployOptions {
  readonly cluster: string;
  readonly profile: string;
  readonly nodes: number;
  readonly certificates: string;
  readonly artefact: string | undefined;
  readonly isPlain: boolean;
}

export async function deploy(world: World, options: DeployOptions, yes: boolean): Promise<void> {
  const plan = planOf(options.cluster, profileOf(options.profile), options.nodes);
  const templates = templatesOf(plan);
  const account = (
    await world.aws(['sts', 'get-caller-identity', '--query', 'Account', '--output', 'text'])
  ).trim();
  const hourly = total(costOf(templates));
  const price = `${hourly.toFixed(2)} USD an hour, ${(hourly * HOURS_A_MONTH).toFixed(0)} a month`;
  const question = `Deploy ${plan.cluster} (${options.profile}) to account ${account}, for about ${price}?`;
  if (!yes && !(await world.agrees(question))) throw new Complaint('nothing was done');

  const made = await artefact(world, options.artefact);
  const zones = (await zonesOf(world, plan.cluster)) ?? (await chooseZones(world, plan));
  world.say(`zones ${zones}; what must outlive the hosts comes first`);
  const dataStack = dataStackName(plan);
  await deployStack(world, dataStack, templates.data, { Zones: zones });
  await world.aws([
    ...['cloudformation', 'update-termination-protection', '--enable-termination-protection'],
    ...['--stack-name', dataStack],
  ]);
  const bucket = await bucketOf(world, plan.cluster);
  await upload(world, bucket, made);
  if (!options.isPlain) {
    await makeCertificates(world, plan, options.certificates);
    const count = await giveCertificates(world, plan, options.certificates);
    world.say(
      `${count} certificates and keys given out; the authorities stay in ${options.certificates}`,
    );
  }
  world.say('now the hosts');
  await deployStack(
    world,
    clusterStackName(plan),
    templates.hosts,
    { ArtefactKey: made.key, ArtefactSha256: made.sha256, Tls: options.isPlain ? 'off' : 'on' },
    ['--capabilities', 'CAPABILITY_IAM', '--s3-bucket', bucket, '--s3-prefix', 'templates'],
  );
  world.say('deployed. Hosts need a minute or two: relevo-aws status');
}

/** Three that offer the nodes' type, in the order of their names; never chosen again. */
async function chooseZones(world: World, { profile }: Plan): Promise<string> {
  const out = await world.aws([
    ...['ec2', 'describe-instance-type-offerings', '--location-type', 'availability-zone'],
    ...['--filters', `Name=instance-type,Values=${profile.node.type}`],
    ...['--query', 'InstanceTypeOfferings[].Location', '--output', 'json'],
  ]);
  const zones = (JSON.parse(out) as string[]).sort().slice(0, ZONES);
  if (zones.length < ZONES) {
    throw new Complaint(
      `this region has ${profile.node.type} in ${zones.length} zones: ${ZONES} are needed`,
    );
  }
  return zones.join(',');
}
