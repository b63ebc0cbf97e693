import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceManager } from './service-manager.js';

let directory = '';
const path = process.env['PATH'];

/** A `systemd-notify` that writes down what it is told. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-notify-'));
  const program = join(directory, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\necho "$@" >> ${join(directory, 'told')}\n`);
  chmodSync(program, 0o755);
  process.env['PATH'] = `${directory}${delimiter}${path ?? ''}`;
});

afterEach(() => {
  process.env['PATH'] = path;
  rmSync(directory, { recursive: true, force: true });
});

function told(): string[] {
  const file = join(directory, 'told');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

async function until(wanted: () => boolean): Promise<void> {
  for (let tries = 0; !wanted() && tries < 300; tries++) await sleep(10);
}

const PID = `--pid=${process.pid}`;

test('says that it serves, that it lives and that it stops', async () => {
  const manager = new ServiceManager({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '40000' });
  manager.ready('follower');
  await until(() => told().length >= 3);
  manager.stopping();
  await until(() => told().some((line) => line.includes('STOPPING')));
  manager.close();
  expect(told()[0]).toBe(`${PID} READY=1 STATUS=follower`);
  expect(told().filter((line) => line === `${PID} WATCHDOG=1`).length).toBeGreaterThanOrEqual(2);
  expect(told()).toContain(`${PID} STOPPING=1 STATUS=stopping`);
});

test.each([[{}], [{ NOTIFY_SOCKET: '', WATCHDOG_USEC: '40000' }]])(
  'says nothing where nobody asked: %j',
  async (environment) => {
    const manager = new ServiceManager(environment);
    manager.ready('follower');
    manager.stopping();
    await sleep(100);
    expect(told()).toEqual([]);
  },
);

test.each([
  [{ WATCHDOG_USEC: '0' }],
  [{ WATCHDOG_USEC: 'x' }],
  [{ WATCHDOG_USEC: '40000', WATCHDOG_PID: '1' }],
])('has no watchdog where it is none of its own: %j', async (environment) => {
  new ServiceManager({ NOTIFY_SOCKET: '/run/x', ...environment }).ready('follower');
  await until(() => told().length > 0);
  await sleep(100);
  expect(told()).toEqual([`${PID} READY=1 STATUS=follower`]);
});
