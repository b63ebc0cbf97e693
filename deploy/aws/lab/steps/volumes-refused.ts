import assert from 'node:assert/strict';
import { must } from '../machine/commands.js';
import type { Lab } from '../lab.js';
import type { Step } from './step.js';

const BLANK = 3;
const FOREIGN = 4;

/** Boots the node with what stands at its volume's id, and shows that it refuses, and starts nothing. */
async function isRefused(lab: Lab, node: string, status: number, said: RegExp): Promise<void> {
  const instance = await lab.account.launch(node);
  await assert.rejects(instance.booted());
  assert.equal(instance.bootStatus(), status, instance.bootLog());
  assert.match(instance.bootLog(), said);
  assert.notEqual((await instance.run('systemctl is-active relevo-node')).status, 0);
  await lab.account.terminate(instance);
}

export const volumesRefused: Step = {
  name: 'volumes-refused',
  shows:
    'a node that had data refuses a blank volume (3) and a foreign one (4), and takes its own again',
  isLong: true,
  async run(lab) {
    const leader = await lab.leader();
    const node = lab.nodes.find((name) => name !== leader) ?? '';
    const own = lab.volumes.of(node);
    lab.account.keepsCount = false;
    await lab.account.terminate(lab.host(node));
    const blank = await lab.volumes.make(own.id, node, own.sizeGiB);
    await isRefused(lab, node, BLANK, new RegExp(`blank, but ${node} had data: refused`));
    const { status } = await lab.tryOperator(`blkid -p ${blank.device}`);
    assert.equal(status, 2, 'something was written to the blank volume');
    await must('mkfs.ext4', ['-q', '-L', 'relevo-other', blank.device]);
    await isRefused(lab, node, FOREIGN, /relevo-other/);
    lab.volumes.put(own);
    lab.account.keepsCount = true;
    await (await lab.account.launch(node)).booted();
    await lab.whole();
    await lab.equalFiles();
    return `${node} ended with 3, with 4, and is back with its own`;
  },
};
