import { createServer, type AddressInfo } from 'node:net';
import { ListenError, listenError, portHolder } from '#config';

async function busyPort(use: (port: number, error: Error) => void): Promise<void> {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  const error = await new Promise<Error>((resolve) => {
    createServer().once('error', resolve).listen(port, '127.0.0.1');
  });
  use(port, error);
  await new Promise((resolve) => holder.close(resolve));
}

test('a busy port names the setting, the holder and the remedy', async () => {
  await busyPort((port, error) => {
    const explained = listenError(error, 'PORT', '127.0.0.1', port);
    expect(explained).toBeInstanceOf(ListenError);
    expect(explained.message).toMatch(
      new RegExp(
        `^127\\.0\\.0\\.1:${port} \\(PORT\\) is in use by .*; end that, or set another PORT$`,
      ),
    );
    const own =
      process.platform === 'linux' ? `process ${process.pid} (` : 'another process (see: ';
    expect(explained.message).toContain(own);
    expect(portHolder(port)).toContain(own);
  });
});

test('a port that nobody holds tells how to look', () => {
  expect(portHolder(1)).toMatch(/^another process \(see: (lsof|netstat)/);
});

test.each([
  ['listen EACCES: permission denied 127.0.0.1:80', /may not listen on 127\.0\.0\.1:80 \(PORT\)/],
  ['listen EADDRNOTAVAIL: 9.9.9.9', /no address of this machine/],
])('%s is explained', (text, expected) => {
  const explained = listenError(new Error(text), 'PORT', '127.0.0.1', 80);
  expect(explained).toBeInstanceOf(ListenError);
  expect(explained.message).toMatch(expected);
});

test('what is not about listening comes back as it is', () => {
  const error = new Error('something else');
  expect(listenError(error, 'PORT', 'a', 1)).toBe(error);
  expect(listenError('text', 'PORT', 'a', 1).message).toBe('text');
});
