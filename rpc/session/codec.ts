/**
 * SessionRequests and SessionReplies (session.proto) to bytes and back, without the generated codec,
 * which costs some four times as much for an operation: it keeps every nested length in a chunk of its own
 * and takes each 64-bit number through a string. Greeting, Welcome and NodeState are rare, and stay with it.
 */
import { Greeting, NodeState, Welcome } from '#rpc/generated/relevo/v1/session';
import { BATCH_BYTES_MAX } from '../transport/channel.js';
import {
  ENUM_MAX,
  fieldBytes,
  MalformedMessage,
  numberBytes,
  UINT32_MAX,
  varintBytes,
  WireReader,
  WireWriter,
} from '../transport/wire.js';
import { NO_BYTES, type NodeState as State, type Reply, type Request } from './frames.js';

/** What one message from a client or proxy holds. */
export interface RequestsMessage {
  greeting: Greeting | null;
  requests: Request[];
}

/** What one message from a proxy or node holds. */
export interface RepliesMessage {
  welcome: Welcome | null;
  replies: Reply[];
  state: State | null;
}

/** The same codec by the frames' type, in which roles are plain numbers. */
const STATE_CODEC: { encode(state: State): { finish(): Uint8Array } } = NodeState;

export type Emit = (message: Buffer) => void;

export function encodeGreeting(greeting: Greeting): Buffer {
  return rareField(0x0a, Greeting.encode(greeting).finish());
}

export function encodeWelcome(welcome: Welcome): Buffer {
  return rareField(0x0a, Welcome.encode(welcome).finish());
}

export function encodeState(state: State): Buffer {
  return rareField(0x1a, STATE_CODEC.encode(state).finish());
}

/** Emits the requests in order, in messages of at most about BATCH_BYTES_MAX (a larger one goes alone). */
export function encodeRequests(requests: readonly Request[], emit: Emit): void {
  encodeBatches(requests, requestBytes, writeRequest, emit);
}

/** Emits the replies in order, in messages of at most about BATCH_BYTES_MAX (a larger one goes alone). */
export function encodeReplies(replies: readonly Reply[], emit: Emit): void {
  encodeBatches(replies, replyBytes, writeReply, emit);
}

/** Throws MalformedMessage. Payloads are views of `message`. */
export function decodeRequests(message: Buffer): RequestsMessage {
  const reader = new WireReader(message);
  const decoded: RequestsMessage = { greeting: null, requests: [] };
  while (reader.position < reader.length) {
    const tag = reader.varint();
    if (tag === 0x12) decoded.requests.push(readRequest(reader));
    else if (tag === 0x0a) decoded.greeting = rare(Greeting, reader.data());
    else reader.skip(tag);
  }
  return decoded;
}

/** Throws MalformedMessage. Payloads are views of `message`. */
export function decodeReplies(message: Buffer): RepliesMessage {
  const reader = new WireReader(message);
  const decoded: RepliesMessage = { welcome: null, replies: [], state: null };
  while (reader.position < reader.length) {
    const tag = reader.varint();
    if (tag === 0x12) decoded.replies.push(readReply(reader));
    else if (tag === 0x1a) decoded.state = rare(NodeState, reader.data());
    else if (tag === 0x0a) decoded.welcome = rare(Welcome, reader.data());
    else reader.skip(tag);
  }
  return decoded;
}

/** Of the message inside its field, which is field 2 of both batches. */
function encodeBatches<Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
  write: (writer: WireWriter, item: Item) => void,
  emit: Emit,
): void {
  let first = 0;
  while (first < items.length) {
    const sizes: number[] = [];
    let total = 0;
    for (let at = first; at < items.length; at += 1) {
      const size = bytesOf(items[at] as Item);
      const framed = 1 + varintBytes(size) + size;
      if (sizes.length > 0 && total + framed > BATCH_BYTES_MAX) break;
      sizes.push(size);
      total += framed;
    }
    const writer = new WireWriter(total);
    for (const size of sizes) {
      writer.varint(0x12);
      writer.varint(size);
      write(writer, items[first++] as Item);
    }
    emit(writer.bytes);
  }
}

/** Size of a request's message. */
export function requestBytes(request: Request): number {
  return (
    numberBytes(request.id) +
    numberBytes(request.kind) +
    numberBytes(request.session) +
    numberBytes(request.sequence) +
    numberBytes(request.lowestAwaited) +
    numberBytes(request.timeoutMs) +
    numberBytes(request.minRevision) +
    fieldBytes(request.payload.length) +
    numberBytes(request.partsMax)
  );
}

