import { drawPlan, FAULT_KINDS, run, Tally } from './index.js';
import { productionWire } from './wire.js';

const wire = productionWire;

/** A failure in full, so that a report of it can be read. */
function failureOf(seed: number): string | null {
  const { failure } = run(seed, { wire });
  return failure === null ? null : [...failure.lines, failure.reason, failure.replay].join('\n');
}

describe('150 clusters under faults', () => {
  const tally = new Tally();

  test.each(Array.from({ length: 15 }, (_, i) => i * 10 + 1))('seeds from %i on', (first) => {
    for (let seed = first; seed < first + 10; seed += 1) {
      const result = run(seed, { wire });
      tally.add(result);
      const { failure } = result;
      expect(
        failure === null ? null : [...failure.lines, failure.reason, failure.replay].join('\n'),
      ).toBeNull();
    }
  });

  test('show what they are meant to', () => {
    const sometimes = [
      ...FAULT_KINDS.map((kind) => `fault: ${kind}`),
      'peer-lost hint',
      'message lost',
      'message doubled',
      'message out of order',
      'checkpoint saved',
      'checkpoint installed',
      'write repeated under its number',
      'writes in the log twice',
    ];
    expect(sometimes.filter((what) => (tally.counts.get(what) ?? 0) === 0)).toEqual([]);
    expect(tally.answered).toBeGreaterThan(0.3 * tally.calls);
    expect(tally.checked).toBeGreaterThan(0.3 * tally.calls);
    expect(tally.undecided).toBe(0);
  });
});

describe('determinism', () => {
  test.each([3, 7, 42])('seed %i twice gives the same trace', (seed) => {
    const [first, second] = [run(seed, { wire }), run(seed, { wire })];
    expect(second.hash).toBe(first.hash);
    expect(second.figures).toEqual(first.figures);
    expect(run(seed + 1, { wire }).hash).not.toBe(first.hash);
  });

  test('plans differ from seed to seed, and some use the production codecs', () => {
    const plans = Array.from({ length: 200 }, (_, seed) => drawPlan(seed));
    expect(new Set(plans.map(({ nodes }) => nodes))).toEqual(new Set([1, 3, 5, 7]));
    expect(plans.filter(({ transcode }) => transcode).length).toBeGreaterThan(20);
  });
});

describe('seeds that failed once', () => {
  const SEEDS: readonly number[] = [1];

  test.each(SEEDS)('seed %i', (seed) => {
    expect(failureOf(seed)).toBeNull();
  });
});
