/** Whatever is put into a log line, as plain data: nothing in it can break the line or what shows it. */

const DEPTH_MAX = 6;
const ITEMS_MAX = 100;
const TEXT_MAX = 4_000;

export type Plain = string | number | boolean | null | Plain[] | { [name: string]: Plain };

/**
 * Errors become objects with name, message, code, stack and cause; bytes their count, for they may be
 * somebody's value; what is too long or too deep is cut and says so.
 */
export function plain(value: unknown, depth = 0): Plain {
  switch (typeof value) {
    case 'string':
      return value.length > TEXT_MAX
        ? `${value.slice(0, TEXT_MAX)}... (${value.length} characters)`
        : value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : plainObject(value, depth);
    case 'undefined':
      return null;
    default:
      return `(${typeof value})`;
  }
}

function plainObject(value: object, depth: number): Plain {
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? '(no time)' : value.toISOString();
  if (depth >= DEPTH_MAX) return '(too deep)';
  if (value instanceof Error) return plainError(value, depth);
  if (value instanceof Map) return plainMembers([...value.entries()], depth);
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...(value as Iterable<unknown>)];
    const shown = items.slice(0, ITEMS_MAX).map((item) => plain(item, depth + 1));
    return items.length > ITEMS_MAX ? [...shown, `(${items.length} in all)`] : shown;
  }
  return plainMembers(Object.entries(value), depth);
}

function plainMembers(members: readonly (readonly [unknown, unknown])[], depth: number): Plain {
  const shown = members.filter(([, value]) => value !== undefined).slice(0, ITEMS_MAX);
  return Object.fromEntries(shown.map(([name, value]) => [String(name), plain(value, depth + 1)]));
}

function plainError(error: Error, depth: number): Plain {
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return plainMembers(Object.entries({ name, message, code, stack, cause }), depth);
}

/** Control characters, and what terminals and readers of lines take for such: shown, not obeyed. */
const CONTROL = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]',
  'g',
);

/** For JSON and for people alike: `\u001b`. */
export function escapeControl(text: string): string {
  return text.replace(CONTROL, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
