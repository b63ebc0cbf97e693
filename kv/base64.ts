/** Base64 of byte-strings (RFC 4648, section 4, with padding). One text for each byte-string. */
import type { ByteString } from './types.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NOT_A_DIGIT = 255;
const PADDING = '='.charCodeAt(0);

const digitOf = new Uint8Array(128).fill(NOT_A_DIGIT);
for (let digit = 0; digit < ALPHABET.length; digit++) digitOf[ALPHABET.charCodeAt(digit)] = digit;

export function toBase64(bytes: ByteString): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const first = bytes.charCodeAt(at);
    const second = left > 1 ? bytes.charCodeAt(at + 1) : 0;
    const third = left > 2 ? bytes.charCodeAt(at + 2) : 0;
    const group = (first << 16) | (second << 8) | third;
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? ALPHABET.charAt(group & 63) : '=';
  }
  return text;
}

/** The bytes, or null for any text that `toBase64` does not make. */
export function fromBase64(text: string): ByteString | null {
  if (text.length % 4 !== 0) return null;
  let bytes = '';
  for (let at = 0; at < text.length; at += 4) {
    const group = groupAt(text, at, at + 4 === text.length);
    if (group === null) return null;
    bytes += group;
  }
  return bytes;
}

/** One to three bytes from four characters; padding may stand in the last four alone. */
function groupAt(text: string, at: number, last: boolean): ByteString | null {
  const padding = last ? paddingOf(text) : 0;
  let group = 0;
  for (let i = 0; i < 4 - padding; i++) {
    const digit = digitOf[text.charCodeAt(at + i)] ?? NOT_A_DIGIT;
    if (digit === NOT_A_DIGIT) return null;
    group |= digit << (18 - 6 * i);
  }
  const kept = 3 - padding;
  const unused = group & ((1 << (8 * padding)) - 1);
  if (unused !== 0) return null;
  const three = String.fromCharCode(group >> 16, (group >> 8) & 255, group & 255);
  return kept === 3 ? three : three.slice(0, kept);
}

function paddingOf(text: string): number {
  if (text.charCodeAt(text.length - 1) !== PADDING) return 0;
  return text.charCodeAt(text.length - 2) === PADDING ? 2 : 1;
}
