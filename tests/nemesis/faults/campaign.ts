/**
 * Faults by chance from a seed, several at a time: each lane strikes, holds, heals and rests, over and over.
 * Kinds are dealt from a shuffled deck, so that each comes once before any comes twice.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../../simulator/random.js';
import type { Arena } from '../arena/arena.js';
import { monotonicMs } from '../load/record.js';
import { shapesFor } from '../arena/partitions.js';
import { Deck } from './deck.js';
import type { World } from './fault.js';
import { Casualties, FAULTS, type FaultName } from './index.js';

export interface FaultEvent {
  readonly kind: FaultName;
  readonly text: string;
  /** On the monotonic clock, as the calls. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface CampaignOptions {
  readonly arena: Arena;
  readonly random: Random;
  readonly kinds: readonly FaultName[];
  readonly lanes: number;
  readonly endMs: number;
  readonly onEvent: (event: FaultEvent) => void;
}

const REST_MS_MAX = 1_800;
const STORM_CHANCE = 0.12;

/** Resolves when the time is over and everything is healed. */
export async function campaign(options: CampaignOptions): Promise<void> {
  const { arena, random } = options;
  const casualties = new Casualties(arena.nodes.length, arena.proxies.length);
  const deck = new Deck(options.kinds, random.fork());
  const shapes = new Deck(shapesFor(arena.hosts), random.fork());
  const lanes = Array.from({ length: options.lanes }, () => ({
    arena,
    random: random.fork(),
    casualties,
    shapes,
  }));
  await Promise.all(lanes.map((world) => lane(world, deck, options)));
}

async function lane(
  world: World,
  deck: Deck<FaultName>,
  { endMs, onEvent }: CampaignOptions,
): Promise<void> {
  const { random, casualties } = world;
  while (performance.now() < endMs) {
    await pauseUntil(random.between(0, REST_MS_MAX), endMs);
    if (performance.now() >= endMs) return;
    const kind = deck.deal();
    const fault = FAULTS[kind];
    casualties.storm = random.chance(STORM_CHANCE);
    const fromMs = monotonicMs();
    const strike = await fault.strike(world);
    if (strike === null) {
      deck.putBack(kind);
      continue;
    }
    await pauseUntil(random.between(...fault.holdsMs), endMs);
    await strike.heal();
    onEvent({ kind, text: strike.text, fromMs, toMs: monotonicMs() });
  }
}

async function pauseUntil(ms: number, endMs: number): Promise<void> {
  await pause(Math.max(0, Math.min(ms, endMs - performance.now())));
}
