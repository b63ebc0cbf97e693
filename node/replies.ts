/** The replies of a turn, gathered for each connection so that they leave in one batch. */
import type { Applied, OperationResult, Pair, RangeResult, Refused } from '#kv';
import { emptyReply, Outcome, type Reply, type ReplyCode } from '#rpc/session/frames';
import type { ConnectionId, PayloadCodec } from './ports.js';

/** A reply's payload is cut into parts of about so many bytes, all of one revision. */
const PART_BYTES = 1 << 20;
/** A message between us holds 4 MiB: a payload beyond would break the stream that it is sent on. */
const PAYLOAD_BYTES_MAX = (4 << 20) - (64 << 10);

export class Replies {
  readonly #nodeId: number;
  readonly #codec: PayloadCodec;
  #gathered = new Map<ConnectionId, Reply[]>();
  #bytes = 0;

  constructor(nodeId: number, codec: PayloadCodec) {
    this.#nodeId = nodeId;
    this.#codec = codec;
  }

  /** What applying a write came to. */
  applied(connection: ConnectionId, id: number, applied: Applied): void {
    switch (applied.kind) {
      case 'refused':
        this.refused(connection, id, applied);
        return;
      case 'session-opened': {
        const reply = this.#ok(id);
        reply.session = applied.session;
        this.#add(connection, reply);
        return;
      }
      case 'done':
        this.#add(connection, this.#ok(id));
        return;
      case 'put':
      case 'range':
      case 'delete':
      case 'txn':
        this.#appliedResult(connection, id, applied);
    }
  }

  read(
    connection: ConnectionId,
    id: number,
    result: OperationResult | Refused,
    linearizable: boolean,
  ): void {
    if (result.kind === 'refused') {
      this.refused(connection, id, result);
    } else if (result.kind === 'range') {
      let number = 0;
      for (const [part, more] of partsOf(result)) {
        this.part(connection, id, { result: part, number, more }, linearizable);
        number += 1;
      }
    } else {
      const payload = this.#codec.encodeResult(result);
      if (payload.length <= PAYLOAD_BYTES_MAX) this.#payload(connection, id, payload, linearizable);
      else {
        const message = `${tooLarge(payload)} Ask for less at a time.`;
        this.refused(connection, id, { code: 'too-large', message });
      }
    }
  }

  /** One part of a long answer; `number` came before it, and others follow if there is `more`. */
  part(
    connection: ConnectionId,
    id: number,
    part: { readonly result: RangeResult; readonly number: number; readonly more: boolean },
    linearizable: boolean,
  ): void {
    const payload = this.#codec.encodeResult(part.result);
    const reply = this.#payload(connection, id, payload, linearizable);
    reply.part = part.number;
    reply.more = part.more;
  }

  done(connection: ConnectionId, id: number): void {
    this.#add(connection, this.#ok(id));
  }

  refused(
    connection: ConnectionId,
    id: number,
    refusal: { readonly code: ReplyCode; readonly message: string },
  ): void {
    this.#add(connection, this.#error(id, Outcome.refused, refusal.code, refusal.message));
  }

  /** It did not happen and will not: safe to send again. `leader` is who leads, if that is the point. */
  notDone(
    connection: ConnectionId,
    id: number,
    code: ReplyCode,
    message: string,
    leader = 0,
  ): void {
    const reply = this.#error(id, Outcome.notDone, code, message);
    reply.leader = leader;
    this.#add(connection, reply);
  }

  unknown(connection: ConnectionId, id: number, code: ReplyCode, message: string): void {
    this.#add(connection, this.#error(id, Outcome.unknown, code, message));
  }

  /** Passes on a reply that another node made. */
  forwarded(connection: ConnectionId, id: number, reply: Reply): void {
    this.#add(connection, { ...reply, id });
  }

  /** Of the payloads that are gathered. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Everything gathered; empties this. */
  take(): ReadonlyMap<ConnectionId, Reply[]> {
    const gathered = this.#gathered;
    this.#bytes = 0;
    if (gathered.size > 0) this.#gathered = new Map();
    return gathered;
  }

  #ok(id: number): Reply {
    const reply = emptyReply(id, Outcome.ok);
    reply.servedBy = this.#nodeId;
    return reply;
  }

  #error(id: number, outcome: number, code: ReplyCode, message: string): Reply {
    const reply = emptyReply(id, outcome);
    reply.servedBy = this.#nodeId;
    reply.code = code;
    reply.message = message;
    return reply;
  }

  /** A write that was done is said to be done, even where what it read is more than a message holds. */
  #appliedResult(connection: ConnectionId, id: number, result: OperationResult): void {
    const whole = this.#codec.encodeResult(result);
    const fits = whole.length <= PAYLOAD_BYTES_MAX;
    const payload = fits ? whole : this.#codec.encodeResult(withoutWhatWasRead(result));
    this.#payload(connection, id, payload, true);
  }

  #payload(
    connection: ConnectionId,
    id: number,
    payload: Uint8Array,
    linearizable: boolean,
  ): Reply {
    const reply = this.#ok(id);
    reply.payload = payload;
    reply.linearizable = linearizable;
    this.#bytes += payload.length;
    this.#add(connection, reply);
    return reply;
  }

  #add(connection: ConnectionId, reply: Reply): void {
    const replies = this.#gathered.get(connection);
    if (replies === undefined) this.#gathered.set(connection, [reply]);
    else replies.push(reply);
  }
}

/** In the form of a repeated write whose reads are gone. */
function withoutWhatWasRead(result: OperationResult): OperationResult {
  switch (result.kind) {
    case 'put':
      return { ...result, previous: null, readGone: true };
    case 'range':
      return { ...result, pairs: [], readGone: true };
    case 'delete':
      return { ...result, previous: [], readGone: true };
    case 'txn':
      return { ...result, results: [], readGone: true };
  }
}

function tooLarge({ length }: Uint8Array): string {
  return `the answer has ${length} bytes, more than the ${PAYLOAD_BYTES_MAX} that fit into one message.`;
}

/** A range's pairs in parts of about a megabyte; the last part is marked by `more` being false. */
export function* partsOf(result: RangeResult): Generator<[RangeResult, boolean]> {
  let from = 0;
  let bytes = 0;
  for (let i = 0; i < result.pairs.length; i++) {
    const size = sizeOf(result.pairs[i]);
    if (i > from && bytes + size > PART_BYTES) {
      yield [{ ...result, pairs: result.pairs.slice(from, i) }, true];
      from = i;
      bytes = 0;
    }
    bytes += size;
  }
  yield [from === 0 ? result : { ...result, pairs: result.pairs.slice(from) }, false];
}

function sizeOf(pair: Pair | undefined): number {
  const numbers = 40;
  return pair === undefined ? 0 : pair.key.length + pair.value.length + numbers;
}
