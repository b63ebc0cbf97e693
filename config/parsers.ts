/** From the texts that people write to values, each with a phrase for what it expects. */
import { isIP } from 'node:net';
import type { Parser } from './setting.js';

export interface MsRange {
  readonly min: number;
  readonly max: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

export function integer(min: number, max: number): Parser<number> {
  return {
    expected: `expected a whole number from ${min} to ${max}`,
    parse(text) {
      if (!/^\d{1,16}$/.test(text)) return null;
      return within(Number(text), min, max);
    },
  };
}

export const port: Parser<number> = {
  ...integer(1, 65_535),
  expected: 'expected a port, 1 to 65535',
};

/** In milliseconds, at least 1 and at most a day unless said otherwise. */
export function duration(minMs = 1, maxMs = 86_400_000): Parser<number> {
  return {
    expected: `expected a time with its unit from ${minMs}ms to ${maxMs}ms, such as 100ms or 10s`,
    parse(text) {
      const ms = msOf(text, null);
      return ms === null ? null : within(ms, minMs, maxMs);
    },
  };
}

/** `1000-2000ms`, `1s-2s`, or a fixed value such as `10s`. */
export const timeoutRange: Parser<MsRange> = {
  expected:
    'expected a range such as 1000-2000ms, or a fixed time such as 10s, from 30ms to 10m, ' +
    'the lesser first',
  parse(text) {
    const [first = '', second, ...more] = text.split('-');
    if (more.length > 0) return null;
    const max = msOf(second ?? first, null);
    const unit = /[a-z]+\s*$/.exec(second ?? first)?.[0].trim() ?? null;
    const min = second === undefined ? max : msOf(first, unit);
    if (min === null || max === null || min > max) return null;
    return min < 30 || max > 600_000 ? null : { min, max };
  },
};

/** A count of bytes: `4096`, `64KiB`, `1.5MiB`. */
export function byteCount(min: number, max: number): Parser<number> {
  return {
    expected: `expected bytes from ${bytesText(min)} to ${bytesText(max)}, such as 4096, 64KiB or 1.5MiB`,
    parse(text) {
      const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
      const unit = UNIT_BYTES[(match?.[2] ?? '').toLowerCase()];
      if (match?.[1] === undefined || unit === undefined) return null;
      const bytes = Number(match[1]) * unit;
      return Number.isInteger(bytes) ? within(bytes, min, max) : null;
    },
  };
}

export function choice<const Word extends string>(words: readonly Word[]): Parser<Word> {
  return {
    expected: `expected one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text) ?? null,
  };
}

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

export const truth: Parser<boolean> = {
  expected: 'expected true or false',
  parse: (text) => TRUTHS.get(text.toLowerCase()) ?? null,
};

/** Shown in tables, logs and paths. */
export const name: Parser<string> = {
  expected:
    'expected 1 to 40 letters, digits, dots, dashes or underscores, beginning with a letter or digit',
  parse: (text) => (/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$/u.test(text) ? text : null),
};

export const host: Parser<string> = {
  expected: 'expected a host name or IP address, without a port',
  parse: (text) => (isHost(text) ? text : null),
};

/** Several, separated by commas. */
export const hosts: Parser<readonly string[]> = {
  expected: 'expected host names or addresses without ports, separated by commas',
  parse(text) {
    const all = text.split(',').map((each) => each.trim());
    return all.every(isHost) ? all : null;
  },
};

/** A secret that travels in headers and addresses. */
export const token: Parser<string> = {
  expected: 'expected 16 to 200 letters, digits, dashes and underscores',
  parse: (text) => (/^[\w-]{16,200}$/.test(text) ? text : null),
};

export const path: Parser<string> = {
  expected: 'expected a path',
  parse: (text) => (text.includes('\0') ? null : text),
};

/** `host:port`, several, separated by commas. */
export const endpoints: Parser<readonly string[]> = {
  expected: 'expected host:port, several separated by commas, such as 127.0.0.1:2379',
  parse(text) {
    const all = text.split(',').map((each) => each.trim());
    return all.every((each) => endpointOf(each) !== null) ? all : null;
  },
};

/** Null if the text is not `host:port`; an IPv6 address stands in brackets. */
export function endpointOf(text: string): { readonly host: string; readonly port: number } | null {
  const match = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text);
  const found = port.parse(match?.[2] ?? '');
  const at = (match?.[1] ?? '').replace(/^\[|\]$/g, '');
  return found === null || !isHost(at) ? null : { host: at, port: found };
}

/** `host:port`, with brackets where the host is an IPv6 address. */
export function endpointText(at: string, atPort: number): string {
  return at.includes(':') ? `[${at}]:${atPort}` : `${at}:${atPort}`;
}

export function bytesText(bytes: number): string {
  if (bytes >= 1024 ** 2 && bytes % (1024 ** 2 / 8) === 0) return `${bytes / 1024 ** 2}MiB`;
  if (bytes >= 1024 && bytes % 1024 === 0) return `${bytes / 1024}KiB`;
  return String(bytes);
}

function msOf(text: string, otherUnit: string | null): number | null {
  const match = /^\s*(\d{1,9}(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/.exec(text);
  const unit = UNIT_MS[match?.[2] ?? otherUnit ?? ''];
  if (match?.[1] === undefined || unit === undefined) return null;
  const ms = Number(match[1]) * unit;
  return Number.isInteger(ms) ? ms : null;
}

function within(value: number, min: number, max: number): number | null {
  return value >= min && value <= max ? value : null;
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[a-z0-9]([a-z0-9._-]{0,252}[a-z0-9])?$/i.test(text);
}