function writeRequest(writer: WireWriter, request: Request): void {
  writer.number(0x08, request.id);
  writer.number(0x10, request.kind);
  writer.number(0x18, request.session);
  writer.number(0x20, request.sequence);
  writer.number(0x28, request.lowestAwaited);
  writer.number(0x30, request.timeoutMs);
  writer.number(0x38, request.minRevision);
  writer.data(0x42, request.payload);
  writer.number(0x48, request.partsMax);
}

function readRequest(reader: WireReader): Request {
  const end = reader.end();
  const request: Request = {
    id: 0,
    kind: 0,
    session: 0,
    sequence: 0,
    lowestAwaited: 0,
    timeoutMs: 0,
    minRevision: 0,
    payload: NO_BYTES,
    partsMax: 0,
  };
  while (reader.position < end) {
    const tag = reader.varint();
    if (tag === 0x08) request.id = reader.varint();
    else if (tag === 0x10) request.kind = reader.narrow(ENUM_MAX);
    else if (tag === 0x18) request.session = reader.varint();
    else if (tag === 0x20) request.sequence = reader.varint();
    else if (tag === 0x28) request.lowestAwaited = reader.varint();
    else if (tag === 0x30) request.timeoutMs = reader.narrow(UINT32_MAX);
    else if (tag === 0x38) request.minRevision = reader.varint();
    else if (tag === 0x42) request.payload = reader.data();
    else if (tag === 0x48) request.partsMax = reader.narrow(UINT32_MAX);
    else reader.skip(tag);
  }
  if (reader.position !== end) throw new MalformedMessage('a request in it is cut short');
  return request;
}

function replyBytes(reply: Reply): number {
  return (
    numberBytes(reply.id) +
    numberBytes(reply.outcome) +
    fieldBytes(reply.payload.length) +
    fieldBytes(textBytes(reply.code)) +
    fieldBytes(textBytes(reply.message)) +
    numberBytes(reply.session) +
    numberBytes(reply.servedBy) +
    (reply.linearizable ? 2 : 0) +
    (reply.more ? 2 : 0) +
    numberBytes(reply.leader) +
    numberBytes(reply.part)
  );
}

function writeReply(writer: WireWriter, reply: Reply): void {
  writer.number(0x08, reply.id);
  writer.number(0x10, reply.outcome);
  writer.data(0x1a, reply.payload);
  writer.text(0x22, reply.code, textBytes(reply.code));
  writer.text(0x2a, reply.message, textBytes(reply.message));
  writer.number(0x30, reply.session);
  writer.number(0x38, reply.servedBy);
  writer.number(0x40, reply.linearizable ? 1 : 0);
  writer.number(0x48, reply.more ? 1 : 0);
  writer.number(0x50, reply.leader);
  writer.number(0x58, reply.part);
}

function readReply(reader: WireReader): Reply {
  const end = reader.end();
  const reply: Reply = {
    id: 0,
    outcome: 0,
    payload: NO_BYTES,
    code: '',
    message: '',
    session: 0,
    servedBy: 0,
    linearizable: false,
    more: false,
    leader: 0,
    part: 0,
  };
  while (reader.position < end) {
    const tag = reader.varint();
    if (tag === 0x08) reply.id = reader.varint();
    else if (tag === 0x10) reply.outcome = reader.narrow(ENUM_MAX);
    else if (tag === 0x1a) reply.payload = reader.data();
    else if (tag === 0x22) reply.code = reader.text();
    else if (tag === 0x2a) reply.message = reader.text();
    else if (tag === 0x30) reply.session = reader.varint();
    else if (tag === 0x38) reply.servedBy = reader.narrow(UINT32_MAX);
    else if (tag === 0x40) reply.linearizable = reader.varint() !== 0;
    else if (tag === 0x48) reply.more = reader.varint() !== 0;
    else if (tag === 0x50) reply.leader = reader.narrow(UINT32_MAX);
    else if (tag === 0x58) reply.part = reader.narrow(UINT32_MAX);
    else reader.skip(tag);
  }
  if (reader.position !== end) throw new MalformedMessage('a reply in it is cut short');
  return reply;
}

/** Most replies have no text at all. */
function textBytes(text: string): number {
  return text === '' ? 0 : Buffer.byteLength(text, 'utf8');
}

function rareField(tag: number, message: Uint8Array): Buffer {
  // An empty message still has to be there: a greeting of nothing but defaults is a greeting.
  const writer = new WireWriter(1 + varintBytes(message.length) + message.length);
  writer.varint(tag);
  writer.varint(message.length);
  writer.bytes.set(message, writer.position);
  return writer.bytes;
}

function rare<Message>(codec: { decode(bytes: Uint8Array): Message }, bytes: Uint8Array): Message {
  try {
    return codec.decode(bytes);
  } catch (error) {
    throw new MalformedMessage(`its head can't be read (${(error as Error).message})`);
  }
}
