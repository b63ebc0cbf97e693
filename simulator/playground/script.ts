/** A script as text that fits into a link: a version, and base64url of its JSON. */
import { fromBase64, fromBytes, toBase64, toBytes } from '#kv';
import { checkedScript, SCRIPT_LIMITS } from './checks.js';
import type { Script } from './types.js';

const VERSION = '1.';

export function encodeScript(script: Script): string {
  const bytes = new TextEncoder().encode(JSON.stringify(script));
  const text = toBase64(fromBytes(bytes));
  return VERSION + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Throws a RangeError that says what is wrong with it. */
export function decodeScript(text: string): Script {
  if (text.length > SCRIPT_LIMITS.encodedMax)
    throw new RangeError(
      `the script is longer than ${String(SCRIPT_LIMITS.encodedMax)} characters`,
    );
  if (!text.startsWith(VERSION))
    throw new RangeError(`the script is of another version: it has to begin with ${VERSION}`);
  return checkedScript(parsed(text.slice(VERSION.length)));
}

function parsed(text: string): unknown {
  const padding = '='.repeat((4 - (text.length % 4)) % 4);
  const bytes = fromBase64(text.replaceAll('-', '+').replaceAll('_', '/') + padding);
  if (bytes === null) throw new RangeError('the script is no base64url: was the link cut?');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(toBytes(bytes)));
  } catch {
    throw new RangeError('the script is no JSON: was the link cut?');
  }
}
