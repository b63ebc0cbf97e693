import { status } from '@grpc/grpc-js';
import {
  CODE_TRAILER,
  OUTCOME_TRAILER,
  type OutcomeWord,
  outcomeWord,
  statusOf,
  unaryError,
} from './errors.js';
import { Outcome } from './session/frames.js';

const CODES = [
  ...[
    'no-leader',
    'not-leader',
    'overloaded',
    'timeout',
    'stopping',
    'disk-full',
    'leader-changed',
  ],
  ...['connection-lost', 'too-large', 'malformed', 'unknown-kind', 'wrong-cluster', 'no-follower'],
  ...['session-expired', 'session-full', 'already-answered', 'duplicate-key'],
  ...[
    'revision-compacted',
    'revision-in-future',
    'lease-not-found',
    'invalid',
    'cancelled',
    'closed',
  ],
  ...['of-a-later-version', 'constructor'],
];

test.each(CODES)('%s: UNAVAILABLE is for what was not done, and for nothing else', (code) => {
  expect(statusOf(code, 'refused')).not.toBe(status.UNAVAILABLE);
  expect(statusOf(code, 'unknown')).not.toBe(status.UNAVAILABLE);
  for (const outcome of ['not-done', 'refused', 'unknown'] satisfies OutcomeWord[]) {
    expect(statusOf(code, outcome)).toBeGreaterThan(status.OK);
    expect(status[statusOf(code, outcome)]).toBeDefined();
  }
});

test.each([
  ['no-leader', 'not-done', 'UNAVAILABLE'],
  ['timeout', 'not-done', 'UNAVAILABLE'],
  ['timeout', 'unknown', 'DEADLINE_EXCEEDED'],
  ['connection-lost', 'unknown', 'UNKNOWN'],
  ['overloaded', 'not-done', 'RESOURCE_EXHAUSTED'],
  ['too-large', 'refused', 'INVALID_ARGUMENT'],
  ['revision-compacted', 'refused', 'OUT_OF_RANGE'],
  ['of-a-later-version', 'refused', 'FAILED_PRECONDITION'],
  ['of-a-later-version', 'not-done', 'UNAVAILABLE'],
  ['', 'ok', 'OK'],
] as const)('%s with outcome %s is %s', (code, outcome, expected) => {
  expect(status[statusOf(code, outcome)]).toBe(expected);
});

test('the trailers say outcome, code and the id for a safe repeat', () => {
  const error = unaryError({
    code: 'timeout',
    outcome: 'unknown',
    message: 'no answer within 5 s; repeat it with its request id',
    requestId: '17:4',
  });
  expect(error.code).toBe(status.DEADLINE_EXCEEDED);
  expect(error.details).toMatch(/repeat it with/);
  expect(error.metadata.getMap()).toEqual({
    'relevo-outcome': 'unknown',
    'relevo-code': 'timeout',
    'relevo-request-id': '17:4',
  });
  const other = unaryError({ code: 'no-leader', outcome: 'not-done', message: 'wait' });
  expect(other.metadata.get('relevo-request-id')).toEqual([]);
});

test('outcomes have words; one that nobody knows is unknown', () => {
  const all = [Outcome.ok, Outcome.notDone, Outcome.refused, Outcome.unknown, 0, 99];
  expect(all.map(outcomeWord)).toEqual([
    ...['ok', 'not-done', 'refused'],
    ...['unknown', 'unknown', 'unknown'],
  ]);
});

test('a code that is no word of ours never becomes a header, and takes nothing else with it', () => {
  for (const code of ['a\r\nb', '', 'É', 'x'.repeat(65), '__proto__']) {
    const {
      code: found,
      metadata,
      details,
    } = unaryError({ code, outcome: 'refused', message: 'm' });
    expect(metadata.get(CODE_TRAILER)).toEqual([]);
    expect(metadata.get(OUTCOME_TRAILER)).toEqual(['refused']);
    expect([found, details]).toEqual([status.FAILED_PRECONDITION, 'm']);
  }
});
