import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Step } from './step.js';

const MORE_GIB = 2;
const SIZE_MIB = 'df --output=size --block-size=1M /var/lib/relevo | tail -1';
const PROCESS = 'systemctl show --property=MainPID,NRestarts relevo-node';

/** Growing a mounted ext4 takes CAP_SYS_RESOURCE, which root does not have everywhere. */
function mayResize(): boolean {
  const [, held = '0'] =
    /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${held}`) >> 24n) & 1n) === 1n;
}

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
    const said = await host.must(`${lab.runbooks.take('grow-file-system')} 2>&1`);
    const device = 'blockdev --getsize64 "$(findmnt -no SOURCE /var/lib/relevo)"';
    assert.equal(Number(await host.must(device)), volume.sizeGiB * 1024 ** 3);
    const size = Number(await host.must(SIZE_MIB));
    const grown = `${before[0]} MiB, then ${size} MiB`;
    if (mayResize()) assert.ok(size > before[0] + 0.9 * MORE_GIB * 1024, grown);
    else assert.match(said, /the file system keeps its size/);
    assert.equal(await host.must(PROCESS), before[1]);
    await lab.whole();
    const files = await lab.equalFiles();
    const words = mayResize() ? grown : 'the device alone: this machine grows no file systems';
    return `${node}: ${words}; ${files} data files equal on all nodes`;
  },
};
