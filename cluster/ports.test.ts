import { createServer, type Server } from 'node:net';
import { portHolder } from '#config';
import { chooseNodePorts, choosePort, isPortFree, portsFrom } from './ports.js';

const none = (): Promise<boolean> => Promise.resolve(true);
const without =
  (...busy: number[]) =>
  (port: number): Promise<boolean> =>
    Promise.resolve(!busy.includes(port));

describe('ports of the nodes', () => {
  test('R2 are 6787, 6788, 6789 where these are free, peers 10,000 and HTTP 20,000 above', async () => {
    expect(await chooseNodePorts(3, 'standard', none)).toEqual([
      { port: 6787, peerPort: 16787, httpPort: 26787 },
      { port: 6788, peerPort: 16788, httpPort: 26788 },
      { port: 6789, peerPort: 16789, httpPort: 26789 },
    ]);
  });

  test.each([6788, 16789, 26787])('move as a block when %s is busy', async (busy) => {
    const chosen = await chooseNodePorts(3, 'standard', without(busy));
    expect(chosen.map(({ port }) => port)).toEqual([6797, 6798, 6799]);
  });

  test('chosen at random stay below the ports of outgoing connections, and never overlap', async () => {
    for (let round = 0; round < 200; round += 1) {
      const chosen = await chooseNodePorts(5, 'random', none);
      const all = chosen.flatMap(({ port, peerPort, httpPort }) => [port, peerPort, httpPort]);
      expect(new Set(all).size).toBe(15);
      expect(Math.max(...all)).toBeLessThan(32_768);
      expect(chosen).toEqual(chosen.map(({ port }) => portsFrom(port)));
    }
  });

  test('chosen from a range stay in it, wherever the search begins', async () => {
    const range = { first: 7_000, end: 7_010 };
    for (let round = 0; round < 100; round += 1) {
      const block = (await chooseNodePorts(3, range, none)).map(({ port }) => port);
      const lone = await choosePort(2379, range, new Set([7_000, 7_001]), without(7_009));
      for (const port of [...block, lone]) {
        expect(port).toBeGreaterThanOrEqual(7_000);
        expect(port).toBeLessThan(7_010);
      }
      expect([7_000, 7_001, 7_009]).not.toContain(lone);
    }
  });

  test('without any free block there is an error that says so', async () => {
    await expect(chooseNodePorts(3, 'standard', () => Promise.resolve(false))).rejects.toThrow(
      'no 3 neighbouring ports are free',
    );
  });

  test("the proxy's moves to the next free one that nobody else was given", async () => {
    expect(await choosePort(2379, 'standard', new Set(), none)).toBe(2379);
    expect(await choosePort(2379, 'standard', new Set([2380]), without(2379))).toBe(2381);
  });

  test('no port that browsers, and fetch, refuse to talk to', async () => {
    expect(await choosePort(6_665, 'standard', new Set(), none)).toBe(6_670);
    await expect(fetch('http://127.0.0.1:6667/')).rejects.toMatchObject({
      cause: { message: 'bad port' },
    });
  });
});

describe('a port that is held', () => {
  let server: Server;
  let port: number;

  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('is not free, and is free again afterwards', async () => {
    expect(await isPortFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port)).toBe(true);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  });

  test('names its holder, or how to find it', () => {
    const expected = process.platform === 'linux' ? `process ${process.pid} (` : String(port);
    expect(portHolder(port)).toContain(expected);
  });
});
