/** Golden wrong histories: each of the oracle's judges has to object to what it is there for. */
import { encodeCommand, type Operation } from '#kv';
import { logIndex, term } from '#raft';
import { operationOf } from '../actions.js';
import { exactlyOnceObjection } from './exactly-once.js';
import type { Action, Answer, Call, Sight } from './history.js';
import { History, judge, Witness } from './index.js';
import { sessionOrderObjection } from './session-order.js';

const NO_ANSWER: Answer = { revision: 0, servedBy: 1, sight: null, succeeded: null, deleted: null };

const put = (subject: string, value = 'v', pair = false): Action => {
  return { kind: 'put', subject, pair, value };
};
const get = (subject: string, pair = false): Action => {
  return { kind: 'get', subject, pair, stale: false, minRevision: 0 };
};
const cas = (subject: string, expected: string | null, value: string): Action => {
  return { kind: 'cas', subject, expected, value };
};
const remove = (subject: string): Action => ({ kind: 'delete', subject });
const sight = (value: string | null, version: number, modRevision: number): Sight => {
  return { value, version, modRevision };
};

/** Calls one after the other, each answered before the next. */
class Told {
  readonly history = new History();
  readonly witness = new Witness();
  private entries = 0;

  /** An entry of the committed log. Revisions begin at 1, so that the first change has 2. */
  logs(action: Action): this {
    const operation: Operation = operationOf(action);
    const write = { kind: 'write', session: 0, sequence: 0, lowestAwaited: 0 } as const;
    const text = encodeCommand({ ...write, operation });
    this.entries += 1;
    const body = { kind: 'command', text } as const;
    this.witness.committed({ index: logIndex(this.entries), term: term(1), body });
    return this;
  }

  ok(action: Action, answer: Partial<Answer>): this {
    this.end(this.history.invoke(1, action, 0), answer);
    return this;
  }

  settles(action: Action, outcome: 'none' | 'unknown'): this {
    this.history.settle(this.history.invoke(1, action, 0), outcome, '', 1);
    return this;
  }

  /** Both called before either was answered. */
  together(one: [Action, Partial<Answer>], other: [Action, Partial<Answer>]): this {
    const calls = [one, other].map(([action]) => this.history.invoke(1, action, 0));
    for (const [at, [, answer]] of [one, other].entries()) this.end(calls[at] as Call, answer);
    return this;
  }

  objection(final: [string, Sight][] = []): string | null {
    return judge(this.history, this.witness, new Map(final)).objection;
  }

  private end(call: Call, answer: Partial<Answer>): void {
    call.answer = { ...NO_ANSWER, ...answer };
    call.newestRevision = 100;
    this.history.settle(call, 'ok', '', 1);
  }
}

const told = (): Told => new Told();

describe('the witness', () => {
  const logged = (): Told => told().logs(put('k', 'a')).logs(put('k', 'b'));
  const read = (answer: Sight, revision: number): string | null =>
    logged().witness.objection(callOf(get('k'), revision, answer));

  test('is content with what stands at the revision that was read', () => {
    expect(read(sight('b', 2, 3), 3)).toBeNull();
    // Of the past: that it is old is another judge's affair, and here nothing was acknowledged.
    expect(read(sight('a', 1, 2), 2)).toBeNull();
  });

  test.each<[string, Sight, number, RegExp]>([
    ['a value that never stood there', sight('z', 2, 3), 3, /stands b v2/],
    ['the value of another revision', sight('a', 1, 2), 3, /stands b v2/],
    ['a wrong version', sight('b', 1, 3), 3, /stands b v2/],
    ['a wrong revision of the key', sight('b', 2, 2), 3, /stands b v2 @3/],
    ['nothing where something stands', sight(null, 0, 0), 3, /stands b/],
    ['a revision that is not committed', sight('b', 2, 3), 4, /committed is 3/],
  ])('objects to %s', (_what, seen, revision, words) => {
    expect(read(seen, revision)).toMatch(words);
  });

  test('objects to a pair of which a half was read', () => {
    const pairs = told()
      .logs(put('p', 'a', true))
      .logs(put('p', 'b', true));
    const seen = (value: string): Call => callOf(get('p', true), 3, sight(value, 2, 3));
    expect(pairs.witness.objection(seen('b'))).toBeNull();
    expect(pairs.witness.objection(seen('a'))).toMatch(/stands b/);
    const torn = told().logs(put('p/a', 'a')).witness;
    expect(torn.objection(callOf(get('p', true), 2, sight('a', 1, 2)))).toMatch(/torn/);
  });

  function callOf(action: Action, revision: number, seen: Sight): Call {
    const { history } = told().ok(action, { revision, sight: seen });
    return history.calls[0] as Call;
  }
});

