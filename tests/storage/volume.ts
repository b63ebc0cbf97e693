/**
 * A disk that may lose power, without any time of its own: operations take effect when they are told to,
 * and are durable when a sync says so. Names are durable by their directory's sync alone; of those
 * changes that are not synced yet, a cut may keep any and lose the others.
 */
import type { DiskOperation, DiskResult } from '#storage';
import { Inode } from './inode.js';

/** Stands where a name is that of a directory. */
export const DIRECTORY = -1;
export const ROOT = '.';

type NameChange =
  | { readonly kind: 'link'; readonly name: string; readonly inode: number }
  | {
      readonly kind: 'rename';
      readonly from: string;
      readonly to: string;
      readonly inode: number;
    }
  | { readonly kind: 'remove'; readonly name: string };

type Names = ReadonlyMap<string, number>;

interface Directory {
  durable: Names;
  seen: Names;
  changes: NameChange[];
  /** What a cut may leave, once somebody asked. */
  possible: readonly Names[] | null;
}

const DONE: DiskResult = Object.freeze({ ok: true });

export class Volume {
  #inodes = new Map<number, Inode>();
  #directories = new Map<string, Directory>();
  #next = 1;

  constructor() {
    this.#directories.set(ROOT, emptyDirectory());
  }

  /** A disk on which all of it is durable. */
  static holding(files: ReadonlyMap<string, Uint8Array>): Volume {
    const volume = new Volume();
    for (const [path, bytes] of files) {
      if (path.endsWith('/')) {
        volume.#makeDirectory(path.slice(0, -1));
        continue;
      }
      const { folder, name } = split(path);
      volume.#link(folder, name, volume.#add(new Inode(bytes)));
    }
    for (const directory of volume.#directories.values()) settle(directory);
    return volume;
  }

  copy(): Volume {
    const copy = new Volume();
    copy.#inodes = new Map([...this.#inodes].map(([number, inode]) => [number, inode.copy()]));
    copy.#directories = new Map(
      [...this.#directories].map(([path, directory]) => [
        path,
        { ...directory, changes: [...directory.changes] },
      ]),
    );
    copy.#next = this.#next;
    return copy;
  }

  /** Does what can be seen at once; what `finish` makes durable is not yet. */
  begin(operation: DiskOperation): void {
    switch (operation.op) {
      case 'write-file': {
        const file = this.#create(operation.path);
        file.truncate(0);
        file.append(operation.data);
        return;
      }
      case 'append':
      case 'append-sync': {
        const file = this.#create(operation.path);
        if (file.seen.length !== operation.size) throw misplaced(operation, file.seen.length);
        file.append(operation.data);
        return;
      }
      case 'truncate':
        this.#file(operation.path).truncate(operation.size);
        return;
      case 'rename':
        this.#rename(operation.from, operation.to);
        return;
      case 'remove':
        this.#remove(operation.path);
        return;
      case 'make-directory':
        this.#makeDirectory(operation.path);
        return;
      default:
    }
  }

  finish(operation: DiskOperation): DiskResult {
    switch (operation.op) {
      case 'sync':
      case 'append-sync':
        this.#file(operation.path).sync();
        return DONE;
      case 'sync-directory': {
        const directory = this.#directories.get(operation.path);
        if (directory === undefined) throw new Error(`there is no directory ${operation.path}`);
        settle(directory);
        return DONE;
      }
      case 'list':
        return { ok: true, names: [...(this.#seenIn(operation.path)?.keys() ?? [])].sort() };
      case 'read': {
        const { path, offset, length } = operation;
        const data = this.#find(path)?.seen.slice(offset, offset + length) ?? null;
        return { ok: true, data };
      }
      default:
        return DONE;
    }
  }

  /** Null: it is a directory. */
  inode(number: number): Inode | null {
    const inode = this.#inodes.get(number);
    if (inode === undefined && number !== DIRECTORY) {
      throw new Error(`no file has the number ${number}`);
    }
    return inode ?? null;
  }

  /** What programs see: paths and numbers of files; a directory's path ends with a slash. */
  seen(): Map<string, number> {
    return this.#paths((directory) => directory.seen);
  }

  /** Each set of names that a cut may leave, as paths and numbers of files; the first is what is seen. */
  *names(): Generator<Map<string, number>> {
    const paths = [...this.#directories.keys()];
    const choices = paths.map((path) => namesPossible(this.#directories.get(path)));
    const count = choices.reduce((product, { length }) => product * length, 1);
    for (let choice = 0; choice < count; choice++) {
      const chosen = new Map<Directory, Names>();
      let rest = choice;
      for (const [at, path] of paths.entries()) {
        const options = choices[at] ?? [];
        const directory = this.#directories.get(path);
        const names = options[rest % options.length];
        rest = Math.floor(rest / options.length);
        if (directory !== undefined && names !== undefined) chosen.set(directory, names);
      }
      yield this.#paths((directory) => chosen.get(directory) ?? directory.seen);
    }
  }

  #paths(namesOf: (directory: Directory) => Names): Map<string, number> {
    const found = new Map<string, number>();
    const root = this.#directories.get(ROOT);
    if (root === undefined) return found;
    for (const [name, inode] of namesOf(root)) {
      if (inode !== DIRECTORY) {
        found.set(name, inode);
        continue;
      }
      found.set(`${name}/`, DIRECTORY);
      const directory = this.#directories.get(name);
      if (directory === undefined) continue;
      for (const [inner, number] of namesOf(directory)) found.set(`${name}/${inner}`, number);
    }
    return found;
  }

  #seenIn(path: string): Names | null {
    if (path === ROOT) return this.#directories.get(ROOT)?.seen ?? null;
    const isThere = this.#directories.get(ROOT)?.seen.get(path) === DIRECTORY;
    return isThere ? (this.#directories.get(path)?.seen ?? null) : null;
  }

  #find(path: string): Inode | null {
    const { folder, name } = split(path);
    const number = this.#seenIn(folder)?.get(name);
    return number === undefined ? null : (this.#inodes.get(number) ?? null);
  }

  #file(path: string): Inode {
    const file = this.#find(path);
    if (file === null) throw new Error(`there is no ${path}`);
    return file;
  }

  #create(path: string): Inode {
    const known = this.#find(path);
    if (known !== null) return known;
    const { folder, name } = split(path);
    const file = new Inode();
    this.#link(folder, name, this.#add(file));
    return file;
  }

  #add(file: Inode): number {
    this.#inodes.set(this.#next, file);
    return this.#next++;
  }

  #link(folder: string, name: string, inode: number): void {
    if (!this.#directories.has(folder)) this.#makeDirectory(folder);
    this.#change(folder, { kind: 'link', name, inode });
  }

  #makeDirectory(path: string): void {
    if (path === ROOT || this.#seenIn(path) !== null) return;
    this.#directories.set(path, emptyDirectory());
    this.#change(ROOT, { kind: 'link', name: path, inode: DIRECTORY });
  }

  #rename(from: string, to: string): void {
    const [old, target] = [split(from), split(to)];
    const inode = this.#seenIn(old.folder)?.get(old.name);
    if (inode === undefined) throw new Error(`there is no ${from}`);
    if (old.folder !== target.folder) throw new Error(`${from} is renamed across directories`);
    this.#change(old.folder, { kind: 'rename', from: old.name, to: target.name, inode });
  }

  #remove(path: string): void {
    const { folder, name } = split(path);
    if (this.#seenIn(folder)?.has(name) === true) this.#change(folder, { kind: 'remove', name });
  }

  #change(folder: string, change: NameChange): void {
    const directory = this.#directories.get(folder);
    if (directory === undefined) throw new Error(`there is no directory ${folder}`);
    directory.changes.push(change);
    directory.seen = changed(directory.seen, change);
    directory.possible = null;
  }
}

