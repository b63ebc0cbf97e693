import type { Effect, RaftEvent, RaftState } from '#raft';
import { nodeId, Raft } from '#raft';
import type { Moment } from './clock.js';
import { momentTime, timeless } from './clock.js';
import type { NodeState } from './node-state.js';
import type { Case } from './testing/sample.js';
import { casesOf } from './testing/sample.js';

/** Numbers from 0 to `most`, the same each time. */
class Numbers {
  private state = 1;
  below(most: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * (most + 1));
  }
}

/** The same state with stamps as they may be in a life: up to four timeouts old. */
function aged(core: RaftState, numbers: Numbers): RaftState {
  const before = (): number => core.now - numbers.below(4000);
  const { timers, leadership } = core;
  return {
    ...core,
    random: numbers.below(2 ** 31),
    timers: {
      ...timers,
      electionDue: core.now + numbers.below(3000) - 1500,
      leaderHeardAt: timers.leaderHeardAt === null ? null : before(),
    },
    leadership: leadership && {
      ...leadership,
      heartbeatDue: core.now + numbers.below(200) - 100,
      peers: leadership.peers.map((peer) => ({
        ...peer,
        probedAt: peer.probedAt === null ? null : before(),
        movedAt: before(),
        lastHeard: before(),
      })),
    },
  };
}

const isSeen = ({ type }: Effect): boolean => type !== 'decision';

function outcome({ steps, node }: Case, core: RaftState, event: RaftEvent, now: number): string {
  const raft = Raft.load(steps.configOf(node.id), core);
  try {
    const effects = raft.step(event, now).filter(isSeen);
    return JSON.stringify([effects, timeless(raft.dump())]);
  } catch (error) {
    return String(error);
  }
}

function eventOf({ happening }: Case): { readonly event: RaftEvent; readonly moments: Moment[] } {
  if (happening.kind !== 'message') {
    return { event: { type: 'tick' }, moments: ['at-once', 'heartbeat', 'silence'] };
  }
  const { from, message } = happening.letter;
  return {
    event: { type: 'message', from: nodeId(from), message },
    moments: ['at-once', 'silence'],
  };
}

test('whatever time it is, a step is one of those that the search takes', () => {
  const numbers = new Numbers();
  const strange: { readonly node: NodeState; readonly event: RaftEvent }[] = [];
  const seen = new Set<number>();
  for (const each of casesOf(23)) {
    const { event, moments } = eventOf(each);
    const known = moments.map((moment) => outcome(each, each.node.core, event, momentTime(moment)));
    for (let life = 0; life < 5; life++) {
      const now = each.node.core.now + numbers.below(300);
      const found = known.indexOf(outcome(each, aged(each.node.core, numbers), event, now));
      if (found < 0) strange.push({ node: each.node, event });
      else seen.add(found);
    }
  }
  expect(strange.slice(0, 3)).toEqual([]);
  expect([...seen].sort()).toEqual([0, 1, 2]);
});
