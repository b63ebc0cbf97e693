/** The fuzzer, fuzzed: targets with a bug in them fail, and the line that replays it says how. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PLANTED_TARGETS } from './targets/planted.js';

const MAIN = fileURLToPath(new URL('../../dist/tests/fuzz/main.js', import.meta.url));

function fuzz(...args: string[]): { readonly status: number | null; readonly out: string } {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { status, out: stdout };
}

const FOUND: readonly (readonly [string, RegExp])[] = [
  ['throws', /TypeError: Cannot read properties of null/],
  ['allocates', /Violation: \d+ MiB were allocated for \d+ bytes/],
  ['fills-heap', /the worker died|it did not end within/],
  ['hangs', /it did not end within 1000 ms/],
  ['another', /Violation: it is another/],
  ['escapes', /Violation: a message holds a control character/],
  ['pollutes', /Violation: every object has a member planted now/],
];

/** What never ends need not be waited for; what does is not to be taken for it on a busy machine. */
function hangMsOf(name: string): number {
  return name === 'hangs' || name === 'fills-heap' ? 1_000 : 3_000;
}

test('there is a test of each planted bug', () => {
  expect(FOUND.map(([name]) => `planted-${name}`)).toEqual(PLANTED_TARGETS.map(({ name }) => name));
});

test.each(FOUND)('a target that %s is found out, with the line that replays it', (name, words) => {
  const target = `planted-${name}`;
  const { status, out } = fuzz(
    ...[
      '--target',
      target,
      '--inputs',
      '40',
      '--workers',
      '1',
      '--hang-ms',
      String(hangMsOf(name)),
    ],
  );

  expect(out).toMatch(words);
  expect(out).toMatch(/fuzz: 1 targets, .* [1-9]\d* violations/);
  expect(status).toBe(1);
  const replay = new RegExp(`npm run fuzz -- --target ${target} --seed (\\d+) --trace`).exec(out);
  expect(replay).not.toBeNull();
});

test('the line replays it, and the input is cut down to the one byte that it takes', () => {
  const found = fuzz('--target', 'planted-throws', '--inputs', '400', '--workers', '1');
  const seed = /--seed (\d+) --trace/.exec(found.out)?.[1] ?? '';

  const { status, out } = fuzz('--target', 'planted-throws', '--seed', seed, '--trace');
  expect(status).toBe(1);
  expect(out).toMatch(/cut down in \d+ runs to:\n {2}0: 1 bytes {2}d1\n/);
});

test('planted bugs are no part of a run, nor is an unknown target passed over', () => {
  expect(fuzz('--list').out).not.toContain('planted');
  expect(fuzz('--target', 'nobody').status).toBe(2);
});
