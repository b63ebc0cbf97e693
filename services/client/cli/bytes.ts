/** Keys and values between the command line's text and the store's bytes. */
import { escapeCharacter, hexEscape, NAMED_ESCAPES } from './escapes.js';
import { UsageError } from './exit-code.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Null: the bytes are not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** An argument as given, or as base64 of the bytes that are meant. */
export function argumentBytes(argument: string, isBase64: boolean): Uint8Array {
  if (!isBase64) return new TextEncoder().encode(argument);
  const bytes = Buffer.from(argument, 'base64');
  if (bytes.toString('base64').replaceAll('=', '') !== argument.replaceAll('=', '')) {
    throw new UsageError(
      `"${argument}" is not base64; encode the bytes, or leave out the 64 option`,
    );
  }
  return new Uint8Array(bytes);
}

/**
 * For a person's eyes, on one line, unambiguous, and harmless to a terminal: control characters and
 * bytes that are not UTF-8 show as \n, \t, \r, \xNN or \u{N}, a backslash as \\.
 */
export function shown(bytes: Uint8Array): string {
  const text = textOf(bytes);
  if (text === null) return escapeBytes(bytes);
  return text.replace(/[\\\p{Cc}\p{Cf}\u2028\u2029]/gu, escapeCharacter);
}

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte >= 0x7f) return NAMED_ESCAPES[character] ?? hexEscape(byte);
    return NAMED_ESCAPES[character] ?? character;
  }).join('');
}

/** The smallest key behind `key`. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}
