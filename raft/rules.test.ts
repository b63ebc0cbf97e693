/** The predicates that other tests meet only in passing. */
import { nodeId, RULES, term } from './index.js';

test('rule 3: a start takes the vote as the disk has it', () => {
  const vote = { term: term(4), votedFor: nodeId(2) };
  expect(RULES.voteAtStart(vote)).toEqual(vote);
});

test('rule 8: leaders of older terms are refused, of this one and of newer ones obeyed', () => {
  const asked = [3, 4, 5].map((leaders) => RULES.obeys(term(leaders), term(4)));
  expect(asked).toEqual([false, true, true]);
});

test('rules 7, 21: replies count within their own term', () => {
  expect(RULES.isOfThisTerm(term(4), term(4))).toBe(true);
  expect(RULES.isOfThisTerm(term(3), term(4))).toBe(false);
});

test('rules 13, 34: logs, and a checkpoint, agree by the term at the index, not by having one', () => {
  for (const agree of [RULES.agrees, RULES.holdsCheckpoint]) {
    expect(agree(term(2), term(2))).toBe(true);
    expect(agree(term(1), term(2))).toBe(false);
    expect(agree(null, term(2))).toBe(false);
  }
});

test('rules 29, 31: questions have numbers of their own, and no clock confirms a read', () => {
  expect(RULES.nextQuestion(8)).toBe(9);
  expect(RULES.trustsClock([{ node: nodeId(2), lastHeard: 10 }], 10)).toBe(false);
});

test('rule 37: a membership that is cut is undone', () => {
  expect(RULES.undoesCutMembership()).toBe(true);
});
