import { exactlyOnceObjection } from './exactly-once.js';
import type { Action, Answer, Call, Sight } from './history.js';
import { History } from './history.js';
import { sessionOrderObjection } from './session-order.js';

const NO_ANSWER: Answer = { revision: 0, servedBy: 1, sight: null, succeeded: null, deleted: null };

function settled(
  history: History,
  action: Action,
  outcome: 'ok' | 'none' | 'unknown',
  answer: Partial<Answer> = {},
): Call {
  const call = history.invoke(1, action, 0);
  if (outcome === 'ok') call.answer = { ...NO_ANSWER, ...answer };
  call.newestRevision = 100;
  history.settle(call, outcome, '', 1);
  return call;
}

const put = (subject: string): Action => ({ kind: 'put', subject, pair: false, value: 'v' });
const get = (subject: string, minRevision = 0, stale = false): Action => ({
  kind: 'get',
  subject,
  pair: false,
  stale,
  minRevision,
});
const raise = (expected: string | null, value: string): Action => ({
  kind: 'cas',
  subject: 'counter-1',
  expected,
  value,
});
const at = (value: string, version: number): Sight => ({ value, version, modRevision: 5 });

describe('exactly once', () => {
  test.each<[string, 'ok' | 'none' | 'unknown', number, boolean]>([
    ['acknowledged and there once', 'ok', 1, true],
    ['acknowledged and lost', 'ok', 0, false],
    ['acknowledged and doubled', 'ok', 2, false],
    ['not done and there', 'none', 1, false],
    ['not done and not there', 'none', 0, true],
    ['unknown and there', 'unknown', 1, true],
    ['unknown and not there', 'unknown', 0, true],
    ['unknown and doubled', 'unknown', 2, false],
  ])('a key written once: %s', (_name, outcome, version, holds) => {
    const history = new History();
    settled(history, put('once-1'), outcome);
    const final = new Map(version === 0 ? [] : [['once-1', at('v', version)]]);
    expect(exactlyOnceObjection(history.bySubject(), final) === null).toBe(holds);
  });

  test.each<[string, number, boolean]>([
    ['less than was acknowledged', 1, false],
    ['what was acknowledged', 2, true],
    ['one more, which is unknown', 3, true],
    ['two more, of which one is unknown', 4, false],
  ])('a counter with two raises acknowledged and one unknown: %s', (_name, value, holds) => {
    const history = new History();
    settled(history, raise(null, '1'), 'ok', { succeeded: true });
    settled(history, raise('1', '2'), 'ok', { succeeded: true });
    settled(history, raise('1', '2'), 'ok', { succeeded: false });
    settled(history, raise('2', '3'), 'unknown');
    const final = new Map([['counter-1', at(String(value), value)]]);
    expect(exactlyOnceObjection(history.bySubject(), final) === null).toBe(holds);
  });
});

describe('session order', () => {
  test('a read after an answer may not be of an older revision', () => {
    const history = new History();
    settled(history, put('a'), 'ok', { revision: 7 });
    settled(history, get('b'), 'ok', { revision: 7 });
    expect(sessionOrderObjection(history.calls)).toBeNull();
    settled(history, get('b'), 'ok', { revision: 6 });
    expect(sessionOrderObjection(history.calls)).toContain('r6');
  });

  test('a change after an answer has a newer revision', () => {
    const history = new History();
    settled(history, put('a'), 'ok', { revision: 7 });
    settled(history, put('b'), 'ok', { revision: 7 });
    expect(sessionOrderObjection(history.calls)).not.toBeNull();
  });

  test('concurrent calls have no order', () => {
    const history = new History();
    const early = history.invoke(1, get('a'), 0);
    settled(history, put('a'), 'ok', { revision: 7 });
    early.answer = { ...NO_ANSWER, revision: 6 };
    early.newestRevision = 7;
    history.settle(early, 'ok', '', 2);
    expect(sessionOrderObjection(history.calls)).toBeNull();
  });

  test('a stale read may go backwards, but not beyond what it was told', () => {
    const history = new History();
    settled(history, put('a'), 'ok', { revision: 7 });
    settled(history, get('a', 0, true), 'ok', { revision: 3 });
    expect(sessionOrderObjection(history.calls)).toBeNull();
    settled(history, get('a', 5, true), 'ok', { revision: 4 });
    expect(sessionOrderObjection(history.calls)).toContain('older than revision 5');
  });

  test('a stale read is never from the future', () => {
    const history = new History();
    settled(history, get('a', 0, true), 'ok', { revision: 101 });
    expect(sessionOrderObjection(history.calls)).toContain('from the future');
  });
});
