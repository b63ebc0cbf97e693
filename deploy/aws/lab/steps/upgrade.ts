import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Lab } from '../lab.js';
import { Load } from '../load/load.js';
import { changedArtefact } from '../template/artefacts.js';
import { checked } from './checked.js';
import type { Step } from './step.js';

const NEXT_VERSION = '0.999.0';

/** On every host, and what a replaced host would start. */
async function runs(lab: Lab, sha256: string): Promise<void> {
  for (const { name } of lab.deployment.hosts) {
    const current = await lab.host(name).must('readlink -f /opt/relevo/current');
    assert.equal(current, `/opt/relevo/releases/${sha256.slice(0, 12)}`, name);
  }
}

export const upgrade: Step = {
  name: 'upgrade',
  shows: 'under load, another release goes from host to host, the leader last; no request fails',
  isLong: true,
  async run(lab) {
    const version = '"version":"';
    const next = await changedArtefact(lab.artefact, join(lab.folder, 'next'), {
      'package.json': (text) => text.replace(/"version":"[^"]*"/, `${version}${NEXT_VERSION}"`),
    });
    await runs(lab, lab.artefact.sha256);
    const load = await Load.begin(lab.client);
    await lab.operator(lab.runbooks.take('upgrade'), { ARTEFACT: next.file });
    const figures = checked(await load.end());
    await runs(lab, next.sha256);
    assert.equal(lab.deployment.parameters.ArtefactSha256, next.sha256);
    const said = await lab.client.must('relevo --version');
    assert.match(said, new RegExp(NEXT_VERSION.replaceAll('.', '\\.')));
    await lab.whole();
    return figures;
  },
};

export const rollBack: Step = {
  name: 'roll-back',
  shows: 'under load, every host goes back to the release before; no request fails',
  isLong: true,
  async run(lab) {
    const load = await Load.begin(lab.client);
    await lab.operator(lab.runbooks.take('roll-back'));
    const figures = checked(await load.end());
    await runs(lab, lab.artefact.sha256);
    await lab.whole();
    return figures;
  },
};
