/** Processes that die, stop or stand still. */
import type { Machine } from '../arena/machine.js';
import { takeMachine, takeNode, type Fault, type Strike, type World } from './fault.js';

/** SIGKILL; started again when it is over. */
export const kill: Fault = {
  holdsMs: [200, 4_000],
  strike: async (world) => {
    const machine = await takeMachine(world);
    if (machine === null) return null;
    await machine.kill();
    return revive(world, machine, machine.name);
  },
};

/** SIGTERM, upon which a leader hands over; started again at once, as in a rolling restart. */
export const restart: Fault = {
  holdsMs: [0, 300],
  strike: async (world) => {
    const machine = await takeMachine(world);
    if (machine === null) return null;
    await machine.stop();
    return revive(world, machine, machine.name);
  },
};

/** SIGSTOP: it answers nothing, and its connections stay. */
export const freeze: Fault = {
  holdsMs: [300, 7_000],
  strike: async (world) => {
    const machine = await takeMachine(world);
    if (machine === null) return null;
    if (machine.process.state !== 'running')
      return revive(world, machine, `${machine.name} (down)`);
    machine.process.pause();
    return {
      text: machine.name,
      heal: async () => {
        if (machine.process.state === 'paused') machine.process.resume();
        await machine.start();
        world.casualties.release(machine);
      },
    };
  },
};

/** All nodes are killed at once, and started again. */
export const blackout: Fault = {
  holdsMs: [100, 1_500],
  strike: async (world) => {
    const victims = takeAll(world);
    await Promise.all(victims.map((machine) => machine.kill()));
    return reviveAll(world, victims, victims.map(({ name }) => name).join(','));
  },
};

/** The power fails under some nodes: what they had not synced is gone. */
export const powerCut: Fault = {
  holdsMs: [100, 2_500],
  strike: async (world) => {
    const victims = world.random.chance(0.3) ? takeAll(world) : await takeOne(world);
    if (victims.length === 0) return null;
    // Killed together, before the first disk is cut off: a failure of the power is one moment.
    await Promise.all(victims.map((machine) => machine.kill()));
    await Promise.all(victims.map((machine) => machine.powerOff()));
    return reviveAll(world, victims, victims.map(({ name }) => name).join(','));
  },
};

async function takeOne(world: World): Promise<Machine[]> {
  const node = await takeNode(world);
  return node === null ? [] : [node];
}

/** All nodes that have no fault of their own already, the majority included. */
function takeAll({ arena, casualties }: World): Machine[] {
  const before = casualties.storm;
  casualties.storm = true;
  const taken = arena.nodes.filter((node) => casualties.take(node));
  casualties.storm = before;
  return taken;
}

function revive(world: World, machine: Machine, text: string): Strike {
  return reviveAll(world, [machine], text);
}

function reviveAll(world: World, machines: readonly Machine[], text: string): Strike {
  return {
    text,
    heal: async () => {
      await Promise.all(
        machines.map(async (machine) => {
          await machine.powerOn();
          await machine.start();
          world.casualties.release(machine);
        }),
      );
    },
  };
}
