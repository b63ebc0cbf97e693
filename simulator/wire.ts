/** The production codecs as a wire for the simulator. Not pure: entry points hand it in. */
import { PeerMessage as WirePeerMessage } from '#rpc/generated/relevo/v1/peer';
import {
  NodeState as WireState,
  Reply as WireReply,
  Request as WireRequest,
} from '#rpc/generated/relevo/v1/session';
import type { NodeState, Reply, Request } from '#rpc/session/frames';
import { fromWire, toWire } from '#node';
import type { Wire } from './codecs.js';
import { wirePayloads } from './wire-payloads.js';

export const productionWire: Wire = {
  payloads: wirePayloads,
  encodePeer: (message, sender) => WirePeerMessage.encode(toWire(message, sender)).finish(),
  decodePeer: (bytes) => fromWire(WirePeerMessage.decode(bytes)),
  request: travelling<Request>(WireRequest),
  reply: travelling<Reply>(WireReply),
  state: travelling<NodeState>(WireState),
};

/** The frames have the shapes of the generated messages; their enums are plain numbers. */
interface Codec<Frame> {
  encode(frame: Frame): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Frame;
}

function travelling<Frame>(codec: Codec<Frame>): (frame: Frame) => Frame {
  return (frame) => codec.decode(codec.encode(frame).finish());
}
