import assert from 'node:assert/strict';
import { until } from '../machine/until.js';
import type { Step } from './step.js';

export const boot: Step = {
  name: 'boot',
  shows:
    'every host of the template boots by cloud-init and is healthy; nodes take their blank volumes',
  async run(lab) {
    const begun = performance.now();
    const { hosts } = lab.deployment;
    const instances = await Promise.all(hosts.map(({ name }) => lab.account.launch(name)));
    await Promise.all(instances.map((instance) => instance.booted()));
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    await lab.whole();
    for (const { name } of hosts) {
      const log = lab.host(name).bootLog();
      assert.match(log, name === 'client' ? /ready: try/ : /is healthy/, `${name}: ${log}`);
    }
    for (const node of lab.nodes) {
      const log = lab.host(node).bootLog();
      assert.match(log, new RegExp(`${node} is new: making a file system`), log);
      const source = await lab.host(node).must('findmnt -no SOURCE,FSTYPE /var/lib/relevo');
      assert.match(source, / ext4$/);
    }
    await until('every node is noted as existing', 30_000, () => {
      const states = lab.nodes.map((node) =>
        lab.account.parameters.get(`/relevo/relevo/${node}/state`),
      );
      return states.every((state) => state === 'existing') ? true : undefined;
    });
    return `${hosts.length} hosts healthy after ${seconds} s`;
  },
};
