import fc from 'fast-check';
import type { CheckpointCursor } from './checkpoint-cursor.js';
import { CheckpointMalformed } from './checkpoint-restore.js';
import { encodeCommand } from './command-encoding.js';
import { productionRules, type StateRules } from './rules.js';
import { Store } from './store.js';
import { Choices, someCommand } from './testing/commands.js';
import { Driver, put, remove, txn } from './testing/driver.js';
import type { Applied, Command } from './types.js';

/** Commands and, for each, the choices of what else happens; made with a store as the surroundings. */
function story(script: readonly (readonly number[])[]): { texts: string[]; extras: number[] } {
  const store = new Store();
  const texts: string[] = [];
  const sent: Command[] = [{ kind: 'open-session' }];
  for (const numbers of script) {
    const choices = new Choices(numbers);
    const again = choices.below(4) === 3 ? sent[choices.below(sent.length)] : undefined;
    const sessions = store.sessions().map(({ session }) => session);
    const { revision, compactedRevision: compacted, appliedIndex } = store;
    const around = { revision, compacted, appliedIndex, sessions, sequence: appliedIndex + 1 };
    const command = appliedIndex === 0 ? sent[0] : (again ?? someCommand(choices, around));
    if (command === undefined) throw new Error('there is at least one command');
    sent.push(command);
    texts.push(encodeCommand(command));
    store.apply(appliedIndex + 1, texts[texts.length - 1] ?? '');
  }
  return { texts, extras: script.map((numbers) => numbers[numbers.length - 1] ?? 0) };
}

function rest(cursor: CheckpointCursor, slice = 1000): string[] {
  const found: string[] = [];
  for (let lines = cursor.next(slice); lines !== null; lines = cursor.next(slice)) {
    expect(lines.length).toBeLessThanOrEqual(slice);
    found.push(...lines);
  }
  return found;
}

/** Applies the texts from `from` on, and at once what each came to. */
function replay(store: Store, texts: readonly string[]): Applied[] {
  const from = store.appliedIndex;
  return texts.slice(from).map((text, at) => store.apply(from + at + 1, text));
}

const scripts = fc.array(fc.array(fc.nat(1 << 20), { minLength: 3, maxLength: 30 }), {
  minLength: 4,
  maxLength: 50,
  size: 'max',
});

/**
 * Takes a checkpoint after `marker` commands, in small slices while the other commands are applied and
 * compaction works; compares with one that is taken at once.
 */
function interleaved(rules: StateRules, script: readonly (readonly number[])[], marker: number) {
  const { texts, extras } = story(script);
  const store = new Store(rules);
  replay(store, texts.slice(0, marker));
  const atOnce = rest(store.beginCheckpoint());
  const cursor = store.beginCheckpoint();
  const lines: string[] = [];
  texts.slice(marker).forEach((text, at) => {
    const extra = extras[marker + at] ?? 0;
    store.apply(marker + at + 1, text);
    if (extra % 2 === 0) store.work(extra % 5);
    if (extra % 3 === 0) lines.push(...(cursor.next(1 + (extra % 4)) ?? []));
  });
  lines.push(...rest(cursor, 3));
  return { store, lines, atOnce, texts };
}

describe('checkpoints', () => {
  test('rules 26, 27: equal index, equal lines, whatever happens while they are read', () => {
    fc.assert(
      fc.property(scripts, fc.nat(), (script, at) => {
        const { lines, atOnce, texts, store } = interleaved(
          productionRules,
          script,
          at % script.length,
        );
        expect(lines).toEqual(atOnce);
        // Another node that was never asked for a checkpoint, and cleans up late.
        const other = new Store();
        replay(other, texts);
        expect(other.hash()).toBe(store.hash());
        while (other.work(1));
        expect([...other.lines()]).toEqual([...store.lines()]);
        expect(other.historySize).toEqual(store.historySize);
      }),
      { numRuns: 400 },
    );
  });

  test('rules 27, 33, 35: a store restored from one goes on as the one it came from', () => {
    fc.assert(
      fc.property(scripts, fc.nat(), (script, at) => {
        const marker = at % script.length;
        const { texts } = story(script);
        const original = new Store();
        replay(original, texts.slice(0, marker));
        const restored = Store.fromCheckpoint(rest(original.beginCheckpoint()), marker);
        expect(restored.historySize).toEqual(original.historySize);
        expect(replay(restored, texts)).toEqual(replay(original, texts));
        expect([...restored.lines()]).toEqual([...original.lines()]);
        expect(restored.historyAfter(restored.compactedRevision, 1000)).toEqual(
          original.historyAfter(original.compactedRevision, 1000),
        );
        while (restored.work(1));
        while (original.work(1));
        expect(restored.hash()).toBe(original.hash());
      }),
      { numRuns: 400 },
    );
  });

  test('a rule switched off: compaction that spares no marker is caught', () => {
    const careless = {
      ...productionRules,
      compactionSparesMarkers: (revision: number) => revision,
    };
    const property = fc.property(scripts, fc.nat(), (script, at) => {
      const { lines, atOnce } = interleaved(careless, script, at % script.length);
      return lines.join() === atOnce.join();
    });
    expect(fc.check(property, { numRuns: 2000 }).failed).toBe(true);
  });

  test('the lines, as a person sees them', () => {
    const driver = new Driver();
    const session = driver.open();
    driver.write(session, 1, put('b', '1'));
    driver.write(session, 2, txn([], [put('a', 'caf\xc3\xa9'), remove('b')]));
    driver.write(session, 3, put('b', '\xff'), 2);
    driver.write(session, 4, put('', ''), 2);
    driver.do(put('gone', 'x'));
    driver.do(remove('gone'));
    driver.compact(3);
    driver.apply({ kind: 'member', node: 6788, storeId: 's2', name: 'bob' });
    driver.apply({ kind: 'member', node: 6787, storeId: 's1', name: 'ada' });
    expect(driver.lines()).toEqual([
      '{"state":{"revision":6,"compacted":3,"keys":2,"sessions":1,"members":2}}',
      '{"key":"a","value":"café","create":3,"mod":3,"version":1}',
      '{"key":"b","value64":"/w==","create":4,"mod":4,"version":1}',
      '{"old":{"key":"gone","value":"x","create":5,"mod":5,"version":1}}',
      '{"old":{"key":"gone","mod":6,"deleted":true}}',
      '{"session":1,"active":5,"low":2,"answers":[[2,3,[1],[true]],[3,4],[4,"invalid"]]}',
      '{"member":6787,"store":"s1","name":"ada"}',
      '{"member":6788,"store":"s2","name":"bob"}',
    ]);
  });

  test('a fresh state has one line', () => {
    const lines = [...new Store().lines()];
    expect(lines).toEqual([
      '{"state":{"revision":1,"compacted":0,"keys":0,"sessions":0,"members":0}}',
    ]);
    expect(Store.fromCheckpoint(lines, 0).revision).toBe(1);
  });

  test('slices stay small where keys have no line of their own, and where one has thousands', () => {
    const driver = new Driver();
    for (let i = 0; i < 3000; i++) driver.do(put('many', `${i}`));
    const cursor = driver.store.beginCheckpoint();
    for (let i = 0; i < 3000; i++) driver.do(put(`later${i}`, ''));
    let empty = 0;
    let lines = 0;
    for (let slice = cursor.next(10); slice !== null; slice = cursor.next(10)) {
      expect(slice.length).toBeLessThanOrEqual(10);
      lines += slice.length;
      if (slice.length === 0) empty++;
    }
    expect(lines).toBe(3001);
    expect(empty).toBeGreaterThan(10);
  });

  test('a cursor that is closed holds nothing back, and has no more lines', () => {
    const driver = new Driver();
    driver.do(put('a', '1'));
    const cursor = driver.store.beginCheckpoint();
    driver.do(put('a', '2'));
    driver.compact(3);
    cursor.close();
    expect(cursor.next(10)).toBeNull();
    expect(driver.store.work(10)).toBe(false);
    expect(driver.pairs()).toEqual(['a=2']);
  });
});

