/** The clock on the wall is for people: nothing that decides looks at it (rule 31). */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Relevo } from '#client';
import { leaderOf as leaderIn } from '#client/cli';
import type { Cluster } from '#cluster';
import { leaderOf, until, withCluster } from './temporary.js';

/** Loaded before anything else of a process: its wall clock is right, a day fast, right, a day slow... */
const JUMPING_CLOCK = `
  const Wall = globalThis.Date;
  const DAY_MS = 86_400_000;
  const offsets = [DAY_MS, 0, -DAY_MS, 0];
  let jumps = 0;
  let offset = 0;
  globalThis.Date = class Date extends Wall {
    constructor(...given) {
      if (given.length === 0) super(Wall.now() + offset);
      else super(...given);
    }
    static now() {
      return Wall.now() + offset;
    }
  };
  setInterval(() => {
    offset = offsets[jumps++ % offsets.length];
  }, 250).unref();
`;

const FREEZE_MS = 5_000;

/** The terms that the nodes are in, each once. */
async function terms({ nodes }: Cluster): Promise<string[]> {
  const pages = nodes.map(async ({ httpPort }) => {
    const page = await fetch(`http://127.0.0.1:${httpPort}/metrics`);
    return /^relevo_raft_term\S* (\d+)$/m.exec(await page.text())?.[1] ?? 'unknown';
  });
  return [...new Set(await Promise.all(pages))];
}

/** Who leads, and in which term, by one answer: on a busy machine another may lead by the next. */
async function leaderState(cluster: Cluster): Promise<{ name: string; term: number }> {
  await leaderOf(cluster);
  const leader = leaderIn(await cluster.status());
  return leader ?? leaderState(cluster);
}

/** Ten callers, each with its own keys, for so long; every write must succeed. Returns the keys. */
async function writeFor(client: Relevo, name: string, ms: number): Promise<string[]> {
  const keys: string[] = [];
  const end = performance.now() + ms;
  const caller = async (number: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn++) {
      const key = `${name}/${number}/${turn}`;
      await client.put(key, key);
      keys.push(key);
      await pause(10);
    }
  };
  await Promise.all(Array.from({ length: 10 }, (_, number) => caller(number)));
  return keys;
}

async function expectOnce(client: Relevo, keys: readonly string[]): Promise<void> {
  expect(keys.length).toBeGreaterThan(20);
  const pairs = await Promise.all(keys.map((key) => client.get(key)));
  expect(pairs.filter((pair) => pair?.version !== 1)).toEqual([]);
}

test('rule 31: wall clocks that jump by a day, to and fro, change nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-clock-'));
  const preload = join(directory, 'jumping-clock.mjs');
  writeFileSync(preload, JUMPING_CLOCK);
  const environment = { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
  try {
    await withCluster({ environment }, async ({ cluster, connect }) => {
      const client = await connect();
      const leader = await leaderOf(cluster);
      const before = await terms(cluster);
      expect(before).toEqual([expect.stringMatching(/^\d+$/)]);
      await expectOnce(client, await writeFor(client, 'jumps', 2_500));
      expect(await leaderOf(cluster)).toBe(leader);
      expect(await terms(cluster)).toEqual(before);
      // And they did jump: a follower that is asked to stop says so on one of three days.
      for (const { name } of cluster.nodes.filter((node) => node.name !== leader)) {
        await cluster.stop(name);
        await cluster.start(name);
        await cluster.waitUntilReady();
      }
      expect(daysIn(cluster.logDirectory).size).toBeGreaterThan(1);
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

function daysIn(logDirectory: string): Set<string> {
  const text = readdirSync(logDirectory).map((file) =>
    readFileSync(join(logDirectory, file), 'utf8'),
  );
  return new Set(text.join('\n').match(/\b20\d\d-\d\d-\d\d(?=T)/g) ?? []);
}

test('rule 31: a leader whose monotonic clock leaps by 5 s, for it was frozen, is survived', async () => {
  await withCluster({}, async ({ cluster, connect }) => {
    const client = await connect();
    const { name: frozen, term: before } = await leaderState(cluster);
    const writes = writeFor(client, 'freeze', FREEZE_MS + 1_000);
    cluster.pause(frozen);
    const thawed = pause(FREEZE_MS).then(() => cluster.resume(frozen));
    await until('another leads', async () => {
      const leader = leaderIn(await cluster.status());
      return leader !== null && leader.name !== frozen && leader.term > before;
    });
    await thawed;
    const keys = await writes;
    await expectOnce(client, keys);
    // The one that slept answers with what was written meanwhile, and its old term is over: on a busy
    // machine it may have been elected again, in a later one.
    const newest = keys.at(-1) ?? '';
    const sleeper = await connect(frozen);
    expect((await sleeper.get(newest))?.text).toBe(newest);
    await until('all are of one term', async () => (await terms(cluster)).length === 1);
    expect(Number((await terms(cluster))[0])).toBeGreaterThan(before);
  });
});
