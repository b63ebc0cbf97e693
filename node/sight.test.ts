import { NodeSight } from '#rpc/generated/relevo/v1/sight';
import { drawPlan, Trace, World } from '#simulator';

/** All nodes that run, as they are shown after so many ms of a world without faults. */
function sightsAfter(ms: number, cells: number): NodeSight[] {
  const world = new World(drawPlan(7, { kinds: [], nodes: 3 }), new Trace(null), null);
  world.begin();
  world.run(ms);
  return world.nodes.flatMap((node) => node.replica?.sight(node.clock, cells) ?? []);
}

describe('how a node is shown', () => {
  const sights = sightsAfter(6_000, 12);
  const leaders = sights.filter(({ role }) => role === 'leader');

  test('the leader shows what it knows of the others, and its heartbeat', () => {
    expect(leaders).toHaveLength(1);
    const [leader] = leaders as [NodeSight];
    expect(leader.peers.map(({ node }) => node)).toHaveLength(2);
    expect(leader.timers.map(({ name }) => name)).toContain('heartbeat');
    expect(leader.timers.every(({ leftMs, spanMs }) => leftMs <= spanMs)).toBe(true);
    expect(leader.votedFor).toBe(leader.node);
    expect(leader.appliedIndex).toBeLessThanOrEqual(leader.commitIndex);
  });

  test('a follower shows its leader, and the time until it loses patience', () => {
    const followers = sights.filter(({ role }) => role === 'follower');
    expect(followers).toHaveLength(2);
    for (const { leader, timers, peers } of followers) {
      expect(leader).toBe(leaders[0]?.node);
      expect(timers.map(({ name }) => name)).toContain('election');
      expect(peers).toEqual([]);
    }
  });

  test('the log shows its newest entries, in short', () => {
    const [{ log, lastIndex }] = leaders as [NodeSight];
    expect(log).toHaveLength(12);
    expect(log.at(-1)?.index).toBe(lastIndex);
    expect(log.some(({ text }) => text.startsWith('put '))).toBe(true);
    expect(log.every(({ text }) => text.length <= 60)).toBe(true);
  });

  test('nothing is lost on the wire', () => {
    for (const sight of sights) {
      expect(NodeSight.decode(NodeSight.encode(sight).finish())).toEqual(sight);
    }
  });
});
