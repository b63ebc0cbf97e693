import { parseScenario } from './parser.js';
import { ScenarioProblem } from './problem.js';

const HEAD = 'cluster ada, bob, cy\nstep one\n';

function actionOf(statement: string): unknown {
  return parseScenario('t', `${HEAD}  ${statement}`).steps[0]?.statements[0]?.action;
}

function problemOf(text: string): ScenarioProblem {
  try {
    parseScenario('t', text);
  } catch (error) {
    if (error instanceof ScenarioProblem) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('what is read', () => {
  test('R7 a fixed election timeout for each node', () => {
    const { cluster } = parseScenario('t', 'cluster ada 10s, bob 30 s, cy 400ms\nstep a\n wait 1s');
    expect(cluster).toEqual({ names: ['ada', 'bob', 'cy'], electionMs: [10_000, 30_000, 400] });
  });

  test('every setting', () => {
    const text =
      'cluster ada\nseed 7\nfast 20\ncheckpoint every 5 entries\nheartbeat 50ms\nlinks 3ms\n' +
      'disks 2ms\nrule figure-8 off then on\nstep a\n wait 1s';
    const { settings, rule } = parseScenario('t', text);
    expect(settings).toEqual({
      ...{ seed: 7, fast: 20, checkpointEntries: 5 },
      ...{ heartbeatMs: 50, linkMs: 3, diskMs: 2 },
    });
    expect(rule).toEqual({ name: 'figure-8', thenOn: true });
  });

  test('a call, with all that can be said of it', () => {
    expect(actionOf('get "a b" via bob stale as r within 2 s expect value ""')).toEqual({
      type: 'call',
      call: {
        ...{ kind: 'get', key: 'a b', value: null, via: 'bob', stale: true, as: 'r' },
        ...{ withinMs: 2_000, outcome: { type: 'value', value: '' } },
      },
    });
  });

  test('a write has to be done unless it says otherwise, or is looked at later', () => {
    expect(actionOf('set 1 2')).toMatchObject({
      call: { via: 'proxy', outcome: { type: 'done' } },
    });
    expect(actionOf('set 1 2 as w')).toMatchObject({ call: { as: 'w', outcome: null } });
    expect(actionOf('set 1 2 expect refused too-large')).toMatchObject({
      call: { outcome: { type: 'refused', code: 'too-large' } },
    });
  });

  test.each([
    ['cut ada -> bob', { type: 'link', cut: true, from: 'ada', to: 'bob', both: false }],
    ['mend ada<->bob', { type: 'link', cut: false, from: 'ada', to: 'bob', both: true }],
    ['expire timer cy', { type: 'node', deed: 'expire', node: 'cy' }],
    ['fill 20 keys', { type: 'fill', count: 20 }],
    ['kill leader', { type: 'node', deed: 'kill', node: 'leader' }],
    ['wait 1.5 s', { type: 'wait', ms: 1_500 }],
    ['disk ada fails', { type: 'disk', node: 'ada', how: 'fails' }],
    ['expect no leader for 2 s', { condition: { type: 'no-leader' }, forMs: 2_000 }],
    ['until leader is not ada', { condition: { type: 'leader', is: 'ada', not: true } }],
    ['expect log ada terms 1 1 2', { condition: { type: 'log', node: 'ada', terms: [1, 1, 2] } }],
    ['expect logs ada bob differ', { condition: { type: 'logs', equal: false } }],
    ['until new leader within 3 s as L1', { condition: { type: 'new-leader' }, as: 'L1' }],
  ])('%s', (statement, expected) => {
    expect(actionOf(statement)).toMatchObject(expected);
  });

  test('a name that was given is a node from then on', () => {
    const text = `${HEAD} until leader as L1\n kill L1`;
    const statements = parseScenario('t', text).steps[0]?.statements;
    expect(statements?.[1]?.action).toEqual({ type: 'node', deed: 'kill', node: 'L1' });
  });

  test('a statement keeps its line and its text, without guard and comment', () => {
    const text = `rule figure-8 off then on\n${HEAD}  off: set 1 "a # b"   # why\n  on: wait 1s`;
    expect(parseScenario('t', text).steps[0]?.statements).toMatchObject([
      { line: 4, text: 'set 1 "a # b"', when: 'off' },
      { line: 5, text: 'wait 1s', when: 'on' },
    ]);
  });
});

describe('what is wrong is said with line, column and what was expected', () => {
  test.each([
    ['clustr ada', 1, 1, 'a setting, or "step" (cluster, '],
    ['cluster bob', 1, 9, '"ada": nodes are named ada, bob,'],
    ['cluster ada 10', 1, 15, 'a unit (ms, s, min)'],
    ['cluster ada soon', 1, 13, 'a duration'],
    ['cluster ada\nseed 1\nseed 2\nstep a', 3, 1, 'each setting once'],
    ['step one', 1, 1, '"cluster" before the first step'],
    ['cluster ada\nstep One', 2, 6, "a step's id"],
    [`${HEAD} wait 1s\nstep one`, 4, 6, 'an id that no other step has'],
    ['cluster ada\nstep one\n\nstep two\n wait 1s', 3, 1, 'a statement of the step'],
    ['cluster ada', 1, 1, 'at least one "step"'],
    ['', 1, 1, '"cluster" and its nodes'],
    [`${HEAD}  explode ada`, 3, 3, 'a statement (set, get, '],
    [`${HEAD}  kill dan`, 3, 8, 'a node (ada, bob, cy, leader)'],
    [`${HEAD}  kill`, 3, 7, 'a node ('],
    [`${HEAD}  kill ada bob`, 3, 12, 'the end of the line'],
    [`${HEAD}  get 1`, 3, 8, '"expect"'],
    [`${HEAD}  set 1 "a`, 3, 9, 'a closing quotation mark'],
    [`${HEAD}  cut ada bob`, 3, 11, 'a direction (->, <->)'],
    [`${HEAD}  until sunrise`, 3, 9, 'a condition (leader, '],
    [`${HEAD}  expect role ada king`, 3, 19, 'a role (follower, '],
    [`${HEAD}  expect call w done`, 3, 15, 'a call that was named with "as"'],
    [`${HEAD}  set 1 2 as ada`, 3, 14, 'a name that is not given yet'],
    [`${HEAD}  off: wait 1s`, 3, 3, 'no guard'],
    [`${HEAD}  expect log ada terms`, 3, 23, 'the terms of its entries'],
    ['cluster ada\nrule figure-8 on\nstep a', 2, 15, '"off"'],
  ])('%j', (text, line, column, expected) => {
    const problem = problemOf(text);
    expect(problem).toMatchObject({ file: 't.scenario', line, column });
    expect(problem.expected.slice(0, expected.length)).toBe(expected);
    expect(problem.message).toContain(`t.scenario:${line}:${column}: expected ${expected}`);
  });
});
