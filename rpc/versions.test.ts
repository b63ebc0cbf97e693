import { commonProtocol, formatProblem, PROGRAM, protocolProblem, saidBy } from './versions.js';

const said = (protocolMin: number, protocolMax: number, formatMax = 0) => ({
  ...{ release: '', protocolMin, protocolMax, formatMax },
});

test.each([
  ['nothing is said: both speak 1', said(0, 0), said(0, 0), 1],
  ['before there were ranges, and after', said(1, 0), said(1, 3), 1],
  ['the highest of both', said(1, 3), said(2, 5), 3],
  ['one within the other', said(1, 9), said(4, 4), 4],
  ['none', said(1, 2), said(3, 4), null],
  ['none, with one that does not say', said(1, 0), said(2, 4), null],
])('the protocol that is spoken: %s', (_, one, other, common) => {
  expect(commonProtocol(one, other)).toBe(common);
  expect(commonProtocol(other, one)).toBe(common);
});

test('what is absent is the first version; what a stranger says can do nothing to a terminal', () => {
  expect(saidBy(said(0, 0))).toEqual(said(1, 1, 1));
  expect(saidBy({ ...said(1, 1), release: `\u001b[2J${'x'.repeat(99)}` }).release).toMatch(
    /^\?\?2Jx{35,37}$/,
  );
});

test('two that share nothing are told apart by release, with what to do; so is who can not read', () => {
  const old = { who: 'ada', versions: said(1, 0) };
  const later = { who: 'bob', versions: { ...said(2, 3, 2), release: '0.9.0' } };
  expect(protocolProblem(old, later)).toBe(
    'ada (a release that does not say which) speaks version 1 of the protocol, bob (release 0.9.0) versions 2 to 3: ' +
      'upgrade by way of a release that speaks a version of each, or run the same release on both',
  );
  expect(formatProblem(later, 2)).toBeNull();
  expect(formatProblem(later, 3)).toMatch(
    /^bob \(release 0.9.0\) reads formats up to level 2, .*3/,
  );
  expect(formatProblem(old, 0)).toBeNull();
});

test('a release reads at least what it writes', () => {
  expect(PROGRAM.formatWritten).toBeLessThanOrEqual(PROGRAM.formatMax);
  expect(PROGRAM.protocolMin).toBeLessThanOrEqual(PROGRAM.protocolMax);
});
