/** Reads the pieces of a checkpoint that the core wants sent, and sends them. */
import type { CheckpointMeta, NodeId, Raft, Term } from '#raft';
import type { Storage } from '#storage';
import type { Network } from './ports.js';

/** Each is asked for once the one before is stored: the fewer, the less of the time is spent waiting. */
const CHUNK_BYTES = 512 * 1024;

interface Piece {
  readonly to: NodeId;
  readonly term: Term;
  readonly checkpoint: CheckpointMeta;
}

export class CheckpointCourier {
  readonly #storage: Storage;
  readonly #network: Network;
  readonly #chunkBytes: number;
  /** Being read, by the token of the read. */
  readonly #pieces = new Map<number, Piece>();
  #nextToken = 1;

  constructor(storage: Storage, network: Network, chunkBytes = CHUNK_BYTES) {
    this.#storage = storage;
    this.#network = network;
    this.#chunkBytes = chunkBytes;
  }

  fetch(piece: Piece, offset: number): void {
    const token = this.#nextToken++;
    this.#pieces.set(token, piece);
    this.#storage.readCheckpoint(piece.checkpoint.index, offset, this.#chunkBytes, token);
  }

  /** The storage has read it; it is sent if this node still leads in the same term. */
  deliver(token: number, offset: number, data: Uint8Array, raft: Raft): void {
    const piece = this.#pieces.get(token);
    this.#pieces.delete(token);
    if (piece === undefined || raft.role !== 'leader' || raft.term !== piece.term) return;
    // No data: the file was replaced by a newer one meanwhile, with which the core starts over.
    if (data.length === 0) return;
    const { to, term, checkpoint } = piece;
    const message = { type: 'checkpoint-chunk', term, checkpoint, offset, data } as const;
    this.#network.send(to, { type: 'raft', message });
  }
}
