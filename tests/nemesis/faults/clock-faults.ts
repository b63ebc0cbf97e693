/** The wall clock jumps. Nothing may hang on it. */
import type { Fault } from './fault.js';

const SECONDS = [-86_400 * 30, -3_600, -30, 30, 3_600, 86_400 * 400];

export const clockJump: Fault = {
  holdsMs: [1_200, 5_000],
  strike: ({ arena, random }) => {
    const machines = arena.machines.filter(({ clock }) => clock !== null && random.chance(0.4));
    const jumps = machines.map((machine) => {
      const seconds = random.pick(SECONDS);
      machine.clock?.shift(seconds);
      return `${machine.name} ${seconds} s`;
    });
    if (jumps.length === 0) return Promise.resolve(null);
    return Promise.resolve({
      text: jumps.join(', '),
      heal: () => {
        for (const { clock } of machines) clock?.shift(0);
        return Promise.resolve();
      },
    });
  },
};
