import assert from 'node:assert/strict';
import type { Lab } from '../lab.js';
import { until } from '../machine/until.js';
import type { Step } from './step.js';

const property = (lab: Lab, host: string, unit: string, name: string): Promise<string> =>
  lab.host(host).must(`systemctl show --value --property=${name} ${unit}`);

/** Stops the process as it stands, and gives the seconds until systemd has started another. */
async function freeze(lab: Lab, host: string, unit: string): Promise<number> {
  const frozen = await property(lab, host, unit, 'MainPID');
  const restarts = Number(await property(lab, host, unit, 'NRestarts'));
  const begun = performance.now();
  await lab.host(host).must(`kill -STOP ${frozen}`);
  await until(`${unit} on ${host} is restarted`, 60_000, async () => {
    const now = Number(await property(lab, host, unit, 'NRestarts'));
    const isActive = (await property(lab, host, unit, 'ActiveState')) === 'active';
    return now > restarts && isActive ? true : undefined;
  });
  assert.notEqual(await property(lab, host, unit, 'MainPID'), frozen);
  const journal = await lab.host(host).must(`journalctl --unit ${unit} --output cat`);
  assert.match(journal, /Watchdog timeout/);
  return (performance.now() - begun) / 1000;
}

export const frozen: Step = {
  name: 'frozen',
  shows: 'a frozen process (SIGSTOP), of the leader and of the proxy, is restarted by its watchdog',
  async run(lab) {
    const leader = await lab.leader();
    const [node, proxy] = await Promise.all([
      freeze(lab, leader, 'relevo-node'),
      freeze(lab, 'proxy-1', 'relevo-proxy'),
    ]);
    await lab.whole();
    return `${leader} after ${node.toFixed(1)} s, proxy-1 after ${proxy.toFixed(1)} s`;
  },
};
