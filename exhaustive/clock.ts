/**
 * Time, taken out of the core's state. README.md says why this loses nothing: a step reads the clock
 * for one comparison at most, so that it suffices to take each step at each of a few moments.
 */
import type { RaftConfig, RaftState } from '#raft';
import { nodeId, type Rules } from '#raft';

/** The time of every state between two steps, and of every stamp in it. */
const NOW = 1_000_000;
const HEARTBEAT_MS = 100;
const ELECTION_MS = 1000;

/** `at-once`: no time has passed; `heartbeat`: a heartbeat's; `silence`: more than any timeout. */
export type Moment = 'at-once' | 'heartbeat' | 'silence';

const PASSED: Readonly<Record<Moment, number>> = {
  'at-once': 0,
  heartbeat: HEARTBEAT_MS,
  silence: 1000 * ELECTION_MS,
};

export const momentTime = (moment: Moment): number => NOW + PASSED[moment];

/** Everything that chance or time would decide in it is decided by the search. */
export function configOf(node: number, rules: Rules, maxBatchBytes: number): RaftConfig {
  return {
    id: nodeId(node),
    electionTimeoutMsMin: ELECTION_MS,
    electionTimeoutMsMax: ELECTION_MS,
    heartbeatMs: HEARTBEAT_MS,
    seed: 1,
    hints: false,
    commitDelayMs: 0,
    maxBatchBytes,
    rules,
  };
}

const stamp = (time: number | null): number | null => (time === null ? null : NOW);

/** The same state as if all that it remembers had happened just now; the generator at its start. */
export function timeless(state: RaftState): RaftState {
  const { timers, leadership } = state;
  return {
    ...state,
    now: NOW,
    random: 0,
    timers: {
      ...timers,
      electionDue: NOW + ELECTION_MS,
      leaderHeardAt: stamp(timers.leaderHeardAt),
    },
    leadership:
      leadership === null
        ? null
        : {
            ...leadership,
            heartbeatDue: NOW + HEARTBEAT_MS,
            peers: leadership.peers.map((peer) => ({
              ...peer,
              probedAt: stamp(peer.probedAt),
              movedAt: NOW,
              lastHeard: NOW,
            })),
          },
  };
}
