import type { Playground } from './index.js';
import { type Act } from './index.js';
import {
  done,
  elected,
  followersOf,
  leaderOf,
  memberOf,
  refusalOf,
  texts,
  until,
} from './testing/played.js';

/** The last call, once it is over. */
function outcomeOf(playground: Playground) {
  until(playground, () => playground.calls().at(-1)?.outcome !== 'pending');
  const call = playground.calls().at(-1);
  if (call === undefined) throw new Error('nothing was asked');
  return call;
}

describe('callers', () => {
  test('set, get, cas and delete, through the proxy and through any node', () => {
    const playground = elected();
    const [follower] = followersOf(playground) as [number];
    const leader = leaderOf(playground);
    done(playground, { type: 'set', key: 'k', value: 'ü', via: follower });
    expect(outcomeOf(playground)).toMatchObject({ outcome: 'ok', servedBy: leader });
    done(playground, { type: 'get', key: 'k', via: 'proxy' });
    expect(outcomeOf(playground)).toMatchObject({ outcome: 'ok', value: 'ü' });
    done(playground, { type: 'get', key: 'k', via: follower, stale: true });
    expect(outcomeOf(playground)).toMatchObject({ outcome: 'ok', servedBy: follower });
    done(playground, { type: 'cas', key: 'k', expected: 'a', value: 'b', via: 'proxy' });
    expect(outcomeOf(playground)).toMatchObject({ succeeded: false, value: 'ü' });
    done(playground, { type: 'cas', key: 'k', expected: 'ü', value: 'b', via: 'proxy' });
    expect(outcomeOf(playground)).toMatchObject({ succeeded: true, value: null });
    done(playground, { type: 'delete', key: 'k', via: leader });
    expect(outcomeOf(playground)).toMatchObject({ succeeded: true });
    done(playground, { type: 'get', key: 'k', via: 'proxy' });
    expect(outcomeOf(playground)).toMatchObject({ outcome: 'ok', value: null });
    done(playground, { type: 'delete', key: 'k', via: leader });
    expect(outcomeOf(playground)).toMatchObject({ succeeded: false });
    const lines = playground.feed().filter(({ kind }) => kind === 'answer');
    expect(lines).toHaveLength(8);
    expect(lines[1]?.text).toMatch(/^call 2, get k: ü, answered by #678\d at revision \d$/);
  });

  test('of a node that is not there: refused', () => {
    const playground = elected();
    expect(refusalOf(playground, { type: 'get', key: 'k', via: 1 })).toBe('there is no node 1');
    expect(playground.calls()).toEqual([]);
  });

  test('without a majority a write is pending, and its outcome unknown at last', () => {
    const playground = elected();
    const leader = leaderOf(playground);
    for (const node of followersOf(playground)) done(playground, { type: 'kill', node });
    done(playground, { type: 'set', key: 'k', value: 'v', via: leader });
    playground.advance(500);
    expect(playground.calls()).toMatchObject([{ outcome: 'pending', doneMs: null }]);
    playground.advance(40_000);
    expect(playground.calls()[0]?.outcome).not.toMatch(/^ok|pending$/);
    expect(playground.keys(leader)).toEqual([]);
  });
});

describe('nodes', () => {
  test('R63 killed, they are down; started, they catch up', () => {
    const playground = elected();
    const [node] = followersOf(playground) as [number];
    done(playground, { type: 'kill', node });
    expect(memberOf(playground, node).state).toBe('down');
    expect(refusalOf(playground, { type: 'kill', node })).toBe('it is down');
    expect(refusalOf(playground, { type: 'lose-power', node })).toBe('it is down');
    expect(refusalOf(playground, { type: 'stop', node })).toBe('it is down');
    expect(refusalOf(playground, { type: 'pause', node })).toBe('it is down');
    expect(refusalOf(playground, { type: 'expire', node, timer: 'election' })).toMatch(/not run/);
    done(playground, { type: 'set', key: 'k', value: 'v', via: 'proxy' });
    playground.advance(60_000);
    expect(memberOf(playground, node).state).toBe('down');
    done(playground, { type: 'start', node });
    expect(refusalOf(playground, { type: 'start', node })).toBe('it runs');
    expect(refusalOf(playground, { type: 'stop', node })).toMatch(/still starting/);
    playground.advance(3_000);
    expect(playground.keys(node)).toMatchObject([{ key: 'k', value: 'v' }]);
  });

  test('a leader that is stopped hands over first, and exits', () => {
    const playground = elected();
    const node = leaderOf(playground);
    done(playground, { type: 'stop', node });
    playground.advance(2_000);
    expect(memberOf(playground, node).state).toBe('down');
    expect(texts(playground, node)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^hands leadership over to #/), 'has exited']),
    );
    expect(leaderOf(playground)).not.toBe(0);
  });

  test('what is not synced is lost with the power, and nothing else', () => {
    const playground = elected();
    done(playground, { type: 'set', key: 'k', value: 'v', via: 'proxy' });
    playground.advance(600);
    for (const { node } of playground.sight().members)
      done(playground, { type: 'lose-power', node });
    for (const { node } of playground.sight().members) done(playground, { type: 'start', node });
    playground.advance(6_000);
    expect(playground.keys(leaderOf(playground))).toMatchObject([{ key: 'k', value: 'v' }]);
    expect(playground.broken()).toEqual([]);
  });

  test('paused, they do nothing; resumed, they learn that others went on', () => {
    const playground = elected();
    const node = leaderOf(playground);
    done(playground, { type: 'pause', node });
    expect(memberOf(playground, node).state).toBe('paused');
    expect(playground.sight().faults).toEqual([`#${String(node)} is paused`]);
    expect(refusalOf(playground, { type: 'pause', node })).toBe('it is paused already');
    expect(refusalOf(playground, { type: 'stop', node })).toMatch(/resume it, or kill it/);
    playground.advance(6_000);
    done(playground, { type: 'resume', node });
    expect(refusalOf(playground, { type: 'resume', node })).toBe('it is not paused');
    playground.advance(1_000);
    expect(leaderOf(playground)).not.toBe(node);
    expect(memberOf(playground, node).sight?.role).toBe('follower');
  });

  test('wiped while it is down, it comes back as a stranger, and the others refuse it', () => {
    const playground = elected();
    const [node, other] = followersOf(playground) as [number, number];
    expect(refusalOf(playground, { type: 'wipe', node })).toMatch(/stop or kill it first/);
    done(playground, { type: 'kill', node });
    done(playground, { type: 'wipe', node });
    expect(playground.files(node)).toEqual([]);
    done(playground, { type: 'start', node });
    playground.advance(3_000);
    expect(memberOf(playground, node).sight?.lastIndex).toBe(0);
    expect(texts(playground, other).join('\n')).toMatch(
      `refuses the connection of #${String(node)}`,
    );
    expect(playground.broken()).toEqual([]);
  });

  test('an election timer that expires by hand: it campaigns, where it may', () => {
    const playground = elected({ linkMs: 5 });
    const leader = leaderOf(playground);
    expect(refusalOf(playground, { type: 'expire', node: leader, timer: 'election' })).toMatch(
      /it leads/,
    );
    const [node] = followersOf(playground) as [number];
    done(playground, { type: 'expire', node, timer: 'election' });
    playground.advance(300);
    // The others hear from their leader.
    expect(leaderOf(playground)).toBe(leader);
    expect(texts(playground, node).join('\n')).toContain('asks for pre-votes');
    done(playground, { type: 'kill', node: leader });
    done(playground, { type: 'expire', node, timer: 'election' });
    playground.advance(3_000);
    expect(leaderOf(playground)).not.toBe(leader);
  });

  test('leadership is handed over to whom it is to go to', () => {
    const playground = elected();
    const leader = leaderOf(playground);
    const [, to] = followersOf(playground) as [number, number];
    expect(refusalOf(playground, { type: 'transfer', to: leader })).toBe('it leads already');
    done(playground, { type: 'transfer', to });
    playground.advance(1_000);
    expect(leaderOf(playground)).toBe(to);
    done(playground, { type: 'kill', node: to });
    expect(refusalOf(playground, { type: 'transfer', to: leader })).toBe('nobody leads');
  });

  test('timers that are aligned split the vote', () => {
    const playground = elected({ nodes: 2, seed: 3, electionMs: [1_500, 2_500] });
    const leader = leaderOf(playground);
    expect(refusalOf(playground, { type: 'align-timers' })).toMatch(/fewer than two/);
    for (const { node } of playground.sight().members) done(playground, { type: 'kill', node });
    for (const { node } of playground.sight().members) done(playground, { type: 'start', node });
    playground.advance(600);
    done(playground, { type: 'align-timers' });
    const timers = playground.sight().members.flatMap(({ sight }) => sight?.timers ?? []);
    const left = timers.filter(({ name }) => name === 'election').map(({ leftMs }) => leftMs);
    expect(left).toHaveLength(2);
    expect(left[0]).toBeCloseTo(left[1] ?? 0, 3);
    until(playground, () =>
      texts(playground, leader).some((text) => /^refuses its vote/.test(text)),
    );
    expect(leaderOf(playground)).toBe(0);
  });
});

describe('links', () => {
  test('R62 one direction is cut: nothing arrives until it is mended', () => {
    const playground = elected();
    const [from, to] = [leaderOf(playground), ...followersOf(playground)] as [number, number];
    done(playground, { type: 'cut', from, to });
    expect(playground.sight().links.filter(({ cut }) => cut)).toMatchObject([{ from, to }]);
    expect(playground.sight().faults).toEqual([`#${String(from)} is not heard by #${String(to)}`]);
    expect(refusalOf(playground, { type: 'cut', from, to })).toBe('it is cut already');
    expect(refusalOf(playground, { type: 'cut', from, to: from })).toBe('a link has two ends');
    done(playground, { type: 'set', key: 'k', value: 'v', via: 'proxy' });
    playground.advance(800);
    expect(playground.keys(to)).toEqual([]);
    const waiting = playground.sight().flights.filter((one) => one.from === from && one.to === to);
    expect(waiting.some(({ dueMs }) => dueMs < playground.atMs)).toBe(true);
    done(playground, { type: 'mend', from, to });
    expect(refusalOf(playground, { type: 'mend', from, to })).toBe('it is not cut');
    playground.advance(5_000);
    expect(playground.keys(to)).toHaveLength(1);
  });

  test('a leader that is isolated steps down, and its client is not answered', () => {
    const playground = elected();
    const node = leaderOf(playground);
    done(playground, { type: 'isolate', node });
    expect(playground.sight().links.filter(({ cut }) => cut)).toHaveLength(4);
    expect(refusalOf(playground, { type: 'isolate', node })).toBe('it is isolated already');
    done(playground, { type: 'set', key: 'lost', value: 'v', via: node });
    playground.advance(5_000);
    expect(leaderOf(playground)).not.toBe(node);
    expect(texts(playground, node).join('\n')).toContain(
      'steps down: it has not heard from a quorum for an election timeout',
    );
    expect(playground.calls()[0]?.outcome).not.toBe('ok');
    done(playground, { type: 'heal' });
    expect(refusalOf(playground, { type: 'heal' })).toBe('nothing is broken');
    playground.advance(20_000);
    expect(memberOf(playground, node).sight?.role).toBe('follower');
    expect(texts(playground, node).join('\n')).toMatch(/cuts its log from entry \d+/);
    expect(playground.broken()).toEqual([]);
  });

  test('a message is dropped, and said again', () => {
    const playground = elected();
    done(playground, { type: 'set', key: 'k', value: 'v', via: leaderOf(playground) });
    const requests = () =>
      playground.sight().flights.filter(({ kind, text }) => {
        return kind === 'append-request' && !text.includes('no entries');
      });
    until(playground, () => requests().length === 2);
    for (const { flight } of requests()) done(playground, { type: 'drop', flight });
    expect(requests()).toEqual([]);
    expect(outcomeOf(playground).outcome).toBe('ok');
    const { flight } = playground.sight().flights.find(({ kind }) => kind === 'state') ?? {};
    expect(refusalOf(playground, { type: 'drop', flight: 1 })).toMatch(/not on its way/);
    if (flight !== undefined)
      expect(refusalOf(playground, { type: 'drop', flight })).toMatch(/only messages of the/);
  });
});

describe('disks', () => {
  test("a follower's stalls: the others go on, and it catches up when it works", () => {
    const playground = elected();
    const [node] = followersOf(playground) as [number];
    done(playground, { type: 'disk', node, how: 'stalls' });
    expect(refusalOf(playground, { type: 'disk', node, how: 'stalls' })).toMatch(/already/);
    done(playground, { type: 'set', key: 'k', value: 'v', via: 'proxy' });
    expect(outcomeOf(playground).outcome).toBe('ok');
    playground.advance(3_000);
    const { sight } = memberOf(playground, node);
    expect(sight?.durableIndex).toBeLessThan(sight?.lastIndex ?? 0);
    done(playground, { type: 'disk', node, how: 'works' });
    playground.advance(1_000);
    const after = memberOf(playground, node).sight;
    expect(after?.durableIndex).toBe(after?.lastIndex);
  });

  test.each(['full', 'fails'] as const)(
    'one that is %s stops its node, until it is mended',
    (how) => {
      const playground = elected();
      const [node] = followersOf(playground) as [number];
      done(playground, { type: 'disk', node, how });
      done(playground, { type: 'set', key: 'k', value: 'v', via: 'proxy' });
      playground.advance(2_000);
      expect(memberOf(playground, node).state).toBe('down');
      expect(texts(playground, node).join('\n')).toContain('stops writing');
      expect(playground.sight().faults).toHaveLength(1);
      done(playground, { type: 'heal' });
      done(playground, { type: 'start', node });
      playground.advance(3_000);
      expect(playground.keys(node)).toHaveLength(1);
      expect(playground.broken()).toEqual([]);
    },
  );
});

describe('membership', () => {
  test('a node joins as a learner, votes, and leaves again', () => {
    const playground = elected();
    done(playground, { type: 'set', key: 'k', value: 'v', via: 'proxy' });
    done(playground, { type: 'add-node' });
    expect(refusalOf(playground, { type: 'add-node' })).toMatch(/membership is being changed/);
    until(playground, () => voters(playground).length === 4);
    const node = playground.sight().members.at(-1)?.node ?? 0;
    expect(playground.names().get(node)).toBe('dan');
    playground.advance(2_000);
    expect(playground.keys(node)).toHaveLength(1);
    done(playground, { type: 'get', key: 'k', via: node });
    expect(outcomeOf(playground)).toMatchObject({ value: 'v', servedBy: node });
    const leader = leaderOf(playground);
    done(playground, { type: 'remove-node', node: leader });
    until(playground, () => playground.sight().members.length === 3);
    playground.advance(4_000);
    expect(voters(playground)).not.toContain(leader);
    expect(refusalOf(playground, { type: 'start', node: leader })).toMatch(/there is no node/);
    done(playground, { type: 'set', key: 'k', value: 'w', via: 'proxy' });
    expect(outcomeOf(playground).outcome).toBe('ok');
    expect(playground.broken()).toEqual([]);
  });

  test('neither more than seven, nor none', () => {
    const seven = elected({ nodes: 7 });
    expect(refusalOf(seven, { type: 'add-node' })).toMatch(/there are 7 nodes/);
    const one = elected({ nodes: 1 });
    const node = leaderOf(one);
    expect(refusalOf(one, { type: 'remove-node', node })).toMatch(/the only one that votes/);
  });

  function voters(playground: Playground): readonly number[] {
    return memberOf(playground, leaderOf(playground)).sight?.voters ?? [];
  }
});

test('a log that is too long is answered by a checkpoint', () => {
  const playground = elected({ checkpointEntries: 10 });
  const [node] = followersOf(playground) as [number];
  done(playground, { type: 'kill', node });
  for (let i = 0; i < 30; i += 1) {
    done(playground, { type: 'set', key: `k${String(i)}`, value: 'v', via: 'proxy' });
    playground.advance(150);
  }
  const { sight } = memberOf(playground, leaderOf(playground));
  expect(sight?.checkpoint?.index).toBeGreaterThan(10);
  done(playground, { type: 'start', node });
  playground.advance(5_000);
  expect(texts(playground, node).join('\n')).toMatch(/checkpoint of index \d+ installed/);
  expect(playground.keys(node)).toHaveLength(30);
  const states = (id: number): string[] =>
    playground.files(id).flatMap(({ path }) => (path.startsWith('data/') ? [path] : []));
  const [file] = states(node).filter((path) => states(leaderOf(playground)).includes(path));
  expect(file).toBeDefined();
  expect(playground.readFile(node, file ?? '')).toBe(
    playground.readFile(leaderOf(playground), file ?? ''),
  );
});

test('every act that is refused changes nothing', () => {
  const playground = elected();
  const { script } = playground;
  const hash = playground.hash();
  const lines = playground.feed().length;
  const acts: Act[] = [
    { type: 'kill', node: 1 },
    { type: 'resume', node: leaderOf(playground) },
    { type: 'mend', from: 6787, to: 6788 },
    { type: 'drop', flight: 1 },
    { type: 'heal' },
    { type: 'disk', node: 6787, how: 'works' },
    { type: 'transfer', to: 5 },
  ];
  for (const act of acts) expect(refusalOf(playground, act)).not.toBe('');
  expect(playground.script).toEqual(script);
  expect(playground.hash()).toBe(hash);
  expect(playground.feed()).toHaveLength(lines);
});
