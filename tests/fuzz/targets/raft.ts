/** The consensus core among peers that send garbage of the right shape. */
import { InvariantBroken, type Effect, type Message } from '#raft';
import { messageFlaw } from '../../../raft/message-flaw.js';
import { entriesOf, Solo } from '../../../raft/testing/solo.js';
import { logIndex, term } from '#raft';
import { dataOfPiece, mutateData, pieceOfData } from '../mutations/data.js';
import { someMessage } from '../sources/messages.js';
import { checkCounts, checkSame, checkWords, holds, plain, type Target } from '../target.js';

interface Told {
  readonly from: number;
  readonly message: Message;
  /** Time that passes before it, ms. */
  readonly waitMs: number;
}

/** A follower of 2, a candidate, or a leader of term 3, with five entries of which three are committed. */
function start(role: unknown): Solo {
  const vote = { term: term(2), votedFor: null };
  const solo = new Solo(
    {},
    { entries: entriesOf([1, 1, 1, 2, 2]), commitIndex: logIndex(3), vote },
  );
  if (role === 'follower') return solo;
  solo.step({ type: 'campaign' });
  solo.from(2, { type: 'pre-vote-reply', term: term(2), granted: true, proposedTerm: term(3) });
  if (role === 'candidate') return solo;
  solo.from(2, { type: 'vote-reply', term: term(3), granted: true });
  solo.propose('"x":1');
  return solo;
}

const isTold = (value: unknown): value is Told =>
  typeof value === 'object' && value !== null && 'message' in value && 'waitMs' in value;

export const raft: Target = {
  name: 'raft',
  about:
    'core messages with any numbers: what messageFlaw refuses changes nothing, the rest corrupts nothing',
  weight: 4,
  shows: 'text',
  make(random) {
    const role = random.pick(['follower', 'candidate', 'leader', 'leader']);
    const told = Array.from({ length: random.integer(1, 8) }, (): Told => {
      const message = someMessage(random);
      return {
        from: random.pick([2, 3, 3, 4, 1]),
        message: random.chance(0.5) ? mutateData(random, message) : message,
        waitMs: random.pick([0, 0, 0, 90, 1_500]),
      };
    });
    return [role, ...told].map(pieceOfData);
  },
  take([role, ...pieces]) {
    const solo = start(dataOfPiece(role));
    let refused = 0;
    for (const told of pieces.map(dataOfPiece).filter(isTold)) {
      try {
        checkEffects(solo.wait(told.waitMs));
        const flaw = messageFlaw(told.message);
        const before = flaw === null ? '' : stateOf(solo);
        checkEffects(solo.from(told.from, told.message));
        if (flaw === null) continue;
        refused += 1;
        checkWords(flaw);
        checkSame(stateOf(solo), before, `refused (${flaw}), and it changed something`);
      } catch (error) {
        // Two leaders of a term, or what is committed contradicted: a node that is told so has to stop.
        if (!(error instanceof InvariantBroken)) throw error;
        checkWords(error.message);
        return 'refused';
      }
    }
    return refused > 0 ? 'refused' : 'accepted';
  },
};

/** Without the clock: hearing garbage takes time as well. */
function stateOf(solo: Solo): string {
  const {
    now: _now,
    effects: _effects,
    ...state
  } = solo.raft.dump() as unknown as Record<string, unknown>;
  return plain(state);
}

function checkEffects(effects: readonly Effect[]): void {
  for (const effect of effects) {
    switch (effect.type) {
      case 'send': {
        const flaw = messageFlaw(effect.message);
        holds(
          flaw === null,
          () => `it sends a ${effect.message.type} that is flawed itself: ${flaw}`,
        );
        break;
      }
      case 'decision':
        checkWords(effect.text);
        break;
      case 'append-log':
        for (const { index, term: of } of effect.entries) checkCounts([index, of], 'its log');
        break;
      case 'persist-vote':
        checkCounts([effect.vote.term, effect.vote.votedFor], 'its vote');
        break;
      case 'commit':
        checkCounts(effect.index, 'its commit index');
        break;
      default:
        break;
    }
  }
}
