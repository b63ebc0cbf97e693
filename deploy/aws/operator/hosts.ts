/** The hosts of a cluster as Amazon knows them, and commands that run on them. */
import { Complaint } from './world.js';
import type { World } from './world.js';

export interface RunningHost {
  readonly name: string;
  readonly instanceId: string;
  readonly state: string;
  readonly zone: string;
  readonly address: string;
  readonly type: string;
}

const POLL_MS = 2_000;
const LIVING = 'pending,running,stopping,stopped,shutting-down';
const QUERY =
  'Reservations[].Instances[].[Tags[?Key==`relevo:host`]|[0].Value,InstanceId,State.Name,' +
  'Placement.AvailabilityZone,PrivateIpAddress,InstanceType]';

/** Sorted by name; a host that was terminated may be there twice for a while. */
export async function hostsOf(world: World, cluster: string): Promise<readonly RunningHost[]> {
  const out = await world.aws([
    ...['ec2', 'describe-instances', '--output', 'json', '--query', QUERY, '--filters'],
    `Name=tag:relevo:cluster,Values=${cluster}`,
    `Name=instance-state-name,Values=${LIVING}`,
  ]);
  const rows = JSON.parse(out) as (string | null)[][];
  return rows
    .map(([name, instanceId, state, zone, address, type]) => ({
      name: name ?? '?',
      instanceId: instanceId ?? '?',
      state: state ?? '?',
      zone: zone ?? '?',
      address: address ?? '-',
      type: type ?? '?',
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

export async function hostNamed(world: World, cluster: string, name: string): Promise<RunningHost> {
  const hosts = await hostsOf(world, cluster);
  const found = hosts.find((host) => host.name === name && host.state === 'running');
  if (found !== undefined) return found;
  const names = hosts.map((host) => `${host.name} (${host.state})`).join(', ');
  throw new Complaint(`no host ${name} runs in ${cluster}; there are: ${names || 'none'}`);
}

/** Where the command relevo is: on the client's host, or else on a proxy's. */
export async function consoleOf(world: World, cluster: string): Promise<RunningHost> {
  const running = (await hostsOf(world, cluster)).filter(({ state }) => state === 'running');
  const found =
    running.find(({ name }) => name === 'client') ??
    running.find(({ name }) => name.startsWith('proxy-'));
  if (found === undefined) throw new Complaint(`neither a client nor a proxy of ${cluster} runs`);
  return found;
}

export const isNode = ({ name }: RunningHost): boolean => !/^(?:client|proxy-\d+)$/.test(name);

/** Begins a line of shell on a host, as root; gives the id to wait with. */
export async function begin(world: World, host: RunningHost, line: string): Promise<string> {
  const id = await world.aws([
    ...['ssm', 'send-command', '--document-name', 'AWS-RunShellScript'],
    ...['--instance-ids', host.instanceId],
    ...['--parameters', JSON.stringify({ commands: [line] })],
    ...['--query', 'Command.CommandId', '--output', 'text'],
  ]);
  return id.trim();
}

interface Invocation {
  readonly Status: string;
  readonly StandardOutputContent: string;
  readonly StandardErrorContent: string;
}

/** Gives what the line printed. Rejects with a Complaint when it failed, or runs on after the limit. */
export async function finish(
  world: World,
  host: RunningHost,
  id: string,
  limitMs: number,
): Promise<string> {
  const end = world.now() + limitMs;
  for (;;) {
    await world.sleep(POLL_MS);
    const invocation = await invocationOf(world, host, id);
    if (invocation?.Status === 'Success') return invocation.StandardOutputContent;
    const isOver =
      invocation !== null && !/^(?:Pending|InProgress|Delayed)$/.test(invocation.Status);
    if (isOver) {
      const { Status: status, StandardErrorContent: error } = invocation;
      throw new Complaint(`${host.name}: ${status}: ${error.trim()}`);
    }
    if (world.now() > end) throw new Complaint(`${host.name}: no end after ${limitMs / 1000} s`);
  }
}

export async function runOn(
  world: World,
  host: RunningHost,
  line: string,
  limitMs = 120_000,
): Promise<string> {
  return finish(world, host, await begin(world, host, line), limitMs);
}

/** Null: Amazon does not know it yet, which it says as an error for a moment. */
async function invocationOf(
  world: World,
  host: RunningHost,
  id: string,
): Promise<Invocation | null> {
  try {
    const words = ['--command-id', id, '--instance-id', host.instanceId, '--output', 'json'];
    return JSON.parse(await world.aws(['ssm', 'get-command-invocation', ...words])) as Invocation;
  } catch (error) {
    if (error instanceof Complaint && error.message.includes('InvocationDoesNotExist')) return null;
    throw error;
  }
}
