/** The streams between nodes: messages and greetings, as bytes. */
import { fromWire } from '#node';
import { PeerGreeting, PeerMessage as WirePeerMessage } from '#rpc/generated/relevo/v1/peer';
import { LinesMalformed } from '#storage';
import { PROGRAM } from '#rpc/versions';
import type { PeerMessage } from '../../../node/ports.js';
import { MalformedMessage } from '../../../node/wire/peer-codec.js';
import { messageFlaw } from '../../../raft/message-flaw.js';
import { greetingMismatch } from '../../../rpc/peer/greeting.js';
import { splice } from '../mutations/bytes.js';
import { mutateWire } from '../mutations/wire.js';
import { somePeerMessage, wireOf } from '../sources/messages.js';
import { checkSame, checkText, checkWords, type Target } from '../target.js';

/** What the generated codec makes of bytes; its errors are plain ones, which the streams catch. */
export function decodedBy<Message>(
  codec: { decode(bytes: Uint8Array): Message },
  bytes: Uint8Array,
): Message | null {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    checkWords(error.message);
    return null;
  }
}

/** Null: the stream would drop it, with words that may be logged. */
export function peerMessageOf(bytes: Uint8Array): PeerMessage | null {
  const wire = decodedBy(WirePeerMessage, bytes);
  if (wire === null) return null;
  try {
    return fromWire(wire);
  } catch (error) {
    if (!(error instanceof MalformedMessage) && !(error instanceof LinesMalformed)) throw error;
    checkWords(error.message);
    return null;
  }
}

export const peerMessages: Target = {
  name: 'peer-messages',
  about: 'messages of peers: a documented error, or one message, which sent on is the same',
  weight: 8,
  shows: 'hex',
  make(random) {
    const bytes = wireOf(somePeerMessage(random));
    if (random.chance(0.1)) return [splice(random, bytes, wireOf(somePeerMessage(random)))];
    return [random.chance(0.05) ? bytes : mutateWire(random, bytes)];
  },
  take([bytes = new Uint8Array(0)]) {
    const message = peerMessageOf(bytes);
    if (message === null) return 'refused';
    const isFlawed = message.type === 'raft' && messageFlaw(message.message) !== null;
    if (isFlawed) return 'refused';
    checkSame(peerMessageOf(rechained(message)), message, 'sent on it is another');
    return 'accepted';
  },
};

/** Its entries with the chain of another log: what they say has to stay the same. */
const rechained = (message: PeerMessage): Uint8Array => wireOf(message);

const OURS: PeerGreeting = {
  ...{
    ...PROGRAM,
    formatLevel: 1,
    clusterId: 'a1b2c3d4',
    nodeId: 1,
    name: 'ada',
    storeId: '00112233',
  },
  ...{ incarnation: 'i1', hasHistory: true, toNodeId: 1, nodeList: '1=a:1,2=b:2,3=c:3' },
};

export const peerGreetings: Target = {
  name: 'peer-greetings',
  about: 'greetings of peers: let in, or turned away in words that may be logged',
  weight: 4,
  shows: 'hex',
  make(random) {
    const theirs = {
      ...OURS,
      nodeId: random.pick([2, 3, 4]),
      name: random.pick(['bob', 'cy', '']),
    };
    const bytes = new Uint8Array(PeerGreeting.encode(theirs).finish());
    return [random.chance(0.1) ? bytes : mutateWire(random, bytes)];
  },
  take([bytes = new Uint8Array(0)]) {
    const theirs = decodedBy(PeerGreeting, bytes);
    if (theirs === null) return 'refused';
    const mismatch = greetingMismatch(theirs, OURS);
    if (mismatch === null) return 'accepted';
    // Two lists of nodes may stand in it.
    checkText(mismatch, 20_000);
    return 'refused';
  },
};
