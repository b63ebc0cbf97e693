/** What may happen to one file of a directory: bits that turn, ends that go, lines that move. */

const LINE_FEED = 10;
/** What a byte becomes besides each of its bits turned: common fillers, and what ends a line or a text. */
const FILLERS = [0x00, 0xff, LINE_FEED, 0x20, 0x22, 0x30, 0x7d];

/** How many values each byte gets: two, each of its bits turned and some fillers, or all. */
export type Thoroughness = 'a look' | 'every bit' | 'every value';

export interface Alteration {
  readonly kind: 'flip' | 'truncate' | 'zeros' | 'drop' | 'double' | 'swap' | 'remove' | 'replace';
  /** For people: which byte, length or lines. */
  readonly what: string;
  /** Null: the file is gone. */
  readonly bytes: Uint8Array | null;
}

/** `others`: what the directory's other files hold. */
export function* alterations(
  bytes: Uint8Array,
  others: readonly Uint8Array[],
  thoroughness: Thoroughness,
): Generator<Alteration> {
  yield* flips(bytes, thoroughness);
  for (let size = 0; size < bytes.length; size++) {
    yield { kind: 'truncate', what: `to ${size} bytes`, bytes: bytes.slice(0, size) };
    yield { kind: 'zeros', what: `from byte ${size} on`, bytes: bytes.slice().fill(0, size) };
  }
  yield* moves(bytes);
  yield { kind: 'remove', what: 'the file', bytes: null };
  for (const [at, other] of others.entries()) {
    yield { kind: 'replace', what: `by another file (${at})`, bytes: other };
  }
}

function* flips(bytes: Uint8Array, thoroughness: Thoroughness): Generator<Alteration> {
  for (const [at, byte] of bytes.entries()) {
    for (const value of valuesFor(byte, thoroughness)) {
      if (value === byte) continue;
      const changed = bytes.slice();
      changed[at] = value;
      yield { kind: 'flip', what: `byte ${at} from ${byte} to ${value}`, bytes: changed };
    }
  }
}

function valuesFor(byte: number, thoroughness: Thoroughness): ReadonlySet<number> {
  if (thoroughness === 'every value') {
    return new Set(Array.from({ length: 256 }, (_, value) => value));
  }
  if (thoroughness === 'a look') return new Set([byte ^ 1, LINE_FEED]);
  return new Set([...Array.from({ length: 8 }, (_, bit) => byte ^ (1 << bit)), ...FILLERS]);
}

function* moves(bytes: Uint8Array): Generator<Alteration> {
  const lines = linesOf(bytes);
  for (const [at, line] of lines.entries()) {
    yield { kind: 'drop', what: `line ${at + 1}`, bytes: joined(lines.toSpliced(at, 1)) };
    for (let place = 0; place <= lines.length; place++) {
      const doubled = lines.toSpliced(place, 0, line);
      yield { kind: 'double', what: `line ${at + 1} before ${place + 1}`, bytes: joined(doubled) };
    }
    for (let other = at + 1; other < lines.length; other++) {
      const swapped = lines.with(at, lines[other] ?? line).with(other, line);
      yield { kind: 'swap', what: `lines ${at + 1} and ${other + 1}`, bytes: joined(swapped) };
    }
  }
}

/** With their line feeds. */
export function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; from < bytes.length;) {
    const feed = bytes.indexOf(LINE_FEED, from);
    const end = feed < 0 ? bytes.length : feed + 1;
    lines.push(bytes.subarray(from, end));
    from = end;
  }
  return lines;
}

function joined(lines: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lines.reduce((size, line) => size + line.length, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.length;
  }
  return bytes;
}
