/** What every fault is: something that is done to the arena, and undone. */
import type { Random } from '../../../simulator/random.js';
import type { Arena } from '../arena/arena.js';
import type { Machine } from '../arena/machine.js';
import type { Shape } from '../arena/partitions.js';
import type { Casualties } from './casualties.js';
import type { Deck } from './deck.js';

export interface World {
  readonly arena: Arena;
  readonly random: Random;
  readonly casualties: Casualties;
  /** Of partitions; one for all, so that each comes. */
  readonly shapes: Deck<Shape>;
}

/** A fault that holds now. */
export interface Strike {
  /** For people: what, and whom. */
  readonly text: string;
  /** Takes it back; what it broke runs again afterwards. */
  heal(): Promise<void>;
}

export interface Fault {
  /** How long it holds, in milliseconds. */
  readonly holdsMs: readonly [min: number, max: number];
  /** Null: there is nobody now whom it may hit. */
  strike(world: World): Promise<Strike | null>;
}

/** The leader every second time, because that is where it hurts. Null: too many are down already. */
export async function takeNode({ arena, random, casualties }: World): Promise<Machine | null> {
  const leader = random.chance(0.5) ? await arena.leader() : null;
  const order = random.shuffle([...arena.nodes]);
  if (leader !== null) order.unshift(leader);
  return order.find((node) => casualties.take(node)) ?? null;
}

export function takeProxy({ arena, random, casualties }: World): Machine | null {
  return random.shuffle([...arena.proxies]).find((proxy) => casualties.take(proxy)) ?? null;
}

/** A node three times of four, else a proxy. */
export async function takeMachine(world: World): Promise<Machine | null> {
  if (world.random.chance(0.25)) return takeProxy(world);
  return takeNode(world);
}
