/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), eight bytes a step ("slicing-by-8", Kounavis
 * and Berry 2005). It finds accidents, not attackers.
 */
const POLYNOMIAL = 0x82f63b78;
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256] ?? 0;
    tables[at] = (before >>> 8) ^ (tables[before & 255] ?? 0);
  }
  return tables;
}

/** The checksum of bytes [start, end), continued from `crc`, the checksum of what stands before them. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, crc = 0): number {
  const tables = TABLES;
  let state = ~crc;
  let at = start;
  for (const last = end - 8; at <= last; at += 8) {
    state ^=
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    state =
      (tables[1792 + (state & 255)] ?? 0) ^
      (tables[1536 + ((state >>> 8) & 255)] ?? 0) ^
      (tables[1280 + ((state >>> 16) & 255)] ?? 0) ^
      (tables[1024 + (state >>> 24)] ?? 0) ^
      (tables[768 + (bytes[at + 4] ?? 0)] ?? 0) ^
      (tables[512 + (bytes[at + 5] ?? 0)] ?? 0) ^
      (tables[256 + (bytes[at + 6] ?? 0)] ?? 0) ^
      (tables[bytes[at + 7] ?? 0] ?? 0);
  }
  for (; at < end; at++) state = (state >>> 8) ^ (tables[(state ^ (bytes[at] ?? 0)) & 255] ?? 0);
  return ~state >>> 0;
}

const DIGITS = new TextEncoder().encode('0123456789abcdef');

/** Writes a checksum as eight lower-case hexadecimal digits. */
export function writeHex(bytes: Uint8Array, at: number, value: number): void {
  for (let digit = 7, rest = value; digit >= 0; digit--, rest >>>= 4) {
    bytes[at + digit] = DIGITS[rest & 15] ?? 0;
  }
}

/** Reads eight lower-case hexadecimal digits; -1 if they are none. */
export function readHex(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let digit = at; digit < at + 8; digit++) {
    const code = bytes[digit] ?? 0;
    if (code >= 48 && code <= 57) value = value * 16 + code - 48;
    else if (code >= 97 && code <= 102) value = value * 16 + code - 87;
    else return -1;
  }
  return value;
}

export const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** The number behind eight digits; -1 if they are none. */
export const fromHex = (text: string): number =>
  /^[0-9a-f]{8}$/.test(text) ? Number.parseInt(text, 16) : -1;
