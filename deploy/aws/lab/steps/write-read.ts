import assert from 'node:assert/strict';
import type { Step } from './step.js';

export const writeRead: Step = {
  name: 'write-read',
  shows: 'the client’s host writes and reads through the proxy; each node has it in a file',
  async run(lab) {
    const { client } = lab;
    assert.equal((await client.run('relevo get first')).status, 1, 'it was there before');
    await client.must('relevo set first written');
    assert.equal(await client.must('relevo --output raw get first'), 'written');
    await lab.whole();
    for (const node of lab.nodes) {
      await lab.host(node).must('grep -rq "first" /var/lib/relevo/data/log');
    }
    return 'absent, written, read';
  },
};
