import { connect } from 'node:net';
import { Client, credentials, status } from '@grpc/grpc-js';
import { closeAll, closeLater, dial, okOf, repliesIn, serve } from './loopback.js';

afterEach(closeAll);

describe('bad input', () => {
  test('a stream that never greets is ended with the remedy', async () => {
    const { address } = await serve({ greetingTimeoutMs: 50 });
    const end = await raw(address, []);
    expect(end.code).toBe(status.DEADLINE_EXCEEDED);
    expect(end.details).toMatch(/no greeting came within 50 ms; the first message/);
  });

  test('requests before a greeting are refused', async () => {
    const { address, journal } = await serve();
    const end = await raw(address, [Buffer.from([0x12, 2, 0x08, 1])]);
    expect(end).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(end.details).toMatch(/first message has to carry a greeting/);
    expect(journal.entries).toEqual([]);
  });

  test('a malformed message ends its own stream alone, and says what is wrong', async () => {
    const { address, opened, journal } = await serve();
    const healthy = dial(address);
    const connection = await opened();
    const end = await raw(address, [Buffer.from([0x0a, 0xff, 0x01])]);
    expect(end).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(end.details).toMatch(/message of 3 bytes is malformed: .*session\.proto/);
    connection.reply([okOf(1)]);
    await healthy.journal.until((all) => repliesIn(all).length === 1);
    expect(journal.entries.map(({ type }) => type)).toEqual(['opened']);
  });

  test('a message over the limit ends its own stream alone', async () => {
    const { address } = await serve();
    const end = await raw(address, [Buffer.alloc(4 * 1024 * 1024 + 1)]);
    expect(end.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  test('one connection too many is turned away', async () => {
    const { address, opened } = await serve({ connectionsMax: 1 });
    dial(address);
    await opened();
    const end = await dial(address).lost();
    expect(end.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(end.message).toMatch(/1 connections, which is its limit/);
  });

  test('what is no HTTP/2 at all leaves the server standing', async () => {
    const { address, opened } = await serve();
    const [host, port] = address.split(':');
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), host, () => socket.end('GET / HTTP/1.1\r\n\r\n'));
      socket.on('close', () => resolve());
      socket.on('error', () => undefined);
      socket.resume();
    });
    dial(address);
    await expect(opened()).resolves.toMatchObject({ name: 'test' });
  });
});

/** A call that sends these bytes as its messages; resolves to the status it ends with. */
async function raw(address: string, messages: Buffer[]) {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
  });
  closeLater(() => client.close());
  const same = (message: Buffer): Buffer => message;
  const call = client.makeBidiStreamRequest('/relevo.v1.Session/Connect', same, same);
  return new Promise<{ code: number; details: string }>((resolve) => {
    call.on('data', () => undefined);
    call.on('error', () => undefined);
    call.on('status', resolve);
    for (const message of messages) call.write(message);
  });
}
