/** One failpoint reached once: which, how, and on whose process. */
import { Random } from '../../../simulator/random.js';
import { nameOf, POINTS, STEPS, type Part, type Point, type Stage } from '../catalogue.js';
import type { How, Order } from '../order.js';

export interface Case {
  readonly point: Point;
  readonly how: How;
  readonly as: Part;
  /** Of the draw of `nth` and of how long a step is held. */
  readonly seed: number;
}

/** These are passed hundreds of times a second: any of the first so many is as good as another. */
const FREQUENT =
  /^(log-write|log-sync|send-append|send-heartbeat|send-read|send-answer|apply-write|publish|proxy)/;
const NTH_MAX_FREQUENT = 40;
const DELAY_MS_MIN = 200;
const DELAY_MS_MAX = 1_500;

/** Half a write can't be held: nothing could tell it from a slow disk. */
export function canBe(point: Point, how: How): boolean {
  return how === 'kill' || point.side !== 'half';
}

export function orderOf({ point, how, as, seed }: Case, id: number): Order {
  const random = new Random(seed);
  // A step on a rare way may be taken once only.
  const isFrequent = FREQUENT.test(point.step) && STEPS[point.step].stage === 'load';
  const nth = isFrequent ? 1 + random.below(NTH_MAX_FREQUENT) : 1;
  const ms = how === 'delay' ? DELAY_MS_MIN + random.below(DELAY_MS_MAX - DELAY_MS_MIN) : 0;
  return { ...point, how, as, nth, ms, isMuted: false, id };
}

/** What has to be done besides the load. Whose votes are asked for depends on who is to lead. */
export function stageOf({ point, as }: Case): Stage {
  const { stage } = STEPS[point.step];
  if (as === 'candidate' && stage === 'hand-elsewhere') return 'hand-to';
  return as === 'follower' && stage === 'hand-to' ? 'hand-elsewhere' : stage;
}

export const replayOf = ({ point, how, as, seed }: Case): string =>
  `npm run failpoints -- --only ${nameOf(point)} --how ${how} --as ${as} --seed ${String(seed)}`;

export const nameOfCase = ({ point, how, as }: Case): string => `${nameOf(point)} ${how} ${as}`;

/** How much of all that there is one seed tries. */
export interface Share {
  /** Each point is held with one seed in so many; 1: with every seed. */
  readonly delays: number;
  /** On every part that takes the step, or on one of them, another one with the next seed. */
  readonly parts: 'all' | 'one';
}

/** Every point is killed at, and a share of them is held. */
export function casesOf(seed: number, share: Share): readonly Case[] {
  return POINTS.flatMap((point, at) => {
    const { delays } = share;
    const all = STEPS[point.step].parts;
    const one = (at + seed) % all.length;
    const parts = share.parts === 'all' ? all : all.slice(one, one + 1);
    const hows: readonly How[] = (at + seed) % delays === 0 ? ['kill', 'delay'] : ['kill'];
    return hows
      .filter((how) => canBe(point, how))
      .flatMap((how) => parts.map((as) => ({ point, how, as, seed })));
  });
}
