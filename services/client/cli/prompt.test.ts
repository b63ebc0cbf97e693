import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { NodeRole } from '#rpc/generated/relevo/v1/session';
import { Prompt } from './prompt.js';
import { settingsFor } from './settings.js';
import { TestWorld } from './testing/test-world.js';
import { ExitCode } from './exit-code.js';
import { VERBS } from './verbs/index.js';
import type { Verb } from './verb.js';

const ENTER = '\r';
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const TAB = '\t';

/** A prompt at a keyboard, and what stands on its screen. */
class Desk {
  readonly world = new TestWorld();
  readonly prompt: Prompt;
  readonly ended: Promise<ExitCode>;
  readonly #input = new PassThrough();
  #screen = '';

  constructor(folder: string, more: readonly Verb[] = []) {
    this.world.isTerminal = true;
    this.world.environment = { NO_COLOR: '1' };
    const output = new PassThrough();
    output.on('data', (data: Buffer) => {
      this.#screen += data.toString('utf8');
    });
    const show = (data: string | Uint8Array): void => {
      this.#screen += Buffer.from(data as string).toString('utf8');
    };
    const shown = { write: show, isTerminal: true, columns: 80 };
    const { version, program, environment, directory, connect, openStatus } = this.world;
    const world = {
      version,
      program,
      environment,
      directory,
      connect,
      openStatus,
      stdout: shown,
      stderr: shown,
      readInput: () => this.world.readInput(),
      now: () => this.world.now(),
    };
    this.prompt = new Prompt({
      world,
      settings: settingsFor(['127.0.0.1:1'], world),
      verbs: [...VERBS, ...more],
      historyFile: join(folder, 'history'),
      input: this.#input,
      output,
    });
    this.ended = this.prompt.run();
  }

  /** Types, and waits until the screen shows `expected` behind what stood there. */
  async type(keys: string, expected: string): Promise<string> {
    const before = this.#screen.length;
    this.#input.write(keys);
    return this.shows(expected, before);
  }

  async shows(expected: string, from = 0): Promise<string> {
    while (!this.#screen.slice(from).includes(expected)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#screen.slice(from);
  }
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-prompt-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the prompt', () => {
  test('R54 takes set 1 1 and get 1, over one connection, and ends with Ctrl+D', async () => {
    const desk = new Desk(folder);
    await desk.shows('relevo> ');

    await desk.type(`set 1 1${ENTER}`, 'OK rev 2');
    await desk.shows('relevo> ');
    expect(await desk.type(`get 1${ENTER}`, 'relevo> ')).toContain('1\n');
    expect(await desk.type(`get 2${ENTER}`, 'relevo> ')).toContain('no such key: 2');

    await desk.type(CTRL_D, '');
    expect(await desk.ended).toBe(ExitCode.ok);
    expect(desk.world.dialled).toHaveLength(1);
  });

  test('shows who leads, in which term', async () => {
    const desk = new Desk(folder);
    await desk.shows('relevo> ');
    desk.world.cluster = {
      clusterId: 'c',
      servedBy: 'proxy',
      queued: 0,
      nodes: [leader('ada', 3)],
    };

    expect(await desk.type(ENTER, 'relevo[ada★ t3]> ')).toContain('ada★ t3');

    desk.prompt.close();
    await desk.ended;
  });

  test('R56 Ctrl+C ends what runs, then clears what is typed, then ends the prompt', async () => {
    const desk = new Desk(folder);
    await desk.shows('relevo> ');
    await desk.type(`watch${ENTER}`, 'from rev 1');

    await desk.type(CTRL_C, 'relevo> ');
    await desk.type('set half', 'set half');
    await desk.type(CTRL_C, '^C');
    await desk.type(`get${ENTER}`, 'missing required argument');
    await desk.shows('relevo> ');
    await desk.type(CTRL_C, '');

    expect(await desk.ended).toBe(ExitCode.ok);
    expect(desk.world.node.revision).toBe(1);
  });

  test('completes commands, and keys by their beginning', async () => {
    const desk = new Desk(folder);
    await desk.shows('relevo> ');
    await desk.type(`set apple 1${ENTER}`, 'OK rev 2');

    await desk.type(`clu${TAB}`, 'cluster');
    await desk.type(CTRL_C, '^C');
    expect(await desk.type(`get app${TAB}`, 'get apple')).toContain('get apple');

    desk.prompt.close();
    await desk.ended;
  });

  test('takes verbs that are handed in, and survives one that breaks', async () => {
    const broken: Verb = {
      name: 'kill',
      usage: '<node>',
      summary: 'end a node',
      completes: 'node',
      run: () => Promise.reject(new Error('a mistake of ours')),
    };
    const desk = new Desk(folder, [broken]);
    await desk.shows('relevo> ');

    await desk.type(`kill ada${ENTER}`, 'a mistake of ours');
    expect(await desk.type(`help${ENTER}`, 'Exit codes')).toContain('kill <node>');
    await desk.type(`exit${ENTER}`, '');

    expect(await desk.ended).toBe(ExitCode.ok);
  });

  test('remembers its lines for the next one', async () => {
    const desk = new Desk(folder);
    await desk.shows('relevo> ');
    await desk.type(`set 1 1${ENTER}`, 'OK rev 2');
    await desk.type(`exit${ENTER}`, '');
    await desk.ended;

    const next = new Desk(folder);
    await next.shows('relevo> ');
    await next.type('\x1b[A', 'exit');
    expect(await next.type('\x1b[A', 'set 1 1')).toContain('set 1 1');
    next.prompt.close();
    await next.ended;
  });

  test('- is refused, for the input is the keyboard', async () => {
    const desk = new Desk(folder);
    await desk.shows('relevo> ');

    expect(await desk.type(`set 1 -${ENTER}`, 'can not be read')).toContain('can not be read');

    desk.prompt.close();
    await desk.ended;
  });
});

function leader(name: string, term: number) {
  return {
    connected: true,
    silentMs: 0,
    reads: 0,
    writes: 0,
    address: '127.0.0.1:6787',
    state: {
      nodeId: 6787,
      name,
      role: NodeRole.NODE_ROLE_LEADER,
      term,
      leader: 6787,
      lastIndex: 1,
      commitIndex: 1,
      appliedIndex: 1,
      checkpointIndex: 0,
      revision: 1,
      healthy: true,
      incarnation: 'x',
      address: '127.0.0.1:6787',
      dataDirectory: '/nowhere',
      processId: 1,
      voters: 1,
      release: '0.1.0',
      protocolMin: 1,
      protocolMax: 1,
      formatMax: 1,
      formatLevel: 1,
    },
  };
}
