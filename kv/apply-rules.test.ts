import { encodeCommand } from './command-encoding.js';
import { Store } from './store.js';
import { put } from './testing/driver.js';

const write = (value: string): string =>
  encodeCommand({
    kind: 'write',
    ...{ session: 0, sequence: 0, lowestAwaited: 0 },
    operation: put('a', value),
  });

describe('rule 25: entries are applied in order, once', () => {
  test('rule 25: an entry again, an older one, and one too far stop the node and change nothing', () => {
    const store = new Store();
    store.apply(1, write('1'));
    store.skip(2);
    store.apply(3, write('3'));
    const before = [...store.lines()];
    for (const index of [3, 1, 5]) {
      expect(() => store.apply(index, write('again'))).toThrow('after entry 3');
      expect(() => {
        store.skip(index);
      }).toThrow('after entry 3');
    }
    expect([...store.lines()]).toEqual(before);
    expect([store.appliedIndex, store.revision]).toEqual([3, 3]);
  });

  test('rule 25: the applied index is part of the state, dumped or as a checkpoint', () => {
    const store = new Store();
    store.apply(1, write('1'));
    store.apply(2, write('2'));
    const copies = [Store.load(store.dump()), Store.fromCheckpoint(store.lines(), 2)];
    const third = store.apply(3, write('3'));
    for (const copy of copies) {
      expect(() => copy.apply(2, write('2'))).toThrow('after entry 2');
      expect(copy.apply(3, write('3'))).toEqual(third);
      expect(copy.hash()).toBe(store.hash());
    }
  });

  test('rules 26, 27: the same entries make the same state, whoever applies them', () => {
    const texts = ['1', '2', '3', '4'].map(write);
    const stores = [new Store(), new Store()];
    for (const store of stores) texts.forEach((text, at) => store.apply(at + 1, text));
    const [one, other] = stores.map((store) => store.hash());
    expect(one).toBe(other);
    stores[0]?.apply(5, write('5'));
    expect(stores[0]?.hash()).not.toBe(other);
  });
});
