/** Networks cut in every shape: which links, one way each, are gone. */
import type { Random } from './random.js';

/** Process numbers: from, to. */
export type Link = readonly [number, number];

export interface Cut {
  /** In words. */
  readonly what: string;
  readonly links: readonly Link[];
}

export interface Place {
  readonly number: number;
  readonly name: string;
}

/** Two groups of processes that can't reach each other. */
export function parted(random: Random, everybody: readonly Place[]): Cut {
  const here = everybody.filter(() => random.chance(0.5));
  const there = everybody.filter((place) => !here.includes(place));
  return { what: `parted: ${names(here)} | ${names(there)}`, links: between(here, there) };
}

/** From the other nodes alone, so that it still hears its clients; or from everybody. */
export function isolated(
  random: Random,
  victim: Place,
  nodes: readonly Place[],
  everybody: readonly Place[],
): Cut {
  const from = random.chance(0.5) ? nodes : everybody;
  const others = from.filter((place) => place !== victim);
  return { what: `${victim.name} is isolated`, links: between([victim], others) };
}

/** One node is not heard, or does not hear. */
export function oneWay(random: Random, nodes: readonly Place[], everybody: readonly Place[]): Cut {
  const victim = random.pick(nodes);
  const others = everybody.filter((place) => place !== victim && random.chance(0.6));
  const deaf = random.chance(0.5);
  const links = deaf ? across(others, [victim]) : across([victim], others);
  return { what: `${victim.name} ${deaf ? 'hears' : 'is heard by'} few`, links };
}

/** Two halves, and one node that both can reach. */
export function bridge(random: Random, nodes: readonly Place[]): Cut {
  const [middle, ...rest] = random.shuffle([...nodes]);
  const half = random.integer(1, Math.max(1, rest.length - 1));
  const [here, there] = [rest.slice(0, half), rest.slice(half)];
  const what = `${names(here)} | ${names(there)} meet at ${middle?.name ?? 'nobody'} alone`;
  return { what, links: between(here, there) };
}

/** Each node reaches a majority, no two the same one. */
export function ring(random: Random, nodes: readonly Place[]): Cut {
  const circle = random.shuffle([...nodes]);
  const { length } = circle;
  const reach = Math.max(1, Math.ceil(Math.floor(length / 2) / 2));
  const links = circle.flatMap((from, i) =>
    circle.flatMap((to, k): Link[] => {
      const steps = Math.abs(i - k);
      return Math.min(steps, length - steps) > reach ? [[from.number, to.number]] : [];
    }),
  );
  return { what: `a ring: ${names(circle)}`, links };
}

/** Every link of one node, both ways. */
export function around(victim: Place, everybody: readonly Place[]): readonly Link[] {
  return between(
    [victim],
    everybody.filter((place) => place !== victim),
  );
}

export function across(from: readonly Place[], to: readonly Place[]): readonly Link[] {
  return from.flatMap((a) => to.filter((b) => b !== a).map((b): Link => [a.number, b.number]));
}

export function between(here: readonly Place[], there: readonly Place[]): readonly Link[] {
  return [...across(here, there), ...across(there, here)];
}

function names(places: readonly Place[]): string {
  return places.map(({ name }) => name).join(' ') || 'nobody';
}
