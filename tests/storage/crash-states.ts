/** Every state that a power cut may leave of a volume, as far as a start will read it. */
import { Interner, type Contents, type Inode, type Possible } from './inode.js';
import type { Volume } from './volume.js';

export interface CrashState {
  /** Equal keys, equal files: of those that a start reads, contents and names, and of others nothing. */
  readonly key: string;
  files(): Map<string, Uint8Array>;
}

export interface Bounds {
  /** Combinations of sectors, for one file and one length. */
  readonly contentsMax: number;
  /** Combinations of the files' contents, for one set of names. */
  readonly combinationsMax: number;
}

/** What a start lists and removes without reading it. */
const isUnread = (path: string): boolean => path.endsWith('.tmp') || path.endsWith('.part');
/** What a start neither reads nor counts. */
const isUnknown = (path: string): boolean =>
  path === 'README.txt' ||
  (path.startsWith('quarantine/') && path !== 'quarantine/') ||
  path.startsWith('lock');

export const isReadAtStart = (path: string): boolean => !isUnread(path) && !isUnknown(path);

const EMPTY: Contents = Object.freeze({ id: -1, bytes: new Uint8Array(0) });
const UNREAD: Possible = Object.freeze({ whole: [EMPTY], torn: [], isCapped: false });

export class CrashStates {
  readonly #interner = new Interner();
  readonly #paths = new Map<string, number>();
  readonly #bounds: Bounds;
  /** Sets of names for which a bound was met. */
  capped = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** What a process that was killed leaves to the next one. */
  seen(volume: Volume): CrashState {
    const known = this.#known(volume.seen());
    return this.#state(
      known.map(([path, number]) => [path, this.#asSeen(path, volume.inode(number))]),
    );
  }

  *of(volume: Volume): Generator<CrashState> {
    let isFirst = true;
    const done = new Set<string>();
    for (const names of volume.names()) {
      const paths = this.#known(names);
      const key = paths.map(([path, number]) => `${path}:${number}`).join();
      if (done.has(key)) continue;
      done.add(key);
      const files = paths.map(([path, number]): [string, Possible] => [
        path,
        isUnread(path) ? UNREAD : this.#possible(volume.inode(number)),
      ]);
      yield* this.#combinations(files);
      // Torn anywhere is tried with everything else as programs saw it.
      if (isFirst) yield* this.#torn(files);
      isFirst = false;
    }
  }

  /** In an order of their own, so that equal states have equal keys. */
  #known(names: ReadonlyMap<string, number>): [string, number][] {
    const known = [...names].filter(([path]) => !isUnknown(path));
    return known.sort(([one], [other]) => this.#numberOf(one) - this.#numberOf(other));
  }

  #possible(inode: Inode | null): Possible {
    return inode === null ? UNREAD : inode.possible(this.#interner, this.#bounds.contentsMax);
  }

  #asSeen(path: string, inode: Inode | null): Contents {
    return inode === null || isUnread(path) ? EMPTY : this.#interner.intern(inode.seen);
  }

  *#combinations(files: readonly (readonly [string, Possible])[]): Generator<CrashState> {
    const count = files.reduce((product, [, { whole }]) => product * whole.length, 1);
    const isCapped = count > this.#bounds.combinationsMax;
    if (isCapped || files.some(([, possible]) => possible.isCapped)) this.capped++;
    if (isCapped) {
      yield* this.#oneByOne(files);
      return;
    }
    for (let choice = 0; choice < count; choice++) {
      let rest = choice;
      yield this.#state(
        files.map(([path, { whole }]) => {
          const contents = whole[rest % whole.length] ?? EMPTY;
          rest = Math.floor(rest / whole.length);
          return [path, contents];
        }),
      );
    }
  }

  /** Beyond the bound: each file's every state, with the others as seen, and with the others lost. */
  *#oneByOne(files: readonly (readonly [string, Possible])[]): Generator<CrashState> {
    for (const [at, [, { whole }]] of files.entries()) {
      for (const contents of whole) {
        for (const place of [0, -1]) {
          yield this.#state(
            files.map(([path, other], index) => [
              path,
              (index === at ? contents : other.whole.at(place)) ?? EMPTY,
            ]),
          );
        }
      }
    }
  }

  *#torn(files: readonly (readonly [string, Possible])[]): Generator<CrashState> {
    for (const [at, [, { torn }]] of files.entries()) {
      for (const contents of torn) {
        yield this.#state(
          files.map(([path, { whole }], index) => [
            path,
            (index === at ? contents : whole[0]) ?? EMPTY,
          ]),
        );
      }
    }
  }

  #state(files: readonly (readonly [string, Contents])[]): CrashState {
    let key = '';
    for (const [path, { id }] of files) key += `${this.#numberOf(path)}:${id},`;
    return { key, files: () => new Map(files.map(([path, { bytes }]) => [path, bytes])) };
  }

  #numberOf(path: string): number {
    const known = this.#paths.get(path);
    if (known !== undefined) return known;
    this.#paths.set(path, this.#paths.size);
    return this.#paths.size - 1;
  }
}
