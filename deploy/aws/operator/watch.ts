/** Looking: status, the leader, files, logs, a shell. */
import { leaderOf, RELEVO } from './cluster.js';
import { consoleOf, hostNamed, hostsOf, runOn } from './hosts.js';
import type { World } from './world.js';

export async function status(world: World, cluster: string): Promise<void> {
  for (const { name, instanceId, state, zone, address, type } of await hostsOf(world, cluster)) {
    world.say([name, instanceId, state, zone, address, type].join('\t'));
  }
  const console = await consoleOf(world, cluster);
  world.say((await runOn(world, console, `${RELEVO} cluster || [ $? = 1 ]`)).trimEnd());
}

export async function leader(world: World, cluster: string): Promise<void> {
  world.say(await leaderOf(world, cluster));
}

/** The files as they lie there, their sums, and what they mean. Two nodes that are quiet have the same sums. */
const INSPECT =
  'cd /var/lib/relevo/data && ls -l . log data && sha256sum data/* && ' +
  `head -c 2000 data/*.jsonl && echo && ${RELEVO} inspect /var/lib/relevo/data`;

export async function inspect(world: World, cluster: string, name: string): Promise<void> {
  const host = await hostNamed(world, cluster, name);
  world.say((await runOn(world, host, INSPECT)).trimEnd());
}

export async function logs(
  world: World,
  cluster: string,
  name: string,
  follow: boolean,
): Promise<number> {
  const more = follow ? ['--follow'] : [];
  return world.terminal([
    ...['logs', 'tail', `/relevo/${cluster}`, '--log-stream-names', name, '--since', '15m'],
    ...['--format', 'short', ...more],
  ]);
}

export async function shell(world: World, cluster: string, name: string): Promise<number> {
  const { instanceId } = await hostNamed(world, cluster, name);
  return world.terminal(['ssm', 'start-session', '--target', instanceId]);
}
