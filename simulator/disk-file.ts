/** A file on the simulated disk: what programs see, what is durable, and the records between. */

export interface DiskChance {
  /** Uniform in [0, 1). */
  next(): number;
}

/** Which request did it, in order, and when it begins. */
export interface Moment {
  readonly number: number;
  readonly startAt: number;
}

/** A write at the end that the file had, or a cut to `size`. */
type FileRecord = Moment &
  (
    | { readonly kind: 'write'; readonly at: number; readonly data: Uint8Array }
    | { readonly kind: 'truncate'; readonly size: number }
  );

export interface FileState {
  readonly durable: Uint8Array;
  readonly records: readonly FileRecord[];
}

const SECTOR_BYTES = 512;

/** Bytes that grow at their end. */
class Bytes {
  #buffer: Uint8Array;
  #size: number;

  constructor(contents: Uint8Array) {
    this.#buffer = contents.slice();
    this.#size = contents.length;
  }

  get size(): number {
    return this.#size;
  }

  contents(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  /** Zeros stand where nothing was written. */
  resize(size: number): void {
    if (size > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(size, this.#buffer.length * 2, 1024));
      grown.set(this.contents());
      this.#buffer = grown;
    } else if (size < this.#size) {
      this.#buffer.fill(0, size, this.#size);
    }
    this.#size = size;
  }

  put(at: number, data: Uint8Array): void {
    if (at + data.length > this.#size) this.resize(at + data.length);
    this.#buffer.set(data, at);
  }

  apply(record: FileRecord): void {
    if (record.kind === 'write') this.put(record.at, record.data);
    else this.resize(record.size);
  }
}

export class DiskFile {
  #seen: Bytes;
  #durable: Bytes;
  /** Not durable yet, in order. */
  #records: FileRecord[];

  constructor(state: FileState = { durable: new Uint8Array(0), records: [] }) {
    this.#durable = new Bytes(state.durable);
    this.#records = [...state.records];
    this.#seen = this.#rebuilt();
  }

  dump(): FileState {
    return { durable: this.#durable.contents().slice(), records: [...this.#records] };
  }

  get size(): number {
    return this.#seen.size;
  }

  contents(): Uint8Array {
    return this.#seen.contents();
  }

  /** What is left of it if the power goes now, at the least. Not to be changed. */
  get durable(): Uint8Array {
    return this.#durable.contents();
  }

  write(data: Uint8Array, { number, startAt }: Moment): void {
    this.#add({ kind: 'write', at: this.#seen.size, data, number, startAt });
  }

  truncate(size: number, { number, startAt }: Moment): void {
    if (size !== this.#seen.size) this.#add({ kind: 'truncate', size, number, startAt });
  }

  #add(record: FileRecord): void {
    this.#records.push(record);
    this.#seen.apply(record);
  }

  /** A sync that was asked for after record `upTo` is done. */
  sync(upTo: number): void {
    let synced = 0;
    for (const record of this.#records) {
      if (record.number > upTo) break;
      this.#durable.apply(record);
      synced++;
    }
    this.#records.splice(0, synced);
  }

  /** What had not begun by now never happened. */
  undo(now: number): void {
    const begun = this.#records.filter(({ startAt }) => startAt <= now);
    if (begun.length === this.#records.length) return;
    this.#records = begun;
    this.#seen = this.#rebuilt();
  }

  /**
   * Some length that the file had, and of each sector that was written the old bytes, the new ones, a
   * part of the new ones, or (where nothing was before) zeros. A sector that is being rewritten keeps
   * what it held.
   */
  crash(random: DiskChance): void {
    const records = this.#records;
    this.#records = [];
    if (records.length === 0) return;
    const lengths = [this.#durable.size];
    for (const record of records) {
      lengths.push(record.kind === 'write' ? record.at + record.data.length : record.size);
    }
    const length = lengths[Math.floor(random.next() * lengths.length)] ?? 0;
    const left = this.#durable;
    for (const record of records) if (record.kind === 'write') keepSome(left, record, random);
    left.resize(length);
    this.#seen = new Bytes(left.contents());
  }

  spoil(at: number, data: Uint8Array): void {
    this.#durable.put(at, data);
    this.#seen = this.#rebuilt();
  }

  #rebuilt(): Bytes {
    const bytes = new Bytes(this.#durable.contents());
    for (const record of this.#records) bytes.apply(record);
    return bytes;
  }
}

function keepSome(
  left: Bytes,
  { at, data }: FileRecord & { readonly kind: 'write' },
  random: DiskChance,
): void {
  const end = at + data.length;
  if (left.size < end) left.resize(end);
  for (let from = at; from < end;) {
    const to = Math.min(end, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    const chance = random.next();
    if (chance < 0.6) {
      const torn = chance < 0.45 ? to : from + Math.floor(((chance - 0.45) / 0.15) * (to - from));
      left.put(from, data.subarray(from - at, torn - at));
    }
    from = to;
  }
}
