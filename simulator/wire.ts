/** The production codecs as a wire for the simulator. Not pure: entry points hand it in. */
import { PeerMessage as WirePeerMessage } from '#rpc/generated/relevo/v1/peer';
import {
  NodeState as WireState,
  Reply as WireReply,
  Request as WireRequest,
} from '#rpc/generated/relevo/v1/session';
import { fromWire, toWire } from '../node/wire/peer-codec.js';
import type { Wire } from './codecs.js';
import { jsonPayloads } from './payload.js';

export const productionWire: Wire = {
  payloads: jsonPayloads,
  encodePeer: (message, sender) => WirePeerMessage.encode(toWire(message, sender)).finish(),
  decodePeer: (bytes) => fromWire(WirePeerMessage.decode(bytes)),
  request: (request) => WireRequest.decode(WireRequest.encode(request).finish()),
  reply: (reply) => WireReply.decode(WireReply.encode(reply).finish()),
  state: (state) => WireState.decode(WireState.encode(state).finish()),
};
