/** Exactly once: dissertation, 6.3; rule 39 of docs/rules.md. */
import { productionRules } from './rules.js';
import { Store } from './store.js';
import { Driver, put, range, remove, txn } from './testing/driver.js';

describe('sessions', () => {
  test('rule 39 a write that comes again is answered as before, and not done again', () => {
    const driver = new Driver();
    const session = driver.open();
    const first = driver.write(session, 1, put('a', '1', { returnPrevious: true }));
    driver.do(put('a', 'other'));
    expect(driver.write(session, 1, put('a', '1', { returnPrevious: true }))).toEqual(first);
    expect(driver.pairs()).toEqual(['a=other']);
    expect(driver.store.revision).toBe(3);
  });

  test('a rule switched off: duplicates are done twice', () => {
    const driver = new Driver({ ...productionRules, recognisesDuplicates: () => false });
    const session = driver.open();
    driver.write(session, 1, put('a', '1'));
    driver.write(session, 1, put('a', '1'));
    expect(driver.read(range('a'))).toMatchObject({ pairs: [{ version: 2 }] });
  });

  test('what it returned is rebuilt from the history, each step as it saw the state', () => {
    const driver = new Driver();
    const session = driver.open();
    for (const key of ['a', 'b', 'c']) driver.do(put(key, `v${key}`));
    const operation = txn(
      [{ key: 'a', end: null, target: 'version', result: 'equal', number: 1 }],
      [
        range('a', '\0'),
        put('a', 'new', { returnPrevious: true }),
        range('a', '\0', { limit: 2 }),
        remove('b', 'd', true),
        txn([], [range('a', '\0', { countOnly: true }), put('d', 'd')]),
        range('a', '\0', { keysOnly: true }),
      ],
    );
    const first = driver.write(session, 1, operation);
    expect(first).toMatchObject({ kind: 'txn', results: [{}, {}, {}, { deleted: 2 }, {}, {}] });
    for (const key of ['a', 'b', 'd', 'e']) driver.do(put(key, 'later'));
    driver.do(remove('d'));
    expect(driver.write(session, 1, operation)).toEqual(first);
    driver.store = Store.load(driver.store.dump());
    expect(driver.write(session, 1, operation)).toEqual(first);
  });

  test('what can not be rebuilt is left out, and that is said; what needs no rebuilding is still told', () => {
    const driver = new Driver();
    const session = driver.open();
    driver.do(put('a', '0'));
    driver.write(session, 1, put('a', '1', { returnPrevious: true }));
    driver.write(session, 2, put('a', '2'));
    driver.write(session, 3, remove('a', '\0'));
    driver.write(session, 4, remove('a', '\0', true));
    driver.write(session, 5, txn([], [range('a')]));
    driver.compact(5);
    const again = driver.write(session, 1, put('a', '1', { returnPrevious: true }));
    expect(again).toEqual({ kind: 'put', revision: 3, previous: null, readGone: true });
    expect(driver.write(session, 2, put('a', '2'))).toMatchObject({ kind: 'put', revision: 4 });
    expect(driver.write(session, 3, remove('a', '\0'))).toMatchObject({ deleted: 1, revision: 5 });
    expect(driver.write(session, 4, remove('a', '\0', true))).toMatchObject({ deleted: 0 });
    expect(driver.write(session, 5, txn([], [range('a')]))).toMatchObject({ kind: 'txn' });
    driver.do(put('b', '1'));
    driver.compact(6);
    expect(driver.write(session, 5, txn([], [range('a')]))).toMatchObject({
      kind: 'txn',
      succeeded: true,
      results: [{ pairs: [] }],
      readGone: true,
    });
  });

  test('refusals are remembered too', () => {
    const driver = new Driver();
    const session = driver.open();
    const early = txn([], [range('a', null, { revision: 3 })]);
    expect(driver.write(session, 1, early)).toMatchObject({ code: 'revision-in-future' });
    driver.do(put('a', '1'));
    driver.do(put('a', '2'));
    expect(driver.write(session, 1, early)).toMatchObject({ code: 'revision-in-future' });
    expect(driver.write(session, 2, early)).toMatchObject({ kind: 'txn' });
    expect(driver.write(session, 3, put('', ''))).toMatchObject({ code: 'invalid' });
    expect(driver.write(session, 3, put('a', ''))).toMatchObject({ code: 'invalid' });
    expect(driver.pairs()).toEqual(['a=2']);
  });

  test('another operation under a number that was used is refused, and not done', () => {
    const driver = new Driver();
    const session = driver.open();
    driver.write(session, 1, put('a', '1'));
    expect(driver.write(session, 1, remove('a'))).toMatchObject({ code: 'invalid' });
    expect(driver.write(session, 1, txn([], [remove('a')]))).toMatchObject({ code: 'invalid' });
    expect(driver.pairs()).toEqual(['a=1']);
  });

  test('a confirmed write is refused for good, and its answer forgotten', () => {
    const driver = new Driver();
    const session = driver.open();
    for (const sequence of [1, 2, 3]) driver.write(session, sequence, put('a', `${sequence}`));
    driver.write(session, 4, put('a', '4'), 3);
    expect(driver.write(session, 2, put('a', '2'))).toMatchObject({ code: 'already-answered' });
    expect(driver.write(session, 3, put('a', '3'))).toMatchObject({ kind: 'put', revision: 4 });
    const line = driver.lines().find((each) => each.startsWith('{"session"'));
    expect(line).toBe('{"session":1,"active":7,"low":3,"answers":[[3,4],[4,5]]}');
  });

  test('the lowest awaited may jump anywhere, at no cost', () => {
    const driver = new Driver();
    const session = driver.open();
    for (const sequence of [1, 2, 3]) driver.write(session, sequence, put('a', `${sequence}`));
    const far = Number.MAX_SAFE_INTEGER;
    expect(driver.write(session, far, put('a', 'far'), far)).toMatchObject({ kind: 'put' });
    expect(driver.write(session, 5, put('a', '5'))).toMatchObject({ code: 'already-answered' });
  });

  test('the 4,097th outstanding write is refused and not remembered', () => {
    const driver = new Driver();
    const session = driver.open();
    for (let sequence = 1; sequence <= 4096; sequence++) {
      driver.write(session, sequence, put('a', '1'), 1);
    }
    const full = driver.write(session, 4097, put('b', '1'), 1);
    expect(full).toMatchObject({ kind: 'refused', code: 'session-full' });
    expect(driver.pairs()).toEqual(['a=1']);
    expect(driver.write(session, 4096, put('a', '1'), 1)).toMatchObject({ kind: 'put' });
    expect(driver.write(session, 4097, put('b', '1'), 2)).toMatchObject({ kind: 'put' });
  });

  test("a session's id is the index of its opening; unknown ones are refused", () => {
    const driver = new Driver();
    driver.do(put('a', '1'));
    expect(driver.apply({ kind: 'open-session' })).toEqual({ kind: 'session-opened', session: 2 });
    expect(driver.store.hasSession(2)).toBe(true);
    expect(driver.store.hasSession(1)).toBe(false);
    expect(driver.write(1, 1, put('a', '2'))).toMatchObject({ code: 'session-expired' });
    driver.apply({ kind: 'close-session', session: 2 });
    expect(driver.write(2, 1, put('a', '2'))).toMatchObject({ code: 'session-expired' });
    expect(driver.apply({ kind: 'close-session', session: 2 })).toEqual({ kind: 'done' });
    expect(driver.pairs()).toEqual(['a=1']);
  });

  test('rule 39 only a session that stayed idle is expired', () => {
    for (const rules of [
      productionRules,
      { ...productionRules, expiresOnlyIdleSessions: () => true },
    ]) {
      const driver = new Driver(rules);
      const session = driver.open();
      driver.write(session, 1, put('a', '1'));
      expect(driver.store.sessions()).toEqual([{ session, lastActivity: 2 }]);
      expect(driver.store.sessionOf(session)).toEqual({ session, lastActivity: 2 });
      // The leader judged by entry 2, and a write came in between.
      driver.write(session, 2, put('a', '2'));
      driver.apply({ kind: 'expire-session', session, lastActivity: 2 });
      expect(driver.store.hasSession(session)).toBe(rules === productionRules);
      driver.apply({ kind: 'expire-session', session, lastActivity: 3 });
      expect(driver.store.hasSession(session)).toBe(false);
    }
  });

  test('a write that comes again counts as activity', () => {
    const driver = new Driver();
    const session = driver.open();
    driver.write(session, 1, put('a', '1'));
    driver.write(session, 1, put('a', '1'));
    expect(driver.store.sessionOf(session)?.lastActivity).toBe(3);
  });
});

describe('members', () => {
  test("a node's first store stands; another one is refused", () => {
    const driver = new Driver();
    const ada = { kind: 'member', node: 1, storeId: 's1', name: 'ada' } as const;
    expect(driver.apply(ada)).toEqual({ kind: 'done' });
    expect(driver.apply(ada)).toEqual({ kind: 'done' });
    const wiped = driver.apply({ ...ada, storeId: 's2' });
    expect(wiped).toMatchObject({ kind: 'refused', code: 'invalid' });
    expect(wiped).toMatchObject({ message: expect.stringContaining('node 1') as string });
    expect(driver.store.memberOf(1)).toEqual({ storeId: 's1', name: 'ada' });
    expect(driver.store.memberOf(2)).toBeUndefined();
  });
});
