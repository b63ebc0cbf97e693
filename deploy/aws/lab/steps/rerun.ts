import assert from 'node:assert/strict';
import type { Step } from './step.js';

/** Everything that bootstrap.sh writes, and which process runs. */
const STATE = [
  'find /etc/relevo /opt/relevo /etc/systemd/system /usr/local/bin/relevo /etc/fstab',
  '! -type d -printf "%p %m %u %l\\n" | sort;',
  'find /etc/relevo /opt/relevo /etc/systemd/system /usr/local/bin/relevo /etc/fstab',
  '-type f -exec sha256sum {} + | sort;',
  'cat /var/lib/relevo/VOLUME 2>/dev/null;',
  'systemctl show --property=Id,MainPID,ActiveState,NRestarts relevo-node relevo-proxy;',
  'findmnt --noheadings /var/lib/relevo || true',
].join(' ');

export const rerun: Step = {
  name: 'rerun',
  shows: 'bootstrap.sh once more, on every host: nothing changes, no process restarts',
  async run(lab) {
    const names = lab.deployment.hosts.map(({ name }) => name);
    const line = lab.runbooks.take('bootstrap-again');
    await Promise.all(
      names.map(async (name) => {
        const host = lab.host(name);
        const before = await host.must(STATE);
        await host.must(line);
        assert.equal(await host.must(STATE), before, name);
        assert.ok(before.includes('/etc/relevo/'), before);
      }),
    );
    return `${names.length} hosts as they were`;
  },
};
