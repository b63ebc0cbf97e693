/** Whatever starts first, the system works in the end. */
import { untilLive, withIdleCluster } from './temporary.js';

const LANES = 3;
const SERVICES = ['ada', 'bob', 'cy', 'proxy'];
const ORDERS = permutations(SERVICES);

/** What each order came to: the text that was read back, or why not. */
const outcomes = new Map<string, string>();

describe('R3 start orders', () => {
  beforeAll(async () => {
    const waiting = [...ORDERS];
    await Promise.all(Array.from({ length: LANES }, () => lane(waiting)));
  }, 150_000);

  test('there are 24 of them', () => {
    expect(new Set(ORDERS.map(String)).size).toBe(24);
  });

  test.each(ORDERS.map((order) => order.join(', ')))('R3 %s', (order) => {
    expect(outcomes.get(order)).toBe(`written after ${order}`);
  });
});

async function lane(waiting: string[][]): Promise<void> {
  for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) {
    const name = order.join(', ');
    outcomes.set(name, await outcomeOf(order).catch(String));
  }
}

/** Starts one after the other, each when the one before serves; then writes and reads through the proxy. */
async function outcomeOf(order: readonly string[]): Promise<string> {
  let read = 'nothing';
  await withIdleCluster({ electionTimeout: '150-300ms' }, async ({ cluster, connect }) => {
    for (const name of order) {
      await cluster.start(name);
      await untilLive(cluster, name);
    }
    const client = await connect();
    await client.put('order', `written after ${order.join(', ')}`);
    read = (await client.get('order'))?.text ?? 'no such key';
  });
  return read;
}

function permutations(items: readonly string[]): string[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) =>
    permutations(items.filter((other) => other !== first)).map((rest) => [first, ...rest]),
  );
}
