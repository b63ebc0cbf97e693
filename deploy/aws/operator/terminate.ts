/** The lesson: the leader's instance is terminated while a client writes, and a stopwatch says what it saw. */
import { leaderOf, untilWhole } from './cluster.js';
import { begin, consoleOf, finish, hostNamed, hostsOf, isNode } from './hosts.js';
import { Complaint } from './world.js';
import type { World } from './world.js';

const WRITES_BEFORE_MS = 15_000;
const STOPWATCH_SECONDS = 60;
const STOPWATCH_MS_MAX = 180_000;
const BACK_MS_MAX = 900_000;
const STOPWATCH = `/opt/relevo/node /opt/relevo/current/instance/stopwatch.mjs ${STOPWATCH_SECONDS}`;

interface Seen {
  readonly acknowledged: number;
  readonly failed: number;
  readonly longestMs: number;
  readonly firstError: string;
}

export async function terminateLeader(world: World, cluster: string, yes: boolean): Promise<void> {
  const name = await leaderOf(world, cluster);
  const host = await hostNamed(world, cluster, name);
  const count = (await hostsOf(world, cluster)).filter(isNode).length;
  const question = `Terminate ${name} (${host.instanceId}), the leader of ${cluster}?`;
  if (!yes && !(await world.agrees(question))) throw new Complaint('nothing was done');

  const console = await consoleOf(world, cluster);
  const id = await begin(world, console, STOPWATCH);
  world.say(`${console.name} writes, one write after the other`);
  await world.sleep(WRITES_BEFORE_MS);
  const begun = world.now();
  await world.aws(['ec2', 'terminate-instances', '--instance-ids', host.instanceId]);
  world.say(`${name} is being terminated`);
  const seen = JSON.parse(await finish(world, console, id, STOPWATCH_MS_MAX)) as Seen;
  world.say(
    `the client saw: ${seen.acknowledged} writes acknowledged, ${seen.failed} failed, ` +
      `the longest wait for one ${seen.longestMs} ms`,
  );
  if (seen.firstError !== '') world.say(`the first failure: ${seen.firstError}`);
  world.say(`${await leaderOf(world, cluster)} leads now; waiting for ${name} to come back`);
  await untilBack(world, cluster, name, host.instanceId, BACK_MS_MAX);
  await untilWhole(world, cluster, count, BACK_MS_MAX);
  const seconds = Math.round((world.now() - begun) / 1000);
  world.say(`${name} is back with its volume and its name, after ${seconds} s`);
}

/** Another instance under the old name. */
async function untilBack(
  world: World,
  cluster: string,
  name: string,
  oldId: string,
  limitMs: number,
): Promise<void> {
  const end = world.now() + limitMs;
  for (;;) {
    const hosts = await hostsOf(world, cluster);
    const isBack = hosts.some(
      (host) => host.name === name && host.instanceId !== oldId && host.state === 'running',
    );
    if (isBack) return;
    if (world.now() > end) throw new Complaint(`${name} is not back after ${limitMs / 1000} s`);
    await world.sleep(5_000);
  }
}
