/** Answers for the private zone over UDP (RFC 1035): A records of it, and that there is nothing else. */
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';

export interface AddressRecord {
  readonly address: string;
  readonly ttlSeconds: number;
}

const HEADER_BYTES = 12;
const TYPE_A = 1;
const ANSWER_AUTHORITATIVE = 0x8400;
const NO_SUCH_NAME = 3;

/** `find` takes a name in small letters, without its last dot. */
export async function serveNames(
  address: string,
  find: (name: string) => AddressRecord | undefined,
): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const answer = answerTo(message, find);
    if (answer !== null) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, address, resolve);
  });
  return socket;
}

/** Null: no question that a resolver would send. */
export function answerTo(
  message: Buffer,
  find: (name: string) => AddressRecord | undefined,
): Buffer | null {
  if (message.length < HEADER_BYTES || message.readUInt16BE(4) !== 1) return null;
  const question = readName(message);
  if (question === null || message.length < question.end + 4) return null;
  const record = find(question.name.toLowerCase());
  const hasAnswer = record !== undefined && message.readUInt16BE(question.end) === TYPE_A;
  const header = Buffer.alloc(HEADER_BYTES);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(ANSWER_AUTHORITATIVE | (record === undefined ? NO_SUCH_NAME : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(hasAnswer ? 1 : 0, 6);
  const asked = message.subarray(HEADER_BYTES, question.end + 4);
  return Buffer.concat([header, asked, ...(hasAnswer ? [recordBytes(record)] : [])]);
}

function readName(message: Buffer): { readonly name: string; readonly end: number } | null {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return null;
    at += 1;
    if (length === 0) return { name: labels.join('.'), end: at };
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
}

/** Its name is a pointer to the question's. */
function recordBytes({ address, ttlSeconds }: AddressRecord): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  bytes.writeUInt16BE(TYPE_A, 2);
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt32BE(ttlSeconds, 6);
  bytes.writeUInt16BE(4, 10);
  Buffer.from(address.split('.').map(Number)).copy(bytes, 12);
  return bytes;
}
