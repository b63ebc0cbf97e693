import { StorageBench, commands } from './index.js';
import { Random } from './random.js';
import { drawDamage } from './rot.js';

/** A directory with notes behind most of its entries. */
function bench(seed: number): StorageBench {
  const made = new StorageBench(seed);
  made.start();
  made.storage.saveVote({ term: commands(1, 1)[0]?.term ?? 0, votedFor: null } as never);
  for (let first = 1; first < 40; first += 5) {
    made.storage.append(commands(first, 5));
    made.settle();
  }
  made.kill();
  return made;
}

test('whatever rots, a start refuses, or comes to the whole of what was durable', () => {
  let refused = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const { disk, recover } = withRecovery(seed);
    const damage = drawDamage(new Random(seed), disk.files());
    expect(damage).not.toBeNull();
    if (damage !== null) disk.spoil(damage.path, damage.at, damage.data);
    const found = recover();
    if ('code' in found) {
      expect(found.code).not.toBe('blank');
      refused += 1;
    } else {
      expect(found.entries).toHaveLength(40);
    }
  }
  expect(refused).toBeGreaterThan(200);
});

function withRecovery(seed: number) {
  const made = bench(seed);
  return { disk: made.disk, recover: () => made.recover() };
}

test('nothing is drawn from an empty disk', () => {
  expect(drawDamage(new Random(1), [])).toBeNull();
});
