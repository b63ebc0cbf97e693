import { backupFile, readBackup, type Backup } from './backup.js';
import { checkpointFooter, checkpointHeader } from './checkpoint-file.js';
import { crc32c } from './crc32c.js';

const LINES = [
  '{"state":{"revision":6}}',
  '{"key":"a","value":"due più"}',
  '{"key":"b","value":"2"}',
];
const HEADER = { clusterId: 'c0ffee', takenAt: '2026-11-26T19:19:48.265Z' };

const file = (lines = LINES): Buffer => Buffer.concat([...backupFile(HEADER, lines)]);

test('what goes in comes out, and every line of it is text', () => {
  expect(readBackup(file())).toEqual({ ...HEADER, stateLines: LINES });
  const lines = file().toString().trimEnd().split('\n');
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  expect(lines).toHaveLength(LINES.length + 2);
});

test("a node's own data file is a backup too", () => {
  const at = { index: 9, term: 2, chain: 77 };
  const header = checkpointHeader({
    ...{ clusterId: 'c0ffee', at, membership: { voters: [], learners: [] } },
  });
  const body = Buffer.concat([header, ...LINES.map((line) => Buffer.from(`${line}\n`))]);
  const footer = checkpointFooter(LINES.length, crc32c(body, 0, body.length, 0));
  const expected: Backup = { clusterId: 'c0ffee', takenAt: null, stateLines: LINES };
  expect(readBackup(Buffer.concat([body, footer]))).toEqual(expected);
});

test('any byte that is changed is noticed', () => {
  const whole = file();
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x20;
    expect([at, typeof readBackup(changed)]).toEqual([at, 'string']);
  }
});

test('a file that ends too soon, or goes on, is noticed', () => {
  const whole = file();
  for (let length = 0; length < whole.length; length++) {
    expect([length, typeof readBackup(whole.subarray(0, length))]).toEqual([length, 'string']);
  }
  expect(readBackup(Buffer.concat([whole, Buffer.from('x\n')]))).toMatch(/last line/);
});

test('a line that is lost, doubled or moved is noticed', () => {
  const lines = file().toString().split('\n');
  const without = lines.filter((_, at) => at !== 2).join('\n');
  const twice = lines.flatMap((line, at) => (at === 2 ? [line, line] : [line])).join('\n');
  const [header = '', state = '', a = '', b = '', ...rest] = lines;
  const moved = [header, state, b, a, ...rest].join('\n');
  for (const text of [without, twice, moved]) {
    expect(readBackup(Buffer.from(text))).toMatch(/last line does not hold/);
  }
});
