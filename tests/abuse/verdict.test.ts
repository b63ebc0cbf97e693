import type { Window } from './healthy.js';
import { GROWTH_MIB_MAX, growths, violationsOf, type Trial } from './verdict.js';

const WINDOW: Window = {
  requests: 400,
  p50Ms: 2,
  p99Ms: 10,
  worstMs: 20,
  newcomers: 5,
  notReady: 0,
  failures: [],
};

const holding = (residentMiB: number) => new Map([['ada', { residentMiB, files: 30 }]]);

const PASSED: Trial = {
  before: WINDOW,
  during: { ...WINDOW, p99Ms: 250 },
  machineStallMs: 0,
  held: holding(100),
  peaks: holding(100 + GROWTH_MIB_MAX),
  leftovers: [],
  leaderBefore: 'ada',
  leaderAfter: 'ada',
  findings: [{ what: 'x', told: 'y', flaw: null }],
};

test('a trial at every limit passes', () => {
  expect(violationsOf(PASSED)).toEqual([]);
  expect(growths(PASSED)).toEqual([{ name: 'ada', mib: GROWTH_MIB_MAX }]);
});

test.each<[string, Partial<Trial>, RegExp]>([
  ['nobody served', { during: { ...WINDOW, requests: 0 } }, /not served at all/],
  ['no newcomer served', { during: { ...WINDOW, newcomers: 0 } }, /no new client/],
  [
    'a failed request',
    { during: { ...WINDOW, failures: ['late'] } },
    /1 healthy requests failed: late/,
  ],
  ['a failure before', { before: { ...WINDOW, failures: ['late'] } }, /1 healthy requests failed/],
  ['a slow tail', { during: { ...WINDOW, p99Ms: 251 } }, /p99 251\.0 ms, at most 250\.0/],
  ['growth', { peaks: holding(101 + GROWTH_MIB_MAX) }, /ada grew by 321 MiB/],
  ['open files', { leftovers: ['ada has 99 open files, 30 before'] }, /99 open files/],
  ['another leader', { leaderAfter: 'bob' }, /leader changed: ada, bob/],
  ['a flaw', { findings: [{ what: '', told: '', flaw: 'it stays' }] }, /it stays/],
])('%s is a violation', (_, change, text) => {
  const found = violationsOf({ ...PASSED, ...change });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(text);
});

test('an attack may be allowed a tail of its own', () => {
  const slow = { ...PASSED, during: { ...WINDOW, p99Ms: 500 } };
  expect(violationsOf({ ...slow, p99MsFloor: 500 })).toEqual([]);
  expect(violationsOf({ ...slow, p99MsFloor: 499 })).toHaveLength(1);
});

test('a slow base and a machine that stood still allow for more, and for no more than that', () => {
  const slow = { before: { ...WINDOW, p99Ms: 100 }, machineStallMs: 30 };
  expect(violationsOf({ ...PASSED, ...slow, during: { ...WINDOW, p99Ms: 530 } })).toEqual([]);
  expect(violationsOf({ ...PASSED, ...slow, during: { ...WINDOW, p99Ms: 531 } })).toHaveLength(1);
});
