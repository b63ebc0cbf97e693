/** Targets with a bug in them, which the fuzzer has to find: nothing else shows that it looks. */
import type { Random } from '../../../simulator/random.js';
import { holds, checkWords, unlessRefused, type Input, type Target } from '../target.js';

const make = (random: Random): Input => [
  Uint8Array.from({ length: random.integer(1, 12) }, () => random.below(256)),
];
const common = { weight: 1, shows: 'hex', make } as const;
/** One input of sixteen or so. */
const isUnlucky = ([bytes]: Input): boolean => bytes?.some((byte) => byte === 0xd1) === true;

class Malformed extends Error {
  override readonly name = 'Malformed';
}

function planted(name: string, about: string, bug: (input: Input) => void): Target {
  return {
    ...{ ...common, name: `planted-${name}`, about: `a planted bug: ${about}` },
    take(input) {
      if (isUnlucky(input)) bug(input);
      return (input[0]?.[0] ?? 0) % 2 === 0 ? 'accepted' : 'refused';
    },
  };
}

let kept: Uint8Array | null = null;
const everybody = Object.prototype as Record<string, unknown>;

export const PLANTED_TARGETS: readonly Target[] = [
  planted('throws', 'a decoder that throws a TypeError', () => {
    unlessRefused(() => (null as unknown as { length: number }).length, Malformed);
  }),
  planted('allocates', 'a decoder that allocates what a length claims', () => {
    kept = new Uint8Array(256 * 1024 * 1024);
  }),
  planted('fills-heap', 'a decoder that never stops to remember', () => {
    const lines: string[] = [];
    for (let at = 0; ; at += 1) lines.push(`line ${at} of many, ${kept?.length ?? 0}`);
  }),
  planted('hangs', 'a decoder that waits for an end that does not come', ([bytes]) => {
    for (let at = 0; at < (bytes?.length ?? 0); at = Math.min(at + 1, 0));
  }),
  planted('another', 'what is decoded and encoded again is another', ([bytes]) => {
    const again = bytes?.map((byte) => byte & 0x7f);
    holds(Buffer.from(again ?? []).equals(bytes ?? new Uint8Array(0)), () => 'it is another');
  }),
  planted('escapes', 'an error message with what a terminal obeys', () => {
    checkWords('the name is \x1b[31mred');
  }),
  planted('pollutes', 'a decoder that writes to the prototype of everything', () => {
    everybody['planted'] = true;
  }),
];
