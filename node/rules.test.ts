import { logIndex } from '#raft';
import { Reads, type WaitingRead } from './reads.js';
import { NODE_RULES } from './rules.js';

const read: WaitingRead = {
  connection: 1,
  id: 7,
  operation: {
    ...{ kind: 'range', key: 'a', end: null, limit: 0, revision: 0 },
    ...{ keysOnly: false, countOnly: false },
  },
  linearizable: true,
  minRevision: 0,
  dueAt: 1_000,
  partsMax: 0,
};

test('rule 25: what is committed is applied, and what is only appended is not', () => {
  expect(NODE_RULES.applies(logIndex(4), logIndex(9))).toBe(4);
});

test('rule 30: a read waits for the index that the leader named; a wrong rule lets it through', () => {
  const answered = (rules: typeof NODE_RULES): number => {
    const reads = new Reads(rules);
    reads.collect(read);
    reads.confirmed(reads.question() ?? 0, 5);
    return reads.answerable(4, 1).length;
  };
  expect(answered(NODE_RULES)).toBe(0);
  expect(answered({ ...NODE_RULES, mayAnswerRead: () => true })).toBe(1);
});

test('a linearizable read asks the leader, a stale one does not, and a seen revision is waited for', () => {
  expect([true, false].map((linearizable) => NODE_RULES.asksLeader(linearizable))).toEqual([
    true,
    false,
  ]);
  expect(NODE_RULES.hasRevision(5, 4)).toBe(false);
  expect(NODE_RULES.hasRevision(5, 5)).toBe(true);
});

test('whoever comes with another directory is a stranger; a lost leadership forgets its callers', () => {
  expect(NODE_RULES.isStranger('one', 'other')).toBe(true);
  expect(NODE_RULES.isStranger('one', 'one')).toBe(false);
  expect(NODE_RULES.forgetsProposals()).toBe(true);
});

test('a format level is written if this program writes it and every other member reads it', () => {
  expect(NODE_RULES.formatToWrite(2, [2, 3])).toBe(2);
  expect(NODE_RULES.formatToWrite(3, [2, 3])).toBe(2);
  expect(NODE_RULES.formatToWrite(2, [2, 0])).toBe(0);
  expect(NODE_RULES.formatToWrite(2, [])).toBe(2);
});
