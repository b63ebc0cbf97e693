/** The names on the simulated disk: what programs see, what is durable, and the changes between. */
import type { DiskChance, Moment } from './disk-file.js';

/** `file` null: the name goes. A rename is one change of two names. */
type NameChange = Moment & {
  readonly directory: string;
  readonly names: readonly { readonly path: string; readonly file: number | null }[];
};

export interface NamesState {
  readonly durable: readonly (readonly [string, number])[];
  readonly changes: readonly NameChange[];
}

export class DiskNames {
  #seen: Map<string, number>;
  #durable: Map<string, number>;
  /** Not durable yet, in order. */
  #changes: NameChange[];

  constructor(state: NamesState = { durable: [], changes: [] }) {
    this.#durable = new Map(state.durable);
    this.#changes = [...state.changes];
    this.#seen = this.#rebuilt();
  }

  dump(): NamesState {
    return { durable: [...this.#durable], changes: [...this.#changes] };
  }

  /** The file's number; 0 if there is none. */
  find(path: string): number {
    return this.#seen.get(path) ?? 0;
  }

  all(): [string, number][] {
    return [...this.#seen].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** The durable names with this beginning, and their files. */
  durable(beginning: string): [string, number][] {
    return [...this.#durable].filter(([path]) => path.startsWith(beginning));
  }

  /** Every file that has a name. */
  files(): Set<number> {
    return new Set(this.#seen.values());
  }

  list(directory: string): string[] {
    const paths = [...this.#seen.keys()].filter((path) => parentOf(path) === directory);
    return paths.map((path) => path.slice(path.lastIndexOf('/') + 1)).sort();
  }

  link(path: string, file: number, at: Moment): void {
    this.#add(path, [{ path, file }], at);
  }

  remove(path: string, at: Moment): void {
    if (this.#seen.has(path)) this.#add(path, [{ path, file: null }], at);
  }

  rename(from: string, to: string, at: Moment): void {
    const file = this.find(from);
    const names = [
      { path: from, file: null },
      { path: to, file },
    ];
    this.#add(to, names, at);
  }

  /** Durable at once. */
  plant(path: string, file: number | null): void {
    for (const names of [this.#seen, this.#durable]) {
      if (file === null) names.delete(path);
      else names.set(path, file);
    }
  }

  /** A sync that was asked for after record `upTo` is done. */
  sync(directory: string, upTo: number): void {
    const waiting: NameChange[] = [];
    for (const change of this.#changes) {
      if (change.directory === directory && change.number <= upTo) apply(this.#durable, change);
      else waiting.push(change);
    }
    this.#changes = waiting;
  }

  /** What had not begun by now never happened. */
  undo(now: number): void {
    this.#changes = this.#changes.filter(({ startAt }) => startAt <= now);
    this.#seen = this.#rebuilt();
  }

  /** Each change that was not synced is there or is not, whatever became of those around it. */
  crash(random: DiskChance): void {
    for (const change of this.#changes) {
      if (random.next() < 0.5) apply(this.#durable, change);
    }
    this.#changes = [];
    this.#seen = new Map(this.#durable);
  }

  #add(path: string, names: NameChange['names'], { number, startAt }: Moment): void {
    const change = { directory: parentOf(path), names, number, startAt };
    this.#changes.push(change);
    apply(this.#seen, change);
  }

  #rebuilt(): Map<string, number> {
    const names = new Map(this.#durable);
    for (const change of this.#changes) apply(names, change);
    return names;
  }
}

function apply(to: Map<string, number>, { names }: NameChange): void {
  for (const { path, file } of names) {
    if (file === null) to.delete(path);
    else to.set(path, file);
  }
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}
