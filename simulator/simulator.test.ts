import { drawPlan, run, SOMETIMES, Tally } from './index.js';
import { productionWire } from './wire.js';

const wire = productionWire;

describe('20 clusters under faults', () => {
  const tally = new Tally();

  test.each(Array.from({ length: 2 }, (_, i) => i * 10 + 1))('seeds from %i on', (first) => {
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
      'peer-lost hint',
      'message lost',
      'message doubled',
      'message out of order',
      'checkpoint saved',
      'checkpoint installed',
      'leader change with writes in flight',
      'membership: add done',
      'resend answered from the table',
      'write repeated under its number',
    ];
    expect(SOMETIMES).toEqual(expect.arrayContaining(sometimes));
    expect(sometimes.filter((what) => (tally.counts.get(what) ?? 0) === 0)).toEqual([]);
    expect(tally.answered).toBeGreaterThan(0.3 * tally.calls);
    expect(tally.checked).toBeGreaterThan(0.3 * tally.calls);
    expect(tally.undecided).toBe(0);
  });

  test('what never happened is named', () => {
    expect(new Tally().never()).toEqual([...SOMETIMES, 'enough calls that succeed']);
    expect(tally.never()).not.toContain('fault: crash-node');
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