describe('counting', () => {
  const objection = (history: History, final: [string, Sight][]): string | null =>
    exactlyOnceObjection(history.bySubject(), new Map(final));

  test.each<[string, Told, Sight | null, boolean]>([
    [
      'one raise that was done twice',
      told().ok(cas('counter-1', null, '1'), { succeeded: true }),
      sight('2', 2, 9),
      false,
    ],
    [
      'one raise that is lost',
      told().ok(cas('counter-1', null, '1'), { succeeded: true }),
      null,
      false,
    ],
    [
      'a raise that lost, and is there',
      told().ok(cas('counter-1', null, '1'), { succeeded: false }),
      sight('1', 1, 9),
      false,
    ],
    [
      'a raise that was not done, and is there',
      told().settles(cas('counter-1', null, '1'), 'none'),
      sight('1', 1, 9),
      false,
    ],
    [
      'an unknown raise that was done twice',
      told().settles(cas('counter-1', null, '1'), 'unknown'),
      sight('2', 2, 9),
      false,
    ],
    [
      'a counter whose versions are not its value',
      told().ok(cas('counter-1', null, '1'), { succeeded: true }),
      sight('1', 2, 9),
      false,
    ],
    [
      'a counter that is no number',
      told().ok(cas('counter-1', null, '1'), { succeeded: true }),
      sight('x', 1, 9),
      false,
    ],
    [
      'one raise that was done',
      told().ok(cas('counter-1', null, '1'), { succeeded: true }),
      sight('1', 1, 9),
      true,
    ],
    [
      'an unknown raise that was done once',
      told().settles(cas('counter-1', null, '1'), 'unknown'),
      sight('1', 1, 9),
      true,
    ],
  ])('of a counter: %s', (_what, { history }, final, holds) => {
    const found = objection(history, final === null ? [] : [['counter-1', final]]);
    expect(found === null).toBe(holds);
  });

  test('one wrong subject among many right ones is found', () => {
    const many = told();
    for (let at = 0; at < 20; at += 1) many.ok(put(`once-${String(at)}`), { revision: at + 2 });
    const final = Array.from({ length: 20 }, (_, at): [string, Sight] => {
      return [`once-${String(at)}`, sight('v', at === 13 ? 2 : 1, at + 2)];
    });
    expect(objection(many.history, final)).toContain('once-13');
    expect(objection(many.history, final.with(13, ['once-13', sight('v', 1, 15)]))).toBeNull();
  });
});

describe('the order of revisions', () => {
  const objection = ({ history }: Told): string | null => sessionOrderObjection(history.calls);

  test.each<[string, Told]>([
    [
      'a change after another with the same revision',
      told()
        .ok(put('a'), { revision: 7 })
        .ok(cas('b', null, 'x'), { revision: 7, succeeded: true }),
    ],
    [
      'a deletion that is older than what was answered before it',
      told().ok(put('a'), { revision: 7 }).ok(remove('a'), { revision: 6, deleted: 1 }),
    ],
    [
      'a deletion with the revision of the write before it',
      told().ok(put('a'), { revision: 7 }).ok(remove('a'), { revision: 7, deleted: 1 }),
    ],
    [
      'a lost swap that shows an older state',
      told()
        .ok(put('a'), { revision: 7 })
        .ok(cas('a', 'x', 'y'), { revision: 6, succeeded: false }),
    ],
    [
      'two changes at once with one revision',
      told().together([put('a'), { revision: 7 }], [put('b'), { revision: 7 }]),
    ],
    [
      'a read that goes back behind a read',
      told().ok(get('a'), { revision: 9 }).ok(get('b'), { revision: 8 }),
    ],
  ])('is broken by %s', (_what, wrong) => {
    expect(objection(wrong)).not.toBeNull();
  });

  test.each<[string, Told]>([
    [
      'two changes at once in either order',
      told().together([put('a'), { revision: 8 }], [put('b'), { revision: 7 }]),
    ],
    [
      'a deletion of nothing, which changes nothing',
      told().ok(put('a'), { revision: 7 }).ok(remove('b'), { revision: 7, deleted: 0 }),
    ],
    [
      'a read and a change at once with one revision',
      told().together([put('a'), { revision: 7 }], [get('b'), { revision: 7 }]),
    ],
  ])('is kept by %s', (_what, right) => {
    expect(objection(right)).toBeNull();
  });
});

describe('the verdict on a whole history', () => {
  test('is none on one that is as promised', () => {
    const right = told()
      .logs(put('once-1', 'a'))
      .logs(cas('counter-1', null, '1'));
    right.ok(put('once-1', 'a'), { revision: 2 });
    right.ok(cas('counter-1', null, '1'), { revision: 3, succeeded: true });
    right.ok(get('once-1'), { revision: 3, sight: sight('a', 1, 2) });
    const final: [string, Sight][] = [
      ['once-1', sight('a', 1, 2)],
      ['counter-1', sight('1', 1, 3)],
    ];
    expect(judge(right.history, right.witness, new Map(final))).toEqual({
      ...{ objection: null, checked: 3, undecided: 0 },
    });
    expect(right.objection([final[1] as [string, Sight]])).toMatch(
      /acknowledged, and at version 0/,
    );
  });

  test('names the key that is not linearizable, and the call that no order passes', () => {
    const wrong = told().logs(put('register-1', 'a'));
    wrong.ok(put('register-1', 'a'), { revision: 2 });
    wrong.ok(remove('register-1'), { revision: 2, deleted: 0 });
    expect(wrong.objection()).toMatch(
      /register-1 is not linearizable; no order passes #1 .*delete/,
    );
  });
});
