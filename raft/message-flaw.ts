/**
 * What is wrong with a message's numbers, if anything. The transport checks shapes; a number out of
 * range must not get into the state even so.
 */
import type { Entry, LogPosition, Membership, Message } from './types.js';

/**
 * No cluster gets there by elections, were there one each millisecond. A message that speaks of a later term
 * would leave whoever believes it with no term to be elected in.
 */
const TERM_MAX = 2 ** 52;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isTerm = (value: number): boolean => isCount(value) && value <= TERM_MAX;
const isPosition = ({ index, term }: LogPosition): boolean => isCount(index) && isTerm(term);
const isMembership = ({ voters, learners }: Membership): boolean =>
  voters.every(isCount) && learners.every(isCount);

/** Null: nothing. */
export function messageFlaw(message: Message): string | null {
  if (!isTerm(message.term)) return `term ${String(message.term)} is out of range`;
  switch (message.type) {
    case 'append-request':
      return appendFlaw(message);
    case 'pre-vote-request':
    case 'vote-request':
      return isPosition(message.last) ? null : 'last position out of range';
    case 'append-reply':
      if (message.success) return isCount(message.matchIndex) ? null : 'match index out of range';
      if (!isCount(message.refusedIndex)) return 'refused index out of range';
      return isPosition(message.hint) ? null : 'hint out of range';
    case 'heartbeat-request':
      return isCount(message.commitIndex) && isCount(message.round) ? null : 'number out of range';
    case 'heartbeat-reply':
      return isCount(message.matchIndex) && isCount(message.round) ? null : 'number out of range';
    case 'read-index-request':
      return isCount(message.id) ? null : 'question id out of range';
    case 'read-index-reply':
      if (!isCount(message.id)) return 'question id out of range';
      return message.index === null || isCount(message.index) ? null : 'index out of range';
    case 'checkpoint-chunk':
      return chunkFlaw(message);
    case 'checkpoint-reply':
      return isCount(message.index) && isCount(message.offset) ? null : 'number out of range';
    case 'pre-vote-reply':
      return isTerm(message.proposedTerm) ? null : 'proposed term out of range';
    case 'vote-reply':
    case 'timeout-now':
      return null;
  }
}

function appendFlaw({
  term,
  previous,
  entries,
  commitIndex,
}: Message & { type: 'append-request' }): string | null {
  if (!isPosition(previous) || !isCount(commitIndex)) return 'number out of range';
  if (previous.term > term) return 'previous entry is of a later term';
  if (!isCount(previous.index + entries.length)) return 'index passes 2^53';
  let expected: number = previous.index;
  let newest: number = previous.term;
  for (const entry of entries) {
    expected += 1;
    if (entry.index !== expected) return `entry ${String(entry.index)} out of order`;
    if (entry.term !== newest) {
      if (!isCount(entry.term) || entry.term < newest) return termFlaw(entry);
      newest = entry.term;
    }
    if (entry.body.kind === 'membership' && !isMembership(entry.body.membership)) {
      return `membership in entry ${String(entry.index)} out of range`;
    }
  }
  return newest <= term ? null : `its last entry is of term ${String(newest)}, later than its own`;
}

const termFlaw = ({ index, term }: Entry): string =>
  `entry ${String(index)} has term ${String(term)}, out of order`;

function chunkFlaw({
  term,
  checkpoint,
  offset,
  data,
}: Message & { type: 'checkpoint-chunk' }): string | null {
  if (!isPosition(checkpoint) || !isCount(checkpoint.size) || !isCount(offset)) {
    return 'number out of range';
  }
  if (checkpoint.term > term) return 'checkpoint is of a later term';
  if (!isMembership(checkpoint.membership)) return 'membership out of range';
  return offset + data.length <= checkpoint.size ? null : 'chunk passes the end of its checkpoint';
}
