import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tailOfLog } from './log-tail.js';
import { ClusterProcess } from './process.js';

const POSIX = process.platform !== 'win32';

let folder: string;
let child: ClusterProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-process-'));
});

afterEach(async () => {
  if (child.state !== 'stopped') await child.kill();
  rmSync(folder, { recursive: true, force: true });
});

const logFile = (): string => join(folder, 'logs', 'ada.log');

/** A process that says `ready`, and does what `source` says. */
async function run(source: string): Promise<void> {
  const program = join(folder, 'program.mjs');
  writeFileSync(program, `${source}\nconsole.log('ready', process.env.NODE_ID);`);
  child = new ClusterProcess({
    name: 'ada',
    kind: 'node',
    program,
    environment: { NODE_ID: '6787' },
    workingDirectory: folder,
    logFile: logFile(),
  });
  await child.start();
  await logShows('ready 6787');
}

async function logShows(text: string): Promise<void> {
  await until(() => readFileSync(logFile(), 'utf8').includes(text));
}

/** jest's own time limit ends it if it never comes. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** `T` stands still. */
function stateOf(pid: number | null): string {
  if (process.platform !== 'linux') {
    return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).charAt(0);
  }
  return /State:\s+(\w)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? '';
}

const WAIT = 'setInterval(() => {}, 1e6);';
const ENDS_WITH_PIPE = `process.stdin.on('end', () => process.exit(0)).resume();`;

describe('a process of the cluster', () => {
  test('gets its settings, writes to its log, and ends with a signal that says so', async () => {
    await run(WAIT);
    expect(child.state).toBe('running');
    expect(child.pid).toBeGreaterThan(0);

    const exit = await child.kill();

    expect(exit).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect([child.state, child.pid, child.died]).toEqual(['stopped', null, false]);
  });

  test('that is stopped properly decides how it exits', async () => {
    await run(`${WAIT} process.on('SIGTERM', () => process.exit(0)); ${ENDS_WITH_PIPE}`);
    expect(await child.stop()).toMatchObject({ code: 0, signal: null });
  });

  test('that does not stop is killed after its time', async () => {
    await run(`${WAIT} process.on('SIGTERM', () => console.log('no'));`);
    expect(await child.stop(50)).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test('that ends by itself is known to have died, and its log says why', async () => {
    await run(
      `${WAIT} import { existsSync } from 'node:fs';
       setInterval(() => { if (existsSync('go')) { console.log('why'); process.exit(3); } }, 5);`,
    );
    let heard = 0;
    child.onExit(() => {
      heard += 1;
    });
    writeFileSync(join(folder, 'go'), '');

    await until(() => child.state === 'stopped');

    expect(child.died).toBe(true);
    expect(child.exit).toMatchObject({ code: 3 });
    expect(heard).toBe(1);
    expect(tailOfLog(logFile(), 1)).toBe('why');
  });

  test('can be started again, not twice, and is not signalled when it is gone', async () => {
    await run(WAIT);
    await expect(child.start()).rejects.toThrow('already runs');
    await child.kill();
    await expect(async () => child.kill()).rejects.toThrow('start it first');
    await child.start();
    expect(child.state).toBe('running');
  });

  test('stands still while it is paused, and goes on, or ends, from there', async () => {
    await run(`${WAIT} process.on('SIGTERM', () => process.exit(0));`);
    if (!POSIX) {
      expect(() => {
        child.pause();
      }).toThrow('no SIGSTOP');
      return;
    }
    child.pause();
    await until(() => stateOf(child.pid) === 'T');
    expect(child.state).toBe('paused');

    child.resume();
    await until(() => stateOf(child.pid) !== 'T');
    expect(child.state).toBe('running');

    child.pause();
    expect(await child.stop()).toMatchObject({ code: 0 });
  });
});

describe('the end of a log', () => {
  test('is its last whole lines, however long it is', async () => {
    await run(WAIT);
    const lines = Array.from({ length: 1_000 }, (_, number) => `line ${String(number)}`);
    writeFileSync(logFile(), `${lines.join('\n')}\n`);

    expect(tailOfLog(logFile(), 2)).toBe('line 998\nline 999');
    expect(tailOfLog(join(folder, 'none'))).toBe('');
  });
});
