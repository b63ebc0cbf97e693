import { logIndex, term, type Entry } from '#raft';
import type { Action, Answer } from '../../../simulator/oracle/history.js';
import type { RecordedCall } from '../load/record.js';
import { NO_ANSWER } from '../load/store.js';
import { mergeCalls } from './merged-history.js';
import { judgeRun, type RunVerdict } from './verdict.js';

const put = (subject: string, value: string): Action => ({
  kind: 'put',
  subject,
  pair: false,
  value,
});
const get = (subject: string): Action => {
  return { kind: 'get', subject, pair: false, stale: false, minRevision: 0 };
};
const at = (value: string, version: number, modRevision: number): Answer['sight'] => {
  return { value, version, modRevision };
};

function call(
  action: Action,
  [invokedAt, returnedAt]: readonly [number, number],
  outcome: RecordedCall['outcome'],
  more: Partial<Answer> & { readonly requestId?: string } = {},
): RecordedCall {
  const { requestId = '', ...answer } = more;
  const given = outcome === 'ok' ? { ...NO_ANSWER, ...answer } : null;
  return { caller: 1, action, invokedAt, returnedAt, outcome, code: '', requestId, answer: given };
}

/** Puts of one session, which entry 1 opens. */
function logOf(...puts: readonly (readonly [key: string, value: string])[]): Entry[] {
  const texts = puts.map(
    ([key, value], i) =>
      `"put":{"key":"${key}","value":"${value}"},"session":1,"seq":${i + 1},"low":1`,
  );
  return ['"open-session":{}', ...texts].map((text, i) => {
    return { index: logIndex(i + 1), term: term(1), body: { kind: 'command', text } };
  });
}

function judged(
  calls: readonly RecordedCall[],
  log: readonly Entry[],
  final: [string, NonNullable<Answer['sight']>][],
): RunVerdict {
  return judgeRun(mergeCalls(calls), log, new Map(final));
}

const LOG = logOf(['register-1', 'a'], ['register-1', 'b']);
const FINAL: [string, NonNullable<Answer['sight']>][] = [
  ['register-1', { value: 'b', version: 2, modRevision: 3 }],
];

describe('the verdict on a run', () => {
  const writeA = call(put('register-1', 'a'), [1, 2], 'ok', { revision: 2 });
  const writeB = call(put('register-1', 'b'), [3, 4], 'ok', { revision: 3 });

  test('on one that is as promised', () => {
    const read = call(get('register-1'), [5, 6], 'ok', { revision: 3, sight: at('b', 2, 3) });
    const verdict = judged([read, writeB, writeA], LOG, FINAL);
    expect(verdict).toMatchObject({ violations: [], checked: 3, undecidedKeys: 0 });
  });

  test('on a stale read', () => {
    const read = call(get('register-1'), [5, 6], 'ok', { revision: 2, sight: at('a', 1, 2) });
    expect(judged([writeA, writeB, read], LOG, FINAL).violations).toHaveLength(1);
  });

  test('on a stale read that hides behind a new revision', () => {
    const read = call(get('register-1'), [5, 6], 'ok', { revision: 3, sight: at('a', 1, 2) });
    expect(judged([writeA, writeB, read], LOG, FINAL).violations.join()).toContain(
      'at revision 3 stands b',
    );
  });

  test('on a read that overlaps the write: either is right', () => {
    const read = call(get('register-1'), [3.5, 6], 'ok', { revision: 2, sight: at('a', 1, 2) });
    expect(judged([writeA, writeB, read], LOG, FINAL).violations).toEqual([]);
  });

  test('on an acknowledged write that is in no log', () => {
    const lost = call(put('register-1', 'lost'), [5, 6], 'ok', { revision: 4 });
    expect(judged([writeA, writeB, lost], LOG, FINAL).violations.join()).toContain(
      'was acknowledged, and 0',
    );
  });

  test('on a write that was said not to be done, and is there', () => {
    const undone = call(put('register-1', 'b'), [3, 4], 'none');
    expect(judged([writeA, undone], LOG, FINAL).violations.join()).toContain('said not to be done');
  });

  test('on one request that stands in the log twice: it was sent again, and happened once', () => {
    const [open, a] = LOG;
    if (open === undefined || a === undefined) throw new Error('the log is too short');
    const log = [open, a, { ...a, index: logIndex(3) }];
    const final: typeof FINAL = [['register-1', { value: 'a', version: 1, modRevision: 2 }]];
    expect(judged([writeA], log, final).violations).toEqual([]);
  });

  test('the log settles what callers could not know', () => {
    const there = call(put('register-1', 'b'), [3, 4], 'unknown', { requestId: '1:2' });
    const gone = call(put('register-1', 'c'), [3, 4], 'unknown', { requestId: '1:3' });
    const verdict = judged([writeA, there, gone], LOG, FINAL);
    expect(verdict).toMatchObject({ violations: [], unknown: { committed: 1, gone: 1 } });
  });
});