describe('a state that does not fit together', () => {
  const head = '{"state":{"revision":9,"compacted":2,"keys":1,"sessions":0,"members":0}}';
  const a = '{"key":"a","value":"1","create":3,"mod":5,"version":2}';

  test.each([
    ['nothing', [], 1, 'before the head'],
    ['a key before the head', [a], 1, 'before the head'],
    ['two heads', [head, head], 2, 'second head'],
    ['no JSON', [head, '{"key":'], 2, 'not JSON'],
    ['an unknown line', [head, '{"lease":7}'], 2, '"store"'],
    ['a missing key', [head], 2, 'tells of 1 keys'],
    ['a key twice', [head, a, a], 3, 'out of order'],
    ['an empty key', [head, a.replace('"a"', '""')], 2, 'empty key'],
    ['a key from the future', [head, a.replace('"mod":5', '"mod":10')], 2, 'newer than the state'],
    ['a fraction', [head, a.replace('"mod":5', '"mod":5.5')], 2, '"mod"'],
    ['version 0', [head, a.replace('"version":2', '"version":0')], 2, 'begin at 1'],
    ['an old version of nothing', [head, a, `{"old":${a.replace('"a"', '"b"')}}`], 4, 'nowhere'],
    ['an old version that is new', [head, a, `{"old":${a}}`], 4, 'newer than its key'],
    ['old versions out of order', [head, a, ...[5, 4].map(deletion)], 4, 'out of order'],
    ['a session twice', [head, a, session(4), session(4)], 4, 'out of order'],
    ['a broken answer', [head, a, session(4).replace('[]', '[[1,"why"]]')], 3, 'unknown code'],
    ['a broken head', [head.replace('9', '1')], 1, '"compacted" after "revision"'],
  ])('%s', (_name, lines, line, why) => {
    expect(() => Store.fromCheckpoint(lines, 7)).toThrow(CheckpointMalformed);
    expect(() => Store.fromCheckpoint(lines, 7)).toThrow(`line ${line} `);
    expect(() => Store.fromCheckpoint(lines, 7)).toThrow(why);
  });

  test('any change to the lines is refused as malformed, or gives a state that works', () => {
    const driver = new Driver();
    const opened = driver.open();
    driver.write(opened, 1, put('a', '1'));
    driver.write(opened, 2, txn([], [put('b', '2'), remove('a')]));
    driver.do(put('b', '3'));
    const lines = driver.lines();
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.string({ maxLength: 3 }),
        fc.nat(2),
        (at, in_, text, cut) => {
          const changed = [...lines];
          const line = changed[at % changed.length] ?? '';
          const place = in_ % (line.length + 1);
          changed[at % changed.length] = line.slice(0, place) + text + line.slice(place + cut);
          try {
            const store = Store.fromCheckpoint(changed, 4);
            store.apply(5, encodeCommand({ kind: 'compact', revision: store.revision }));
            while (store.work(10));
            store.apply(6, '"delete":{"key":"\\u0000","end":"\\u0000"}');
            expect(store.keyCount).toBe(0);
          } catch (error) {
            expect(error).toBeInstanceOf(CheckpointMalformed);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function deletion(revision: number): string {
  return `{"old":{"key":"b","mod":${revision},"deleted":true}}`;
}

function session(id: number): string {
  return `{"session":${id},"active":${id},"low":1,"answers":[]}`;
}
