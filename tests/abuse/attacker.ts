/**
 * The attacker's process: plays what it is told over its channel, says what it found, and waits for more.
 * On its own, so that its work does not show as latency of the healthy client.
 */
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { ATTACKS } from './attacks/index.js';
import type { Face, Finding, Targets } from './attacks/attack.js';

export interface Order {
  readonly attack: string;
  readonly targets: Targets;
}

export interface Played {
  readonly findings: readonly Finding[];
}

/** No attack takes longer. */
const PLAY_MS_MAX = 40_000;

process.on('message', (order: Order) => {
  void play(order).then((played) => process.send?.(played));
});
process.on('disconnect', () => process.exit(0));

async function play({ attack, targets }: Order): Promise<Played> {
  const found = ATTACKS.find(({ name }) => name === attack);
  if (found === undefined) throw new Error(`there is no attack ${attack}`);
  const findings = found.against.map(async (face: Face): Promise<Finding> => {
    const timeUp = pause(PLAY_MS_MAX, null, { ref: false });
    const own = await Promise.race([found.play(targets[face], face), timeUp]);
    if (own === null) {
      return { what: face, told: '', flaw: `${face}: not over after ${PLAY_MS_MAX} ms` };
    }
    const flaw = own.flaw === null ? null : `${face}: ${own.flaw}`;
    return { ...own, what: `${face}: ${own.what}`, flaw };
  });
  return { findings: await Promise.all(findings) };
}