const emptyDirectory = (): Directory => ({
  durable: new Map(),
  seen: new Map(),
  changes: [],
  possible: null,
});

function settle(directory: Directory): void {
  if (directory.changes.length > 0) directory.possible = null;
  directory.durable = directory.seen;
  directory.changes = [];
}

function changed(names: Names, change: NameChange): Names {
  const next = new Map(names);
  switch (change.kind) {
    case 'link':
      next.set(change.name, change.inode);
      break;
    case 'rename':
      next.delete(change.from);
      next.set(change.to, change.inode);
      break;
    case 'remove':
      next.delete(change.name);
  }
  return next;
}

/** Any of the changes may be kept, in their order; the first result keeps all. */
function namesPossible(directory: Directory | undefined): readonly Names[] {
  if (directory === undefined) return [];
  directory.possible ??= combineNames(directory);
  return directory.possible;
}

function combineNames(directory: Directory): Names[] {
  const { durable, changes } = directory;
  if (changes.length > 12) throw new Error(`${changes.length} changes of names are not synced`);
  const found = new Map<string, Names>();
  for (let kept = 2 ** changes.length - 1; kept >= 0; kept--) {
    const names = changes.filter((_, at) => (kept & (1 << at)) !== 0).reduce(changed, durable);
    const key = [...names].map(([name, inode]) => `${name}:${inode}`).sort();
    found.set(key.join(), names);
  }
  return [...found.values()];
}

function split(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0
    ? { folder: ROOT, name: path }
    : { folder: path.slice(0, slash), name: path.slice(slash + 1) };
}

const misplaced = ({ path, size }: { path: string; size: number }, actual: number): Error =>
  new Error(`${path} has ${actual} bytes, and ${size} were expected`);
