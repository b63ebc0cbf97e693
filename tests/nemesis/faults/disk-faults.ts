/** Disks that are slow, full, or fail. */
import { setTimeout as pause } from 'node:timers/promises';
import { injectDiskFault, type DiskFault } from '../arena/disk-tracer.js';
import type { Machine } from '../arena/machine.js';
import { takeNode, type Fault, type Strike, type World } from './fault.js';

/** A node that meets a failing disk ends within less; one that writes nothing meets none. */
const END_MS_MAX = 1_500;
const POLL_MS = 20;

/** Every write and sync takes 20 to 300 ms more. */
export const slowDisk: Fault = {
  holdsMs: [1_500, 6_000],
  strike: async (world) => inject(world, { kind: 'slow', ms: world.random.integer(20, 300) }),
};

/** Longer than a leader waits for its own disk (DISK_STALL). */
export const stalledDisk: Fault = {
  holdsMs: [3_000, 6_000],
  strike: async (world) => inject(world, { kind: 'slow', ms: world.random.integer(2_200, 4_000) }),
};

/** The next write or sync fails: the node must stop, and replay. */
export const failingDisk: Fault = {
  holdsMs: [500, 3_000],
  strike: async (world) =>
    inject(world, { kind: 'fails', error: world.random.chance(0.7) ? 'EIO' : 'ENOSPC' }),
};

/** No room is left; then there is again. */
export const fullDisk: Fault = {
  holdsMs: [500, 4_000],
  strike: async (world) => {
    const machine = await takeNode(world);
    const volume = machine?.disk?.volume;
    if (machine === null || volume === undefined) return null;
    machine.excuse = 'its disk is full';
    await volume.fill();
    return {
      text: machine.name,
      heal: async () => {
        await volume.empty();
        // A node whose disk was full writes no more until it is started again, as its operator would.
        await machine.stop();
        await revive(world, machine);
      },
    };
  },
};

async function inject(world: World, fault: DiskFault): Promise<Strike | null> {
  const machine = await takeNode(world);
  const pid = machine?.process.pid ?? null;
  if (machine === null || pid === null) return null;
  const text =
    fault.kind === 'slow' ? `${machine.name} ${fault.ms} ms` : `${machine.name} ${fault.error}`;
  machine.excuse = `its disk was made to be ${text}`;
  const letGo = await injectDiskFault(pid, fault);
  return {
    text,
    heal: async () => {
      await letGo();
      // A node that met the fault is about to end, and must be gone before it can be started again.
      if (fault.kind === 'fails') {
        await endOf(machine);
        await machine.stop();
      }
      await revive(world, machine);
    },
  };
}

async function endOf(machine: Machine): Promise<void> {
  const end = performance.now() + END_MS_MAX;
  while (machine.process.state !== 'stopped' && performance.now() < end) await pause(POLL_MS);
}

async function revive(world: World, machine: Machine): Promise<void> {
  await machine.start();
  machine.excuse = null;
  world.casualties.release(machine);
}
