import { backupLines, restoredState } from './backup.js';
import { encodeCommand } from './command-encoding.js';
import { Store } from './store.js';

const PAIRS = [
  { key: 'a', value: '1', createRevision: 2, modRevision: 4, version: 2, lease: 0 },
  { key: 'b\xff', value: '', createRevision: 3, modRevision: 3, version: 1, lease: 0 },
];

test('the keys come back as they were, under a revision that is raised', () => {
  const state = restoredState([...backupLines(6, PAIRS)], 1_000);
  expect(state).toMatchObject({ keys: 2, backedUp: 6, revision: 1_006 });
  const store = Store.fromCheckpoint(state.lines, 1);
  expect([store.revision, store.compactedRevision, store.keyCount]).toEqual([1_006, 1_006, 2]);
  const all = { kind: 'range', key: '\0', end: '\0', limit: 0, revision: 0 } as const;
  const read = store.read({ ...all, keysOnly: false, countOnly: false });
  expect(read).toMatchObject({ kind: 'range', pairs: PAIRS });
  expect(store.read({ ...all, revision: 6, keysOnly: false, countOnly: false })).toMatchObject({
    code: 'revision-compacted',
  });
});

test('of a whole state, history, sessions and members stay behind', () => {
  const store = new Store();
  const put = (value: string) =>
    ({ kind: 'put', key: 'a', value, lease: 0, returnPrevious: false }) as const;
  store.apply(1, encodeCommand({ kind: 'open-session' }));
  const write = { kind: 'write', session: 1, lowestAwaited: 1 } as const;
  store.apply(2, encodeCommand({ ...write, sequence: 1, operation: put('1') }));
  store.apply(3, encodeCommand({ ...write, sequence: 2, operation: put('2') }));
  store.apply(4, encodeCommand({ kind: 'member', node: 1, storeId: 's', name: 'ada' }));
  const cursor = store.beginCheckpoint();
  const lines: string[] = [];
  for (let next = cursor.next(9); next !== null; next = cursor.next(9)) lines.push(...next);
  expect(lines.length).toBeGreaterThan(4);
  const state = restoredState(lines, 10);
  expect(state.lines).toEqual([
    '{"state":{"revision":13,"compacted":13,"keys":1,"sessions":0,"members":0}}',
    '{"key":"a","value":"2","create":2,"mod":3,"version":2}',
  ]);
});

test.each([
  [[], /comes before the head/],
  [['{"key":"a","value":"1","create":2,"mod":2,"version":1}'], /line 1 .*before the head/],
  [[...backupLines(6, PAIRS)].slice(0, 2), /tells of 2 keys, not 1/],
  [[...backupLines(6, [...PAIRS].reverse())], /line 3 .*out of order/],
  [[...backupLines(3, PAIRS)], /newer than the state/],
])('what is no state is refused: %j', (lines, why) => {
  expect(() => restoredState(lines, 1)).toThrow(why);
});

test('a revision at the end of numbers can not be raised, and is said to be there', () => {
  const lines = [...backupLines(Number.MAX_SAFE_INTEGER, [])];
  expect(() => restoredState(lines, 1)).toThrow(/can't be raised by 1/);
});
