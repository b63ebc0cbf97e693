/**
 * The wire of production, for the worlds in which everything travels as bytes. It is handed in by the
 * entry points (wire.ts), because its codecs are no pure code.
 */
import type { NodeState, Reply, Request } from '#rpc/session/frames';
import type { PeerMessage, Storage } from './machines.js';
import type { WireCodec } from './payload.js';

export interface Wire {
  readonly payloads: WireCodec;
  /** Log lines travel as they stand in the sender's log... */
  encodePeer(message: PeerMessage, sender: Storage): Uint8Array;
  /** ...and are checked by the receiver. Throws what ends a stream. */
  decodePeer(bytes: Uint8Array): PeerMessage;
  /** Frames after a journey through bytes. */
  request(request: Request): Request;
  reply(reply: Reply): Reply;
  state(state: NodeState): NodeState;
}
