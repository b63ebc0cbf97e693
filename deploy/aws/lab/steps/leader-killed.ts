import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Load } from '../load/load.js';
import { until } from '../machine/until.js';
import { checked } from './checked.js';
import type { Step } from './step.js';

export const leaderKilled: Step = {
  name: 'leader-killed',
  shows:
    'under load, the leader’s instance is killed and its root deleted: another leads, the replacement rejoins',
  async run(lab) {
    const load = await Load.begin(lab.client);
    const name = await lab.leader();
    const old = lab.host(name);
    const volume = lab.volumes.of(name);
    await lab.operator(lab.runbooks.take('terminate'), { INSTANCE: old.settings.id });
    const next = await until('another leader', 30_000, async () => {
      const leader = (await lab.states()).find(({ role }) => role === 'leader');
      return leader?.name;
    });
    assert.notEqual(next, name);
    assert.ok(!existsSync(join(old.settings.folder, 'upper')), 'its root is still there');
    const replacement = lab.host(name);
    await replacement.booted();
    assert.notEqual(replacement.settings.id, old.settings.id);
    assert.notEqual(replacement.settings.card.address, old.settings.card.address);
    assert.equal(volume.holder, replacement.settings.id);
    assert.doesNotMatch(replacement.bootLog(), /making a file system/);
    const status = await lab.operator(lab.runbooks.take('status'));
    assert.match(status, new RegExp(`^${name}\t${replacement.settings.id}\trunning`, 'm'));
    const figures = checked(await load.end());
    await lab.whole();
    const files = await lab.equalFiles();
    return `${name} killed, ${next} leads; ${figures}; ${files} data files equal on all nodes`;
  },
};
