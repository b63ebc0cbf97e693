/** Stacks and the bucket, through CloudFormation. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterStackName, dataStackName, exportName } from '../lib/plan.js';
import { Complaint } from './world.js';
import type { World } from './world.js';

interface Stack {
  readonly Parameters?: readonly {
    readonly ParameterKey: string;
    readonly ParameterValue: string;
  }[];
  readonly Outputs?: readonly {
    readonly OutputKey?: string;
    readonly ExportName?: string;
    readonly OutputValue: string;
  }[];
}

/** Null: there is none of this name. */
async function stackNamed(world: World, name: string): Promise<Stack | null> {
  try {
    const words = ['--stack-name', name, '--output', 'json', '--query', 'Stacks[0]'];
    return JSON.parse(await world.aws(['cloudformation', 'describe-stacks', ...words])) as Stack;
  } catch (error) {
    if (error instanceof Complaint && error.message.includes('does not exist')) return null;
    throw error;
  }
}

/** The zones that the data stack was made with, for ever; null before it is made. */
export async function zonesOf(world: World, cluster: string): Promise<string | null> {
  const stack = await stackNamed(world, dataStackName({ cluster }));
  const zones = stack?.Parameters?.find(({ ParameterKey }) => ParameterKey === 'Zones');
  return zones?.ParameterValue ?? null;
}

export async function bucketOf(world: World, cluster: string): Promise<string> {
  const stack = await stackNamed(world, dataStackName({ cluster }));
  const wanted = exportName({ cluster }, 'bucket');
  const output = stack?.Outputs?.find(({ ExportName }) => ExportName === wanted);
  if (output === undefined) throw new Complaint(`${cluster} has no bucket: deploy it first`);
  return output.OutputValue;
}

/** The private zone of the hosts; null: there are none. */
export async function zoneIdOf(world: World, cluster: string): Promise<string | null> {
  const stack = await stackNamed(world, clusterStackName({ cluster }));
  const output = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'ZoneId');
  return output?.OutputValue ?? null;
}

/** Creates or updates a stack, and waits. What is not among `parameters` keeps its value. */
export async function deployStack(
  world: World,
  stack: string,
  template: object,
  parameters: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-aws-'));
  try {
    const file = join(folder, `${stack}.template.json`);
    writeFileSync(file, JSON.stringify(template));
    await world.aws([
      ...['cloudformation', 'deploy', '--stack-name', stack, '--template-file', file],
      ...['--no-fail-on-empty-changeset', ...more, '--parameter-overrides'],
      ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Another value for a parameter of the hosts' stack: launch templates change, no running host does. */
export async function changeHosts(
  world: World,
  cluster: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const name = clusterStackName({ cluster });
  const stack = await stackNamed(world, name);
  if (stack === null) throw new Complaint(`${cluster} has no hosts: deploy it first`);
  const kept = (stack.Parameters ?? []).map(({ ParameterKey: key }) =>
    key in parameters
      ? `ParameterKey=${key},ParameterValue=${parameters[key] ?? ''}`
      : `ParameterKey=${key},UsePreviousValue=true`,
  );
  await world.aws([
    ...['cloudformation', 'update-stack', '--stack-name', name, '--use-previous-template'],
    ...['--capabilities', 'CAPABILITY_IAM', '--parameters', ...kept],
  ]);
  await world.aws(['cloudformation', 'wait', 'stack-update-complete', '--stack-name', name]);
}
