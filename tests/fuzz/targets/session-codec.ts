/** The pipelined session's messages, both ways. */
import {
  decodeReplies,
  decodeRequests,
  encodeGreeting,
  encodeReplies,
  encodeRequests,
  encodeState,
  encodeWelcome,
} from '../../../rpc/session/codec.js';
import { MalformedMessage } from '../../../rpc/transport/wire.js';
import type { Random } from '../../../simulator/random.js';
import { joined, splice } from '../mutations/bytes.js';
import { mutateWire } from '../mutations/wire.js';
import { someGreeting, someReply, someRequest, someState, someWelcome } from '../sources/frames.js';
import {
  checkCounts,
  checkSame,
  holds,
  plain,
  unlessRefused,
  type Input,
  type Target,
} from '../target.js';

type Encode<Item> = (items: readonly Item[], emit: (message: Buffer) => void) => void;

/** Empty for no items. */
export function bytesOfAll<Item>(encode: Encode<Item>, items: readonly Item[]): Uint8Array {
  const messages: Buffer[] = [];
  encode(items, (message) => messages.push(message));
  return joined(...messages);
}

export function someRequestsMessage(random: Random): Uint8Array {
  const requests = Array.from({ length: random.below(4) }, (_, at) => someRequest(random, at + 1));
  const greeting = random.chance(0.3) ? encodeGreeting(someGreeting(random)) : new Uint8Array(0);
  return joined(greeting, bytesOfAll(encodeRequests, requests));
}

export function someRepliesMessage(random: Random): Uint8Array {
  const replies = Array.from({ length: random.below(4) }, (_, at) => someReply(random, at + 1));
  const welcome = random.chance(0.3) ? encodeWelcome(someWelcome(random)) : new Uint8Array(0);
  const state = random.chance(0.3) ? encodeState(someState(random)) : new Uint8Array(0);
  return joined(welcome, bytesOfAll(encodeReplies, replies), state);
}

function mutated(random: Random, some: (random: Random) => Uint8Array): Input {
  if (random.chance(0.05)) return [some(random)];
  if (random.chance(0.1)) return [splice(random, some(random), some(random))];
  return [mutateWire(random, some(random))];
}

const bufferOf = ([message]: Input): Buffer => Buffer.from(message ?? new Uint8Array(0));

export const sessionRequests: Target = {
  name: 'session-requests',
  about:
    'requests of clients: MalformedMessage or frames that can be sent on, and come back the same',
  weight: 10,
  shows: 'hex',
  make: (random) => mutated(random, someRequestsMessage),
  take(input) {
    const message = bufferOf(input);
    const decoded = unlessRefused(() => decodeRequests(message), MalformedMessage);
    if (decoded === null) return 'refused';
    checkCounts(decoded.requests, 'a request');
    const { requests } = decoded;
    const size = requests.reduce((sum, { payload }) => sum + payload.length, 0);
    holds(size <= message.length, () => `payloads of ${size} bytes out of ${message.length}`);
    const again = decodeRequests(Buffer.from(bytesOfAll(encodeRequests, requests)));
    checkSame(again.requests, requests, 'encoded and decoded again it is another');
    return 'accepted';
  },
};

export const sessionReplies: Target = {
  name: 'session-replies',
  about:
    'replies, states and welcomes of nodes: MalformedMessage, or frames that come back the same',
  weight: 10,
  shows: 'hex',
  make: (random) => mutated(random, someRepliesMessage),
  take(input) {
    const decoded = unlessRefused(() => decodeReplies(bufferOf(input)), MalformedMessage);
    if (decoded === null) return 'refused';
    const { replies, state, welcome } = decoded;
    checkCounts(replies, 'a reply');
    const again = decodeReplies(Buffer.from(bytesOfAll(encodeReplies, replies)));
    checkSame(again.replies, replies, 'encoded and decoded again it is another');
    if (state !== null) {
      const same = decodeReplies(encodeState(state)).state;
      holds(plain(same) === plain(state), () => `state ${plain(state)} becomes ${plain(same)}`);
    }
    if (welcome !== null) {
      checkSame(decodeReplies(encodeWelcome(welcome)).welcome, welcome, 'another welcome');
    }
    return 'accepted';
  },
};
