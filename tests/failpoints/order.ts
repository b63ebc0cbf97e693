/**
 * What one process is told to do, as a line of text: `log-sync:after:kill:as=leader:nth=20:id=7`. It stands
 * in a file, which the process reads when it starts, and again when it gets a SIGUSR2.
 */
import { isStepName, STEPS, type Part, type Point, type Side } from './catalogue.js';

/** `kill`: the process ends there, and nothing that it holds leaves it. `delay`: the step is held. */
export type How = 'kill' | 'delay';

export const HOWS: readonly How[] = ['kill', 'delay'];

export interface Order extends Point {
  /** Of the case that it belongs to. */
  readonly id: number;
  readonly how: How;
  readonly as: Part;
  /** At which passing since the process took the order; 1 is the first. */
  readonly nth: number;
  /** How long a step is held. */
  readonly ms: number;
  /** From the order on nothing leaves for the peers, until another node leads. */
  readonly isMuted: boolean;
}

/** The environment variable that names the folder of orders and hits; read by entry points here alone. */
export const FOLDER_VARIABLE = 'FAILPOINTS';

/** The signal on which a process reads its order again. */
export const ORDER_SIGNAL = 'SIGUSR2';

export const orderFile = (folder: string, process: string): string => `${folder}/${process}.order`;

/** What a process took and reached, one line each, written before it does anything else. */
export const hitsFile = (folder: string, process: string): string => `${folder}/${process}.hits`;

export function orderText(order: Order): string {
  const { step, side, how, as, nth, ms, isMuted, id } = order;
  const mute = isMuted ? 1 : 0;
  return `${step}:${side}:${how}:as=${as}:nth=${nth}:ms=${ms}:mute=${mute}:id=${id}`;
}

/** Throws an Error that names what is wrong. */
export function parseOrder(text: string): Order {
  const [step = '', side = '', how = '', ...settings] = text.trim().split(':');
  if (!isStepName(step)) throw new Error(`there is no step ${step}; catalogue.ts has them all`);
  const entry = STEPS[step];
  const known = entry.sides.find((candidate): candidate is Side => candidate === side);
  if (known === undefined) throw new Error(`${step} has ${entry.sides.join(', ')}, not ${side}`);
  const manner = HOWS.find((candidate) => candidate === how);
  if (manner === undefined) throw new Error(`give ${HOWS.join(' or ')}, not ${how}`);
  const values = new Map(settings.map((setting) => splitSetting(setting)));
  const as = entry.parts.find((part) => part === values.get('as'));
  if (as === undefined) throw new Error(`${step} is for ${entry.parts.join(', ')}`);
  return {
    ...{ step, side: known, how: manner, as },
    nth: numberOf(values, 'nth', 1),
    ms: numberOf(values, 'ms', 0),
    isMuted: numberOf(values, 'mute', 0) > 0,
    id: numberOf(values, 'id', Number.MIN_SAFE_INTEGER),
  };
}

function splitSetting(setting: string): [string, string] {
  const at = setting.indexOf('=');
  return [setting.slice(0, at), setting.slice(at + 1)];
}

function numberOf(values: ReadonlyMap<string, string>, name: string, least: number): number {
  const value = Number(values.get(name) ?? least);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`${name} is a whole number from ${least} on, not ${values.get(name) ?? ''}`);
}
