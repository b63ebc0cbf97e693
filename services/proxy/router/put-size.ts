/**
 * The size of a put's value, read off its payload: payloads pass undecoded, but whoever is told that a
 * request is too large wants to know of the value that makes it so.
 */

/** kv.proto: Operation.put, PutRequest.value; each a tag and a length before its bytes. */
const PUT_TAG = 0x0a;
const VALUE_TAG = 0x12;
const LENGTH_DELIMITED = 2;

/** In bytes; null if the payload is no put, or is cut short. */
export function valueBytesOf(payload: Uint8Array): number | null {
  const put = field(payload, 0, PUT_TAG);
  if (put === null) return null;
  for (let at = put.start; at < put.end;) {
    const found = field(payload, at, payload[at] ?? 0);
    if (found === null) return null;
    if (payload[at] === VALUE_TAG) return found.end - found.start;
    at = found.end;
  }
  return null;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Of the bytes of a length-delimited field with this tag at `at`. */
function field(payload: Uint8Array, at: number, tag: number): Span | null {
  if (payload[at] !== tag || (tag & 7) !== LENGTH_DELIMITED) return null;
  let length = 0;
  let scale = 1;
  for (let next = at + 1; next < payload.length && scale <= 2 ** 28; next += 1) {
    const byte = payload[next] ?? 0;
    length += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    const end = next + 1 + length;
    return end <= payload.length ? { start: next + 1, end } : null;
  }
  return null;
}
