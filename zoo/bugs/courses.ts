/** What hunts share in what they do not leave to the seed. */
import type { PlanOverrides } from '#simulator';

/** Of the shortest election timeout of any run, ms. */
export const SHORTEST_TIMEOUT_MS = 300;

/** Elections follow each other as fast as they can. */
export const SHORT_TERMS: PlanOverrides = {
  electionTimeoutMsMin: SHORTEST_TIMEOUT_MS,
  electionTimeoutMsMax: 2 * SHORTEST_TIMEOUT_MS,
  heartbeatMs: SHORTEST_TIMEOUT_MS / 10,
  fixedElectionTimeouts: false,
};
