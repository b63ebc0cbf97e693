/**
 * A file on a disk that may lose power: what is durable, what was written since, and all contents that a
 * cut may leave. Of each sector that was written since the last sync, any version may be there; the
 * length may be any that the file had, or a sector's end between; and everything may have been written
 * up to some byte and no further.
 */
import { createHash } from 'node:crypto';

/** A disk writes so much at once, in bytes. */
export const SECTOR_BYTES = 512;
/** A file system clears the rest of a block that it cuts, in bytes, and may do so before it cuts. */
const BLOCK_BYTES = 4096;

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly data: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number };

/** Contents with a number that stands for them: equal numbers, equal bytes. */
export interface Contents {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Gives equal contents one number. */
export class Interner {
  readonly #known = new Map<string, Contents>();

  intern(bytes: Uint8Array): Contents {
    const hash = createHash('sha1').update(bytes).digest('base64');
    let contents = this.#known.get(hash);
    if (contents === undefined) {
      contents = { id: this.#known.size, bytes };
      this.#known.set(hash, contents);
    }
    return contents;
  }
}

export interface Possible {
  /** Each combination of sectors and length. The first is what programs see. */
  readonly whole: readonly Contents[];
  /** Written up to some byte, for those that are not in `whole`. */
  readonly torn: readonly Contents[];
  /** There are more combinations than were made. */
  readonly isCapped: boolean;
}

export class Inode {
  #durable: Uint8Array;
  #seen: Uint8Array;
  #changes: Change[] = [];
  #possible: Possible | null = null;

  constructor(contents: Uint8Array = new Uint8Array(0)) {
    this.#durable = contents;
    this.#seen = contents;
  }

  get seen(): Uint8Array {
    return this.#seen;
  }

  get isDurable(): boolean {
    return this.#changes.length === 0;
  }

  copy(): Inode {
    const copy = new Inode(this.#durable);
    copy.#seen = this.#seen;
    copy.#changes = [...this.#changes];
    copy.#possible = this.#possible;
    return copy;
  }

  append(data: Uint8Array): void {
    if (data.length > 0) this.#change({ kind: 'write', at: this.#seen.length, data });
  }

  truncate(size: number): void {
    if (size !== this.#seen.length) this.#change({ kind: 'truncate', size });
  }

  #change(change: Change): void {
    this.#changes.push(change);
    this.#seen = applied(this.#seen, change);
    this.#possible = null;
  }

  sync(): void {
    if (this.isDurable) return;
    this.#durable = this.#seen;
    this.#changes = [];
    this.#possible = null;
  }

  possible(interner: Interner, countMax: number): Possible {
    this.#possible ??= this.#combine(interner, countMax);
    return this.#possible;
  }

  #combine(interner: Interner, countMax: number): Possible {
    const found = new Map<number, Contents>();
    const add = (bytes: Uint8Array): void => {
      const contents = interner.intern(bytes);
      found.set(contents.id, contents);
    };
    add(this.#seen);
    if (this.isDurable) return { whole: [...found.values()], torn: [], isCapped: false };
    const stages = this.#stages();
    const lengths = this.#lengths(stages);
    const size = Math.max(...lengths);
    const sectors = sectorsOf(stages, size);
    let isCapped = false;
    for (const length of lengths) {
      const used = sectors.filter(({ at }) => at < length);
      const count = used.reduce((product, { versions }) => product * versions.length, 1);
      isCapped ||= count > countMax;
      for (let choice = 0; choice < Math.min(count, countMax); choice++) {
        add(assembled(stages[0] ?? this.#durable, length, used, choice));
      }
    }
    const whole = [...found.values()];
    found.clear();
    const kept = Math.min(this.#durable.length, this.#seen.length);
    for (let at = kept; at < this.#seen.length; at++) add(this.#seen.slice(0, at));
    for (const { id } of whole) found.delete(id);
    return { whole, torn: [...found.values()], isCapped };
  }

  /** The file after each change, as far as the disk may hold it. */
  #stages(): Uint8Array[] {
    const stages = [this.#durable];
    let size = this.#durable.length;
    for (const change of this.#changes) {
      const before = stages.at(-1) ?? this.#durable;
      if (change.kind === 'write') {
        stages.push(applied(before, change));
        size = Math.max(size, change.at + change.data.length);
      } else {
        const end = Math.ceil(change.size / BLOCK_BYTES) * BLOCK_BYTES;
        stages.push(before.slice().fill(0, change.size, Math.min(end, before.length)));
      }
    }
    return stages.map((stage) => padded(stage, size));
  }

  #lengths(stages: readonly Uint8Array[]): number[] {
    const lengths = new Set([this.#durable.length]);
    let size = this.#durable.length;
    for (const change of this.#changes) {
      const next = change.kind === 'write' ? change.at + change.data.length : change.size;
      if (change.kind === 'write') {
        const first = Math.ceil(Math.min(size, next) / SECTOR_BYTES) * SECTOR_BYTES;
        for (let at = first; at < next; at += SECTOR_BYTES) lengths.add(at);
      }
      lengths.add(next);
      size = next;
    }
    const most = stages[0]?.length ?? 0;
    return [...lengths].filter((length) => length <= most);
  }
}

function applied(bytes: Uint8Array, change: Change): Uint8Array {
  if (change.kind === 'truncate') return padded(bytes.slice(0, change.size), change.size);
  const { at, data } = change;
  const result = padded(bytes, Math.max(bytes.length, at + data.length)).slice();
  result.set(data, at);
  return result;
}

function padded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length >= size) return bytes;
  const result = new Uint8Array(size);
  result.set(bytes);
  return result;
}

interface Sector {
  readonly at: number;
  readonly versions: readonly Uint8Array[];
}

/** The sectors of which there is more than one version. */
function sectorsOf(stages: readonly Uint8Array[], size: number): Sector[] {
  const sectors: Sector[] = [];
  for (let at = 0; at < size; at += SECTOR_BYTES) {
    const versions: Uint8Array[] = [];
    for (const stage of stages) {
      const version = stage.subarray(at, at + SECTOR_BYTES);
      if (!versions.some((known) => isEqual(known, version))) versions.push(version);
    }
    if (versions.length > 1) sectors.push({ at, versions });
  }
  return sectors;
}

function assembled(
  oldest: Uint8Array,
  length: number,
  sectors: readonly Sector[],
  choice: number,
): Uint8Array {
  const bytes = oldest.slice(0, length);
  let rest = choice;
  for (const { at, versions } of sectors) {
    const version = versions[rest % versions.length];
    rest = Math.floor(rest / versions.length);
    if (version !== undefined) bytes.set(version.subarray(0, length - at), at);
  }
  return bytes;
}

const isEqual = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);
