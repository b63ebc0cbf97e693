/** Values that programs get wrong. */
import type { Random } from '../../../simulator/random.js';
import { SECRET } from '../target.js';

/** As varints, up to 2^64 - 1, and beyond what a number of ours may be. */
export const WIDE: readonly bigint[] = [
  ...[0n, 1n, 2n, 127n, 128n, 255n, 256n, 16_383n, 16_384n, 65_535n, 65_536n],
  ...[2n ** 28n - 1n, 2n ** 28n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 35n],
  ...[2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n],
  ...[2n ** 64n - 2n, 2n ** 64n - 2n ** 31n],
];

/** As numbers of the language, some of which no codec lets through. */
export const NUMBERS: readonly number[] = [
  ...[0, 1, 2, 3, -1, -0, 0.5, 1.5, 255, 256, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1],
  ...[2 ** 53, 2 ** 64, -(2 ** 31), -(2 ** 53), 1e300, NaN, Infinity, -Infinity],
];

/** Number tokens of JSON, and some that are none. */
export const TOKENS: readonly string[] = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '00',
    '01',
    '1.0',
    '0.5',
    '1e3',
    '1e400',
    '-1e400',
    '1E-7',
    '2147483648',
  ],
  ...['4294967296', '9007199254740991', '9007199254740992', '9007199254740993', '1e21', '+1'],
  ...['18446744073709551615', '18446744073709551616', 'NaN', 'Infinity', 'null', 'true', 'false'],
  ...['""', '"0"', '[]', '{}', '[0]', '{"a":1}', '0x10', '1_000', '.5', '5.', ''],
];

export const TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    '\0',
    '\n',
    '\r\n',
    '\t',
    '\x1b[31m',
    '\x7f',
    '\x9b2J',
    '\u2028',
    '\u202e',
    '\ufeff',
  ],
  ...['\ud800', '\udc00x', 'é', '€', '𝕏', '"', '\\', '\\u0000', "'", '`', '$(x)', '%s', '{}', '[]'],
  ...['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty', 'valueOf', '0', '-1'],
  ...['NaN', 'undefined', 'null', 'true', '../../x', '/', '-', '--', '--help', '1e9', SECRET],
];

export const NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'key',
  'key64',
  'crc',
  '',
];

export function hostileText(random: Random): string {
  const text = random.pick(TEXTS);
  if (random.chance(0.05)) return text.repeat(random.pick([10, 300, 5_000]));
  return random.chance(0.2) ? text + random.pick(TEXTS) : text;
}

export function hostileNumber(random: Random): number {
  return random.chance(0.7) ? random.pick(NUMBERS) : random.below(12);
}

export function hostileWide(random: Random): bigint {
  return random.chance(0.7) ? random.pick(WIDE) : BigInt(random.below(300));
}
