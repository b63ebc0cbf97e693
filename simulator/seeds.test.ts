/**
 * Seeds that failed once, each with what it found. When plans are drawn in another way a seed is another
 * run; what it found has a test of its own where it was the product's.
 */
import { run } from './index.js';
import { productionWire } from './wire.js';

const SEEDS: readonly (readonly [number, string])[] = [
  [1, 'the first run of all'],
  [61, 'a learner without a log was promoted, and a quorum that needed its vote elected nobody'],
  [239, 'the same, with the learner down'],
  [2112, 'clients that know the first nodes alone lose everybody'],
  [5701, 'a node that crashed in the middle of an event had left already'],
  [23542, 'a crash in the middle of a first start left the end of an earlier, longer header'],
  [29048, 'the same, as a zero'],
];

test.each(SEEDS)('seed %i: %s', (seed) => {
  const { failure } = run(seed, { wire: productionWire });
  const said = failure === null ? null : [...failure.lines, failure.reason, failure.replay];
  expect(said?.join('\n') ?? null).toBeNull();
});
