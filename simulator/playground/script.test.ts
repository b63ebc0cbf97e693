import { decodeScript, encodeScript, Playground, SCRIPT_LIMITS, type Act } from './index.js';
import { refusalOf } from './testing/played.js';

const SCRIPT = {
  start: { seed: 1, nodes: 3, electionMs: [1_000, null], rulesOff: ['x'] },
  acts: [{ at: 4, atMs: 17.5, act: { type: 'set', key: 'ключ', value: '', via: 'proxy' } }],
  events: 9,
  atMs: 20,
} as const;

/** As a link that somebody tampered with. */
const encoded = (script: unknown): string => encodeScript(script as typeof SCRIPT);

test('a script survives the link', () => {
  const text = encodeScript(SCRIPT);
  expect(text).toMatch(/^1\.[\w-]+$/);
  expect(decodeScript(text)).toEqual(SCRIPT);
});

test.each<[string, unknown, RegExp]>([
  ['no object', 7, /the script: give an object/],
  ['no acts', { ...SCRIPT, acts: undefined }, /acts: give a list/],
  ['too many acts', { ...SCRIPT, acts: Array(2_001).fill(SCRIPT.acts[0]) }, /at most 2000/],
  ['too many events', { ...SCRIPT, events: 1e9 }, /events: give a number from 0 to 5000000/],
  ['no time', { ...SCRIPT, atMs: 'soon' }, /atMs: give a number/],
  ['an act behind the end', { ...SCRIPT, events: 3 }, /event 4 is out of order/],
  ['eight nodes', { ...SCRIPT, start: { seed: 1, nodes: 8 } }, /nodes: give a number from 1 to 7/],
  ['half a node', { ...SCRIPT, start: { seed: 1, nodes: 1.5 } }, /nodes: give a whole number/],
  ['no seed', { ...SCRIPT, start: { nodes: 3 } }, /seed: give a whole number/],
  [
    'an election shorter than its heartbeats',
    { ...SCRIPT, start: { seed: 1, nodes: 1, electionMs: [200] } },
    /electionMs: give a number from 300/,
  ],
  [
    'a timeout for nobody',
    { ...SCRIPT, start: { seed: 1, nodes: 1, electionMs: [1_000, 2_000] } },
    /electionMs: give a list of at most 1/,
  ],
  [
    'rules that are no list',
    { ...SCRIPT, start: { seed: 1, nodes: 1, rulesOff: 'x' } },
    /rulesOff/,
  ],
  ['no files at all', { ...SCRIPT, start: { seed: 1, nodes: 1, files: [] } }, /files: give 1 to 7/],
])('refused: %s', (_what, script, reason) => {
  expect(() => decodeScript(encoded(script))).toThrow(RangeError);
  expect(() => decodeScript(encoded(script))).toThrow(reason);
});

test('refused: what is no script', () => {
  expect(() => decodeScript('')).toThrow(/another version/);
  expect(() => decodeScript('2.abc')).toThrow(/another version/);
  expect(() => decodeScript('1.!!!')).toThrow(/no base64url/);
  expect(() => decodeScript(`1.${'a'.repeat(8)}`)).toThrow(/no JSON/);
  expect(() => decodeScript(encodeScript(SCRIPT).slice(0, -4))).toThrow(/no JSON/);
  expect(() => decodeScript('1.'.padEnd(SCRIPT_LIMITS.encodedMax + 1, 'a'))).toThrow(/longer than/);
});

test.each<[unknown, RegExp]>([
  [null, /an act: give an object/],
  [{ type: 'explode' }, /there is no act "explode"/],
  [{ type: 'set', key: '', value: '', via: 'proxy' }, /key: it may not be empty/],
  [{ type: 'set', key: 'k'.repeat(1_025), value: '', via: 'proxy' }, /key: give a text of at most/],
  [{ type: 'set', key: 'k', via: 'proxy' }, /value: give a text/],
  [{ type: 'get', key: 'k', via: 'nobody' }, /via: give a whole number/],
  [{ type: 'cas', key: 'k', value: 'v', via: 'proxy' }, /expected: give a text/],
  [{ type: 'expire', node: 6787, timer: 'heartbeat' }, /only election/],
  [{ type: 'disk', node: 6787, how: 'melts' }, /how: give one of stalls, full, fails, works/],
  [{ type: 'drop', flight: -1 }, /flight/],
  [{ type: 'kill' }, /node: give a whole number/],
])('an act that is none is refused with its reason: %j', (act, reason) => {
  const playground = new Playground({ seed: 1, nodes: 1 });
  expect(refusalOf(playground, act as Act)).toMatch(reason);
  expect(playground.script.acts).toEqual([]);
});

test('wrong rules need a table of them', () => {
  expect(() => new Playground(SCRIPT.start)).toThrow(/no table of wrong rules was handed in: x/);
});
