/**
 * Byte-strings: one character for each byte, codes 0 to 255. Text stands in them as its UTF-8 bytes, so
 * that ASCII text is the same string in both forms.
 */
import type { ByteString } from './types.js';

/** String.fromCharCode takes its codes as arguments, whose number is limited. */
const CODES_AT_ONCE = 8192;

/** With `fatal`, what decodes also encodes to the same bytes again; a leading byte order mark is kept. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Surrogates without their other half; UTF-8 has no form for them. */
const LONE_SURROGATE = /\p{Surrogate}/u;

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

/** False if the text has a lone surrogate, which no bytes stand for. */
export function isEncodable(text: string): boolean {
  return isAscii(text) || !LONE_SURROGATE.test(text);
}

/** The text's UTF-8 bytes; a lone surrogate becomes U+FFFD, as in TextEncoder. */
export function fromText(text: string): ByteString {
  return isAscii(text) ? text : fromBytes(encoder.encode(text));
}

/** The text whose UTF-8 bytes these are, or null if there is none. */
export function toText(bytes: ByteString): string | null {
  if (isAscii(bytes)) return bytes;
  try {
    return decoder.decode(toBytes(bytes));
  } catch {
    return null;
  }
}

export function fromBytes(bytes: Uint8Array): ByteString {
  if (bytes.length <= CODES_AT_ONCE) return charactersOf(bytes);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CODES_AT_ONCE) {
    parts.push(charactersOf(bytes.subarray(at, at + CODES_AT_ONCE)));
  }
  return parts.join('');
}

export function toBytes(bytes: ByteString): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes.charCodeAt(i);
  return out;
}

function charactersOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/**
 * The `end` of the range of all keys that begin with `prefix`: the prefix with its last byte below 0xff
 * raised by one, and the rest cut; '\0' ("to the last key") if there is no such byte.
 */
export function prefixEnd(prefix: ByteString): ByteString {
  for (let last = prefix.length - 1; last >= 0; last--) {
    const code = prefix.charCodeAt(last);
    if (code < 0xff) return prefix.slice(0, last) + String.fromCharCode(code + 1);
  }
  return '\0';
}

/** For messages: a key as people can read it, cut to a length that a log line can bear. */
export function shownKey(key: ByteString): string {
  const text = toText(key);
  return text === null ? cut(`${toHex(key.slice(0, 32))} (hexadecimal)`) : shownText(text);
}

/** For messages: a text that came from elsewhere, in quotes, without what a terminal would obey. */
export function shownText(text: string): string {
  return cut(JSON.stringify(text).replace(BEYOND_JSON, escaped));
}

/** DEL and C1: control characters that JSON leaves as they are. */
const BEYOND_JSON = /[\x7f-\x9f]/g;

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const cut = (shown: string): string => (shown.length <= 80 ? shown : `${shown.slice(0, 80)}...`);

function toHex(bytes: ByteString): string {
  let hex = '';
  for (let i = 0; i < bytes.length; i++) hex += bytes.charCodeAt(i).toString(16).padStart(2, '0');
  return hex;
}
