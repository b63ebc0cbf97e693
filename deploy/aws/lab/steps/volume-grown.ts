import assert from 'node:assert/strict';
import type { Step } from './step.js';

const MORE_GIB = 2;
const SIZE_MIB = 'df --output=size --block-size=1M /var/lib/relevo | tail -1';
const PROCESS = 'systemctl show --property=MainPID,NRestarts relevo-node';

export const volumeGrown: Step = {
  name: 'volume-grown',
  shows: 'a node’s volume is made larger, and its file system with it; nothing stops',
  isLong: true,
  async run(lab) {
    const leader = await lab.leader();
    const node = lab.nodes.find((name) => name !== leader) ?? '';
    const host = lab.host(node);
    const volume = lab.volumes.of(node);
    const before = [Number(await host.must(SIZE_MIB)), await host.must(PROCESS)] as const;
    const env = { VOLUME: volume.id, GIB: String(volume.sizeGiB + MORE_GIB) };
    assert.match(await lab.operator(lab.runbooks.take('grow-volume'), env), /completed/);
    await host.must(lab.runbooks.take('grow-file-system'));
    const size = Number(await host.must(SIZE_MIB));
    assert.ok(size > before[0] + 0.9 * MORE_GIB * 1024, `${before[0]} MiB, then ${size} MiB`);
    assert.equal(await host.must(PROCESS), before[1]);
    await lab.whole();
    const files = await lab.equalFiles();
    return `${node}: ${before[0]} MiB, then ${size} MiB; ${files} data files equal on all nodes`;
  },
};
