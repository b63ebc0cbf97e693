import assert from 'node:assert/strict';
import type { Lab } from '../lab.js';
import { until } from '../machine/until.js';
import type { Step } from './step.js';

const NEW_NAME = 'relevo-2';

/** Keys and values alone: a restored cluster counts its revisions anew. */
const contents = (lab: Lab): Promise<string> =>
  lab.client.must('relevo --output raw ls | sha256sum; relevo ls --count');

/** A person at a terminal says yes; without one the tool asks nobody, and does nothing. */
async function answeredYes(lab: Lab, line: string, env: Record<string, string>): Promise<string> {
  const { status } = await lab.tryOperator(line, env);
  assert.equal(status, 1, 'it did not ask');
  const said = `(sleep 2; echo y) | script --quiet --return --command "$LINE" /dev/null`;
  return lab.operator(said, { ...env, LINE: line });
}

export const volumeLost: Step = {
  name: 'volume-lost',
  shows:
    'backup; a node’s volume is lost, and all later writes with the restore; the new cluster is equal',
  isLong: true,
  async run(lab) {
    await lab.client.must('relevo set before-backup there');
    const saved = await contents(lab);
    const said = await lab.operator(lab.runbooks.take('backup'));
    const backup = /s3:\/\/\S+\.jsonl\.gz/.exec(said)?.[0] ?? '';
    const env = { BACKUP: backup, NEW_NAME };
    // As at a terminal: `head` closes the pipe early, which is no failure.
    const look = `set +o pipefail\n${lab.runbooks.take('look-into-backup')}`;
    assert.match(await lab.operator(look, env), /^\{/);
    await lab.client.must('relevo set after-backup gone');

    const leader = await lab.leader();
    const node = lab.nodes.find((name) => name !== leader) ?? '';
    const old = lab.host(node);
    await lab.operator(lab.runbooks.take('volume-lost'), { NODE: node });
    const lost = lab.volumes.of(node);
    await lab.volumes.make(lost.id, node, lost.sizeGiB);
    await lab.operator(lab.runbooks.take('terminate'), { INSTANCE: old.settings.id });
    await until(`${node} takes its new volume`, 60_000, () =>
      /is new: making a file system/.test(lab.host(node).bootLog()) ? true : undefined,
    );
    await until(`${node} has its release and settings`, 60_000, async () => {
      const { status } = await lab.host(node).run('test -e /etc/relevo/relevo-node/.env');
      return status === 0 ? true : undefined;
    });

    await answeredYes(lab, lab.runbooks.take('restore'), env);
    await lab.whole();
    assert.equal(await contents(lab), saved);
    assert.equal((await lab.client.run('relevo get after-backup')).status, 1);
    const files = await lab.equalFiles();
    const inspect = lab.runbooks.take('inspect');
    for (const each of lab.nodes) {
      assert.match(await lab.operator(inspect, { NODE: each }), /[0-9a-f]{64} {2}data\//);
    }
    const name = await lab.client.must('relevo --output json cluster');
    assert.ok(name.includes('"connected": true'));
    const keys = saved.split('\n').at(-1) ?? '';
    return `${keys} keys equal under ${NEW_NAME}; ${files} data files equal on all nodes`;
  },
};
