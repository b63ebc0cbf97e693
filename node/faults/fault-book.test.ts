import { jest } from '@jest/globals';
import type { ReplicaEvent } from '../ports.js';
import { FaultBook } from './fault-book.js';

function attached() {
  const book = new FaultBook();
  const events: ReplicaEvent[] = [];
  const changed = jest.fn();
  const mended = jest.fn();
  book.attach((event) => events.push(event), changed);
  book.onDiskMended(mended);
  return { book, events, changed, mended };
}

const cut = (to: number, isCut = true) =>
  ({ $case: 'cutLink', value: { to, cut: isCut } }) as const;
const broken = (how: string) => ({ $case: 'breakDisk', value: { how } }) as const;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('what is inflicted', () => {
  test('ends by itself, after a minute or when it was said', () => {
    const { book, changed, mended } = attached();
    expect(book.inflict(cut(2), 0)).toBeNull();
    expect(book.inflict(broken('stalls'), 5_000)).toBeNull();
    expect(book.active()).toEqual(['sends nothing to #2', 'its disk stalls']);

    jest.advanceTimersByTime(5_000);
    expect(book.disk).toBeNull();
    expect(mended).toHaveBeenCalledTimes(1);
    expect(book.cuts()).toEqual([2]);

    jest.advanceTimersByTime(54_999);
    expect(book.isCut(2)).toBe(true);
    jest.advanceTimersByTime(1);
    expect(book.active()).toEqual([]);
    expect(changed).toHaveBeenCalledTimes(4);
  });

  test('begins anew when it is inflicted again', () => {
    const { book } = attached();
    book.inflict(cut(2), 1_000);
    jest.advanceTimersByTime(900);
    book.inflict(cut(2), 1_000);
    jest.advanceTimersByTime(900);

    expect(book.isCut(2)).toBe(true);
    jest.advanceTimersByTime(100);
    expect(book.isCut(2)).toBe(false);
  });

  test('is mended one by one, or all at once', () => {
    const { book, mended } = attached();
    book.inflict(cut(2), 0);
    book.inflict(cut(3), 0);
    book.inflict(broken('full'), 0);
    book.inflict(cut(3, false), 0);
    expect(book.cuts()).toEqual([2]);

    book.inflict({ $case: 'heal', value: {} }, 0);
    expect(book.active()).toEqual([]);
    expect(mended).toHaveBeenCalledTimes(1);
  });

  test('a timer that expires is the replica’s affair', () => {
    const { book, events } = attached();
    expect(book.inflict({ $case: 'expireTimer', value: {} }, 0)).toBeNull();

    expect(events).toEqual([{ type: 'campaign' }]);
    expect(book.active()).toEqual([]);
  });
});

test.each([
  ['nothing', undefined, 0, /say what is to be inflicted/],
  ['a disk that is broken in another way', broken('burns'), 0, /stalls, full, fails; not "burns"/],
  ['a fault for ever', cut(2), 3_600_001, /3600000 ms at most/],
] as const)('%s is refused, and changes nothing', (_what, fault, lastsMs, words) => {
  const { book, changed } = attached();

  expect(book.inflict(fault, lastsMs)).toMatch(words);
  expect(book.active()).toEqual([]);
  expect(changed).not.toHaveBeenCalled();
});
