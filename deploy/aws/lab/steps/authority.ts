import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from '../lab.js';
import { Load } from '../load/load.js';
import { until } from '../machine/until.js';
import { checked } from './checked.js';
import type { Step } from './step.js';

/** How many authorities each of the three rounds leaves in a host's files. */
const ROUNDS = { trust: 2, issue: 2, drop: 1 } as const;
/** Services look at their files every five seconds. */
const TAKEN_UP_MS = 7_000;
/** Entries: under load nobody stands still for the others to be as far. */
const LAG_MAX = 100;
const OLD = '/run/old-certificates';

/** Hosts have files of several authorities' certificates; of one kind, so that each has the same count. */
const COUNT = 'grep -c BEGIN /etc/relevo/tls/*ca*.pem | cut -d: -f2 | sort -u';

async function round(lab: Lab, name: keyof typeof ROUNDS): Promise<void> {
  const hosts = lab.deployment.hosts.map(({ name: host }) => lab.host(host));
  await lab.operator(lab.runbooks.take('rotate-authority'), { ROUND: name });
  const fetch = lab.runbooks.take('certificates-fetch');
  await Promise.all(hosts.map((host) => host.must(fetch)));
  await until(`every host has what ${name} left`, 60_000, async () => {
    const counts = await Promise.all(hosts.map((host) => host.must(COUNT)));
    return counts.every((count) => count === String(ROUNDS[name])) ? true : undefined;
  });
  await pause(TAKEN_UP_MS);
}

export const authority: Step = {
  name: 'authority',
  shows:
    'under load, the authorities are replaced in three rounds; in the end the old ones count no more',
  isLong: true,
  async run(lab) {
    await lab.client.must(`cp -r /etc/relevo/tls ${OLD}`);
    const asBefore = () => lab.client.run(`relevo --tls-dir ${OLD} --timeout 3s get first`);
    // 1: there is no such key; whoever is told that was let in.
    assert.ok((await asBefore()).status <= 1, 'a client is not let in to begin with');
    const load = await Load.begin(lab.client);
    for (const name of Object.keys(ROUNDS) as (keyof typeof ROUNDS)[]) {
      await round(lab, name);
      await lab.whole(LAG_MAX);
    }
    const figures = checked(await load.end());
    const { status } = await asBefore();
    assert.equal(status, 3, 'a client of the old authority is let in');
    return `three rounds; the old client is refused; ${figures}`;
  },
};
