/** A hunt has its patience, whatever the machine; what it comes to in CI. */
import type { Bug, Finding } from '../bug.js';
import { bugNamed } from '../bugs/index.js';
import type { Median } from '../medians.js';
import { HuntRun } from './hunt-run.js';
import { judge, judgementText } from './verdict.js';

const SWIFT = bugNamed('duplicates-done-again');
const SEARCH = bugNamed('figure-8');
const FOUND: Finding = { property: 'history', reason: 'of a test' };
const PATIENCE = { ms: 1_000, attempts: 3 };

const median = (seconds: number, missed = 0): Median => ({
  ...{ starts: 5, missed, attempts: 2, attemptsMax: 4, seconds, secondsMax: 2 * seconds },
});
const medians = (of: Median): { bugs: Record<string, Median> } => ({ bugs: { [SWIFT.name]: of } });

/** What is kept finds it, unless `fault` says otherwise. */
function hunted(bug: Bug, fault: string | null = null): HuntRun {
  const run = new HuntRun(bug, 0, 100, PATIENCE);
  const task = run.nextKept();
  expect(task?.number).toBe('kept');
  expect(run.nextKept()).toBeNull();
  if (task !== null) run.take({ task, finding: fault === null ? FOUND : null, fault, ms: 7 }, 7);
  return run;
}

/** Makes an attempt at `now`, if there is one left; which one it was. */
function attempted(run: HuntRun, now: number, finding: Finding | null): number | string | null {
  const task = run.next(now);
  if (task !== null) run.take({ task, finding, fault: null, ms: 1 }, now);
  return task?.number ?? null;
}

test('it is missed once both the time and the attempts are used up, and not before', () => {
  const run = hunted(SWIFT);
  expect([0, 5_000, 5_000].map((now) => attempted(run, now, null))).toEqual([100, 101, 102]);
  expect(run.verdict).toBe('undecided');
  expect(attempted(run, 5_000, null)).toBeNull();
  expect(run).toMatchObject({ verdict: 'missed', attempts: 3, isLate: false });
});

test('what is found after its time is late, and caught', () => {
  const run = hunted(SWIFT);
  attempted(run, 0, null);
  attempted(run, 1_001, FOUND);
  expect(run).toMatchObject({ verdict: 'caught', attempts: 2, ms: 1_001, isLate: true });
  expect(run.next(1_002)).toBeNull();
});

test('what is kept of a search is its one attempt', () => {
  expect(hunted(SEARCH)).toMatchObject({ verdict: 'caught', attempts: 1, ms: 7 });
  const lost = hunted(SEARCH, 'nothing is kept of it');
  expect(lost.next(0)).toBeNull();
  expect(lost.verdict).toBe('missed');
});

describe('in CI', () => {
  function missedBy(run: HuntRun): HuntRun {
    for (const now of [0, 2_000, 2_000, 2_000]) attempted(run, now, null);
    expect(run.verdict).toBe('missed');
    return run;
  }
  const rowOf = (run: HuntRun) => [{ bug: run.bug, runs: [run] }];

  test('a bug whose median is short may not be missed', () => {
    const judgement = judge(rowOf(missedBy(hunted(SWIFT))), medians(median(0.5)));
    expect(judgement).toEqual({ missed: [SWIFT.name], excused: [], late: [], undecided: [] });
  });

  test.each([
    ['takes long', medians(median(9))],
    ['was missed when it was measured', medians(median(0.5, 1))],
    ['was not measured', { bugs: {} }],
  ])('one that %s may, and is named', (_, measured) => {
    const judgement = judge(rowOf(missedBy(hunted(SWIFT))), measured);
    expect(judgement).toMatchObject({ missed: [], excused: [SWIFT.name] });
    expect(judgementText(judgement)).toContain('slow ones not found by fresh seeds (duplicates-');
  });

  test('none may be missed by what is kept of it', () => {
    const run = hunted(SWIFT, 'what is kept of it finds it no more');
    attempted(run, 0, FOUND);
    expect(judge(rowOf(run), medians(median(9))).missed).toEqual([SWIFT.name]);
  });

  test('a hunt that the end of the run cut short is said to be undecided', () => {
    const run = hunted(SWIFT);
    attempted(run, 0, null);
    const judgement = judge(rowOf(run), medians(median(0.5)));
    expect(judgement).toMatchObject({ missed: [], undecided: [SWIFT.name] });
    expect(judgementText(judgement)).toMatch(
      /^0 missed, .*, 1 undecided \(duplicates-done-again\)$/,
    );
  });
});
