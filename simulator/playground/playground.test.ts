import { decodeScript, encodeScript, named, Playground, type Script } from './index.js';
import { done, elected, leaderOf, until } from './testing/played.js';

/** A story with some of everything, and how it stood at some moments. */
function story(): { readonly playground: Playground; readonly moments: Moment[] } {
  const playground = elected();
  const moments: Moment[] = [];
  const look = (): void => {
    moments.push(momentOf(playground));
  };
  done(playground, { type: 'set', key: 'x', value: '1', via: 'proxy' });
  playground.advance(400);
  look();
  const leader = leaderOf(playground);
  done(playground, { type: 'kill', node: leader });
  done(playground, { type: 'set', key: 'x', value: '2', via: 'proxy' });
  playground.advance(33.25);
  look();
  playground.advance(6_000);
  done(playground, { type: 'start', node: leader });
  playground.advance(1_500.5);
  look();
  done(playground, { type: 'isolate', node: leaderOf(playground) });
  playground.advance(3_000);
  done(playground, { type: 'heal' });
  playground.advance(3_000);
  done(playground, { type: 'get', key: 'x', via: leader });
  playground.advance(500);
  look();
  return { playground, moments };
}

interface Moment {
  readonly script: Script;
  readonly hash: string;
  readonly sight: unknown;
}

function momentOf(playground: Playground): Moment {
  const { script } = playground;
  return { script, hash: playground.hash(), sight: playground.sight() };
}

describe('the same script', () => {
  const { playground, moments } = story();

  test('gives the same hash, sight, feed and answers, through a link too', () => {
    const again = Playground.replay(decodeScript(encodeScript(playground.script)));
    expect(again.hash()).toBe(playground.hash());
    expect(again.sight()).toEqual(playground.sight());
    expect(again.feed()).toEqual(playground.feed());
    expect(again.calls()).toEqual(playground.calls());
    expect(again.script).toEqual(playground.script);
  });

  test('answers what was asked while the leader was down, and holds every property', () => {
    expect(playground.calls().map(({ outcome, value }) => [outcome, value])).toEqual([
      ['ok', null],
      ['ok', null],
      ['ok', '2'],
    ]);
    expect(playground.broken()).toEqual([]);
    expect(playground.sight().broken).toBe('');
    expect(playground.sight().examined).toBeGreaterThan(100);
  });

  test('R61 replayed to an earlier event stands where it stood then', () => {
    expect(new Set(moments.map(({ hash }) => hash)).size).toBe(moments.length);
    for (const { script, hash, sight } of moments) {
      const then = Playground.replay(script);
      expect(then.hash()).toBe(hash);
      expect(then.sight()).toEqual(sight);
      expect(Playground.replay(playground.script, script.events).hash()).toBe(hash);
    }
  });

  test('R61 another act from there on: another history', () => {
    const [, early] = moments as [Moment, Moment];
    const fork = Playground.replay(playground.script, early.script.events);
    done(fork, { type: 'set', key: 'x', value: 'otherwise', via: 'proxy' });
    fork.advance(20_000);
    expect(fork.hash()).not.toBe(playground.hash());
    expect(fork.script.acts.slice(0, 3)).toEqual(playground.script.acts.slice(0, 3));
    expect(fork.keys(leaderOf(fork)).map(({ value }) => value)).toEqual(['otherwise']);
    expect(playground.keys(leaderOf(playground)).map(({ value }) => value)).toEqual(['2']);
  });

  test('another seed gives another hash', () => {
    const { script } = playground;
    const other = { ...script, start: { ...script.start, seed: 8 }, acts: [] };
    expect(Playground.replay(other).hash()).not.toBe(playground.hash());
  });
});

describe('what is shown', () => {
  test('messages are on their way for as long as a link takes, and arrive', () => {
    const playground = elected({ linkMs: 50 });
    until(playground, () =>
      playground.sight().flights.some(({ kind }) => /^heartbeat-req/.test(kind)),
    );
    const { flights, atMs } = playground.sight();
    const sent = flights.find(({ kind }) => kind === 'heartbeat-request');
    expect(sent).toMatchObject({
      from: leaderOf(playground),
      toName: expect.any(String) as string,
    });
    const took = (sent?.dueMs ?? 0) - (sent?.sentMs ?? 0);
    expect(took).toBeGreaterThanOrEqual(45);
    expect(took).toBeLessThanOrEqual(55);
    playground.advance((sent?.dueMs ?? 0) - atMs + 1);
    expect(playground.sight().flights.map(({ flight }) => flight)).not.toContain(sent?.flight);
  });

  test('links between all members, the proxy, and who is down as it was last', () => {
    const playground = elected();
    const leader = leaderOf(playground);
    const { links, proxies } = playground.sight();
    expect(links).toHaveLength(6);
    expect(links.every(({ open, cut }) => open && !cut)).toBe(true);
    expect(proxies).toMatchObject([{ name: 'proxy', up: true, leader, queued: 0 }]);
    done(playground, { type: 'kill', node: leader });
    playground.advance(200);
    const member = playground.sight().members.find(({ node }) => node === leader);
    expect(member).toMatchObject({ state: 'down', seenMsAgo: 200, sight: { role: 'leader' } });
  });

  test('keys with their history, and the files as they are on disk', () => {
    const playground = elected();
    for (const value of ['1', 'zwei', '3'])
      done(playground, { type: 'set', key: 'schlüssel', value, via: 'proxy' });
    playground.advance(600);
    done(playground, { type: 'delete', key: 'schlüssel', via: 'proxy' });
    playground.advance(600);
    done(playground, { type: 'set', key: 'schlüssel', value: 'neu', via: 'proxy' });
    playground.advance(600);
    const leader = leaderOf(playground);
    expect(playground.keys(leader)).toMatchObject([{ key: 'schlüssel', value: 'neu', version: 1 }]);
    const values = playground.history(leader, 'schlüssel').map(({ value }) => value);
    expect(values.slice(0, 2)).toEqual(['neu', null]);
    expect(values.slice(2).sort()).toEqual(['1', '3', 'zwei']);
    expect(playground.history(leader, 'nothing')).toEqual([]);
    const paths = playground.files(leader).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['identity.json', 'vote.json']));
    const log = playground.readFile(leader, 'log/00000000000000000001.jsonl');
    expect(log).toContain('"schlüssel"');
    expect(() => playground.readFile(leader, 'nothing')).toThrow(/has no file nothing/);
  });

  test('the feed says why, and names nodes by their marks', () => {
    const playground = elected();
    const text = playground
      .feed()
      .map(({ node, text }) => named(`#${String(node)} ${text}`, playground.names()))
      .join('\n');
    expect(text).toMatch(/^(ada|bob|cy) votes for (ada|bob|cy) in term 1: both logs are empty$/m);
    expect(text).toMatch(
      /^(ada|bob|cy) leads in term 1 by the votes of (ada|bob|cy), (ada|bob|cy)$/m,
    );
    expect(text).toMatch(/^(ada|bob|cy) is follower in term 1, led by (ada|bob|cy)$/m);
    expect(text).not.toMatch(/#\d/);
    const { length } = playground.feed();
    expect(playground.feed(length - 1)).toEqual(playground.feed().slice(-1));
  });

  test('a name that nobody knows stays a mark', () => {
    expect(named('#6787 follows #6788', new Map([[6787, 'ada']]))).toBe('ada follows #6788');
  });

  test('time goes on by finite steps alone', () => {
    const playground = elected();
    expect(() => playground.advance(-1)).toThrow(RangeError);
    expect(() => playground.advance(Infinity)).toThrow(RangeError);
  });
});
