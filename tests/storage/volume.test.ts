/** The disk that the enumeration rests on: what it may lose, and what it must not. */
import type { DiskOperation } from '#storage';
import { CrashStates } from './crash-states.js';
import { Volume } from './volume.js';

const BOUNDS = { contentsMax: 1024, combinationsMax: 4096 };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function volumeAfter(...operations: DiskOperation[]): Volume {
  const volume = new Volume();
  for (const operation of operations) {
    volume.begin(operation);
    volume.finish(operation);
  }
  return volume;
}

/** Each state as `path=contents`, zeros as points. */
function statesOf(volume: Volume): string[] {
  const states = [...new CrashStates(BOUNDS).of(volume)].map((state) =>
    [...state.files()]
      .map(([path, bytes]) => `${path}=${decoder.decode(bytes).replaceAll('\0', '.')}`)
      .sort()
      .join(' '),
  );
  return [...new Set(states)].sort();
}

const append = (path: string, size: number, text: string): DiskOperation => ({
  op: 'append',
  path,
  size,
  data: encoder.encode(text),
});
const sync = (path: string): DiskOperation => ({ op: 'sync', path });
const names: DiskOperation = { op: 'sync-directory', path: '.' };

test('an un-synced write is there, or not, or up to some byte, or zeros', () => {
  const volume = volumeAfter(append('a', 0, 'xy'), sync('a'), names, append('a', 2, 'zw'));

  expect(statesOf(volume)).toEqual(['a=xy', 'a=xy..', 'a=xyz', 'a=xyzw']);
});

test('of two sectors either may be there without the other', () => {
  const volume = volumeAfter(append('a', 0, 'x'), sync('a'), names);
  volume.begin(append('a', 1, 'y'.repeat(600)));

  const found = statesOf(volume);

  expect(found).toContain(`a=x${'y'.repeat(511)}${'.'.repeat(89)}`);
  expect(found).toContain(`a=x${'.'.repeat(511)}${'y'.repeat(89)}`);
  expect(found).toContain(`a=x${'y'.repeat(600)}`);
  expect(found).toContain('a=x');
});

test('what is cut may be cleared before the file is shorter', () => {
  const volume = volumeAfter(append('a', 0, 'xyz'), sync('a'), names);
  volume.begin({ op: 'truncate', path: 'a', size: 1 });

  expect(statesOf(volume)).toEqual(['a=x', 'a=x..', 'a=xyz']);
});

test('a name is lost without its directory, whatever was synced in the file', () => {
  const volume = volumeAfter(append('a', 0, 'x'), sync('a'));

  expect(statesOf(volume)).toEqual(['', 'a=x']);
});

test('a rename leaves the old file or the new one, and changes of names are kept in any set', () => {
  const volume = volumeAfter(
    ...[append('a', 0, 'old'), sync('a'), append('b', 0, 'b'), sync('b'), names],
    ...[append('c', 0, 'new'), sync('c')],
  );
  volume.begin({ op: 'rename', from: 'c', to: 'a' });
  volume.begin({ op: 'remove', path: 'b' });

  expect(statesOf(volume)).toEqual([
    ...['a=new', 'a=new b=b'],
    ...['a=old', 'a=old b=b', 'a=old b=b c=new', 'a=old c=new'],
  ]);
});

test('what is synced, names included, is one state', () => {
  const volume = volumeAfter(append('a', 0, 'x'), sync('a'), names);

  expect(statesOf(volume)).toEqual(['a=x']);
});
