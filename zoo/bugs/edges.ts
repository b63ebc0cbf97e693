/** The proxy and the client: what is sent again, and whose answer it is. */
import type { Bug } from '../bug.js';
import { SENT_AND_GIVEN_UP } from './courses.js';
import { worldRules } from './wrong.js';

function lowestFree(isFree: (id: number) => boolean): number {
  let id = 1;
  while (!isFree(id)) id += 1;
  return id;
}

export const EDGE_BUGS: readonly Bug[] = [
  {
    name: 'resent-under-a-new-number',
    what: 'A client that lost its connection sends its writes again under new numbers.',
    rule: 'client keepsNumberWhenResent',
    source: 'requirements, "replaying queued requests doubles them"; dissertation, 6.3',
    hunt: {
      by: 'simulator',
      rules: worldRules({ session: { keepsNumberWhenResent: () => false } }),
    },
  },
  {
    name: 'everything-confirmed',
    what: 'A client confirms the answers to all its earlier writes, those that it still awaits too.',
    rule: 'client confirms',
    source: 'dissertation, 6.3 (the lowest sequence number awaited)',
    hunt: { by: 'simulator', rules: worldRules({ session: { confirms: (_, own) => own } }) },
  },
  {
    name: 'answer-of-another-request',
    what: 'The proxy uses the numbers of its requests again, and looks at no answer’s sender.',
    rule: 'router nextSending, answersFrom',
    source: 'etcd/raft 63903dd (ids reused by retries); grpc and HTTP/1.1 pipelining mix-ups',
    hunt: {
      by: 'simulator',
      rules: worldRules({
        router: { nextSending: (_, isFree) => lowestFree(isFree), answersFrom: () => true },
      }),
    },
  },
  {
    name: 'done-and-told-undone',
    what: 'A client calls a write "not done" because its last sending was not, though an earlier one may have been.',
    rule: 'client staysUnknownOnceSent',
    source: 'Jepsen, "indeterminate operations"; design, "Errors tell three things apart"',
    hunt: {
      by: 'simulator',
      rules: worldRules({ session: { staysUnknownOnceSent: () => false } }),
      course: SENT_AND_GIVEN_UP,
    },
  },
  {
    name: 'moved-after-expiry',
    what: 'A write that an expired session refused goes to a new one, though it may have been done in the old.',
    rule: 'client movesOnlyIfNeverDone',
    source: 'reliability, faults ("expired session: error, never re-apply"); dissertation, 6.3',
    hunt: {
      by: 'simulator',
      rules: worldRules({ session: { movesOnlyIfNeverDone: () => true } }),
      course: { fixed: { sessionTimeoutMs: 500 } },
    },
  },
];
