/** A range of many keys is read in slices, and is one answer of one revision all the same. */
import type { Relevo } from '#client';
import { withCluster } from './temporary.js';

const KEYS = 5_000;
const keyOf = (number: number): string => `k${String(number).padStart(5, '0')}`;

/** Raises the counter of each key in turn, so that all of them tell how many changes there were. */
async function fill(client: Relevo, round: number): Promise<void> {
  const puts = Array.from({ length: KEYS }, (_, at) => client.put(keyOf(at), String(round)));
  await Promise.all(puts);
}

describe('long ranges', () => {
  test('all keys, in order, as of one revision, while they are written', async () => {
    await withCluster({}, async ({ connect }) => {
      const client = await connect();
      await fill(client, 0);
      const writer = { isGoing: true };
      let round = 0;
      const writing = (async () => {
        while (writer.isGoing) await fill(client, ++round);
      })();
      const reader = await connect();
      for (let time = 0; time < 5; time++) {
        const { pairs, revision, count, more } = await reader.range({ all: true });
        expect(pairs.map(({ keyText }) => keyText)).toEqual(
          Array.from({ length: KEYS }, (_, at) => keyOf(at)),
        );
        expect({ count, more }).toEqual({ count: KEYS, more: false });
        // Every put made one revision: what one revision shows sums up to it.
        const puts = pairs.reduce((sum, { version }) => sum + version, 0);
        expect(puts).toBe(revision - 1);
        expect(Math.max(...pairs.map(({ modRevision }) => modRevision))).toBe(revision);
      }
      writer.isGoing = false;
      await writing;
      const limited = await reader.range({ all: true }, { limit: 3_000, keysOnly: true });
      expect(limited).toMatchObject({ count: KEYS, more: true });
      expect(limited.pairs.map(({ keyText }) => keyText)).toEqual(
        Array.from({ length: 3_000 }, (_, at) => keyOf(at)),
      );
    });
  });
});
