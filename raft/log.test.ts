import fc from 'fast-check';
import type { Entry } from './index.js';
import { logIndex, quorumSize, term } from './index.js';
import { Log, entryBytes } from './log.js';
import { isQuorum, quorumValue } from './quorum.js';
import { Random } from './random.js';
import { at, command, entriesOf } from './testing/solo.js';

/** The dumb one: every entry ever, by index; none is left out. */
class DumbLog {
  entries: Entry[] = [];
  base = 0;
  baseTerm = 0;
  durable = 0;
}

const action = fc.oneof(
  fc.record({
    do: fc.constant('append' as const),
    count: fc.integer({ min: 1, max: 4 }),
    up: fc.boolean(),
  }),
  fc.record({ do: fc.constant('truncate' as const), back: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ do: fc.constant('durable' as const), back: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ do: fc.constant('drop' as const), back: fc.integer({ min: 0, max: 8 }) }),
);

test('rule 24: the log against a dumb one, on random appends, cuts, syncs and drops', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const log = new Log({ base: at(0, 0), entries: [], durableIndex: logIndex(0) });
      const dumb = new DumbLog();
      let now = 1;
      for (const step of actions) {
        const last = dumb.base + dumb.entries.length;
        if (step.do === 'append') {
          if (step.up) now += 1;
          const added = entriesOf(
            Array.from({ length: step.count }, () => now),
            last + 1,
          );
          log.append(added);
          dumb.entries.push(...added);
        } else if (step.do === 'truncate') {
          const from = Math.max(dumb.base + 1, last - step.back);
          log.truncateFrom(logIndex(from));
          dumb.entries = dumb.entries.filter(({ index }) => index < from);
          dumb.durable = Math.min(dumb.durable, from - 1);
        } else if (step.do === 'durable') {
          const upTo = Math.max(dumb.base, last - step.back);
          log.markDurable(logIndex(upTo));
          dumb.durable = Math.max(dumb.durable, upTo);
        } else {
          const upTo = Math.min(dumb.durable, Math.max(dumb.base, last - step.back));
          log.dropTo(logIndex(upTo));
          dumb.baseTerm = dumb.entries.find(({ index }) => index === upTo)?.term ?? dumb.baseTerm;
          dumb.entries = dumb.entries.filter(({ index }) => index > upTo);
          dumb.base = upTo;
        }
        compare(log, dumb, now);
      }
    }),
    { numRuns: 500 },
  );
});

function compare(log: Log, dumb: DumbLog, newest: number): void {
  const last = dumb.base + dumb.entries.length;
  expect([log.base.index, log.base.term, log.lastIndex, log.durableIndex]).toEqual([
    dumb.base,
    dumb.baseTerm,
    last,
    dumb.durable,
  ]);
  expect(log.between(logIndex(dumb.base), logIndex(last))).toEqual(dumb.entries);
  for (let index = dumb.base - 1; index <= last + 1; index++) {
    const known = dumb.entries.find((entry) => entry.index === index)?.term ?? null;
    expect(log.termAt(logIndex(index))).toBe(index === dumb.base ? dumb.baseTerm : known);
    for (const asked of [dumb.baseTerm, newest - 1, newest]) {
      if (index < dumb.base || asked < dumb.baseTerm) continue;
      const found = dumb.entries
        .filter((entry) => entry.index <= index && entry.term <= asked)
        .at(-1);
      const wanted = found === undefined ? log.base : { index: found.index, term: found.term };
      expect(log.newestAtMost(logIndex(index), term(asked))).toEqual(wanted);
    }
  }
}

test('a batch holds as many entries as fit, and one that does not', () => {
  const log = new Log({
    base: at(3, 1),
    entries: entriesOf([2, 2, 2, 2], 4),
    durableIndex: logIndex(3),
  });
  const [entry] = entriesOf([2], 4);
  const one = entry === undefined ? 0 : entryBytes(entry);
  expect(log.batch(logIndex(4), 2 * one).map(({ index }) => index)).toEqual([4, 5]);
  expect(log.batch(logIndex(6), 1).map(({ index }) => index)).toEqual([6]);
  expect(log.batch(logIndex(8), 1000)).toEqual([]);
  expect(log.batch(logIndex(5), 1000)).toBe(log.batch(logIndex(5), 1000));
  log.append([{ ...at(8, 2), body: command('"a":1') }]);
  expect(log.batch(logIndex(5), 1000)).toHaveLength(4);
});

test('R8 a quorum of 1, 2, 3, 4, 5 voters is 1, 2, 2, 3, 3; of none there is none', () => {
  expect([1, 2, 3, 4, 5].map(quorumSize)).toEqual([1, 2, 2, 3, 3]);
  expect([isQuorum(2, 4), isQuorum(3, 4), isQuorum(0, 0)]).toEqual([false, true, false]);
});

test('the value that a quorum has reached, against counting', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 7 }), (values) => {
      const reached = (value: number): boolean =>
        isQuorum(values.filter((other) => other >= value).length, values.length);
      const value = quorumValue(values.slice());
      expect([reached(value), reached(value + 1)]).toEqual([true, false]);
    }),
  );
});

test('the generator repeats itself by seed, goes on from a dump, and is evenly spread', () => {
  const one = new Random(42);
  const first = Array.from({ length: 1000 }, () => one.next());
  const again = new Random(42);
  expect(Array.from({ length: 1000 }, () => again.next())).toEqual(first);
  expect(new Random(one.dump()).next()).toBe(one.next());
  expect(first.every((value) => value >= 0 && value < 1)).toBe(true);
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = first.filter((value) => Math.floor(value * 10) === tenth).length;
    expect(count).toBeGreaterThan(60);
  }
});
