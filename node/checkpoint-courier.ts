/** Reads the pieces of a checkpoint that the core wants sent, and sends them. */
import type { CheckpointMeta, NodeId, Raft, RaftEvent, Term } from '#raft';
import type { Storage } from '#storage';
import type { Network } from './ports.js';

const CHUNK_BYTES = 256 * 1024;

interface Piece {
  readonly to: NodeId;
  readonly term: Term;
  readonly checkpoint: CheckpointMeta;
}

/** As plain data. */
export interface CourierState {
  readonly pieces: readonly (readonly [number, Piece])[];
  readonly nextToken: number;
}

export class CheckpointCourier {
  readonly #storage: Storage;
  readonly #network: Network;
  readonly #chunkBytes: number;
  /** Being read, by the token of the read. */
  readonly #pieces: Map<number, Piece>;
  #nextToken: number;

  constructor(
    storage: Storage,
    network: Network,
    chunkBytes = CHUNK_BYTES,
    { pieces, nextToken }: CourierState = { pieces: [], nextToken: 1 },
  ) {
    this.#storage = storage;
    this.#network = network;
    this.#chunkBytes = chunkBytes;
    this.#pieces = new Map(pieces);
    this.#nextToken = nextToken;
  }

  dump(): CourierState {
    return { pieces: [...this.#pieces], nextToken: this.#nextToken };
  }

  fetch(piece: Piece, offset: number): void {
    const token = this.#nextToken++;
    this.#pieces.set(token, piece);
    this.#storage.readCheckpoint(piece.checkpoint.index, offset, this.#chunkBytes, token);
  }

  /**
   * The storage has read it; it is sent if this node still leads in the same term. Returns what the core
   * has to hear: without data the file is gone.
   */
  deliver(token: number, offset: number, data: Uint8Array, raft: Raft): RaftEvent | null {
    const piece = this.#pieces.get(token);
    this.#pieces.delete(token);
    if (piece === undefined || raft.role !== 'leader' || raft.term !== piece.term) return null;
    const { to, term, checkpoint } = piece;
    if (data.length === 0) return { type: 'checkpoint-gone', to, index: checkpoint.index };
    const message = { type: 'checkpoint-chunk', term, checkpoint, offset, data } as const;
    this.#network.send(to, { type: 'raft', message });
    return null;
  }
}
