/** The process that holds packets back (delay-relay.py), and the redirections into it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { run } from './command.js';
import { REPOSITORY } from './repository.js';

const PROGRAM = join(REPOSITORY, 'tests', 'nemesis', 'arena', 'delay-relay.py');

export class DelayRelay {
  #problem: string | null = null;

  private constructor(
    private readonly child: ChildProcess,
    private readonly enter: readonly string[],
    private readonly cables: readonly string[],
  ) {
    child.once('exit', (code, signal) => {
      this.#problem = `the delay relay ended (${signal ?? String(code)})`;
    });
  }

  static async start(enter: readonly string[], cables: readonly string[]): Promise<DelayRelay> {
    const [program = '', ...args] = [...enter, 'python3', PROGRAM, ...cables];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => {
        throw new Error('the delay relay could not start; what it said stands above');
      }),
    ]);
    const relay = new DelayRelay(child, enter, cables);
    for (const [number, cable] of cables.entries()) {
      await relay.inside('ip', 'link', 'set', `tap${number}`, 'up');
      await relay.inside('tc', 'qdisc', 'add', 'dev', cable, 'clsact');
    }
    return relay;
  }

  get problem(): string | null {
    return this.#problem;
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.stdin?.end();
    await gone;
  }

  async delay(cable: string, ms: number, jitterMs: number): Promise<() => Promise<void>> {
    this.child.stdin?.write(`${cable} ${ms} ${jitterMs}\n`);
    const tap = `tap${this.cables.indexOf(cable)}`;
    const everything = ['u32', 'match', 'u32', '0', '0'];
    const redirect = ['action', 'mirred', 'egress', 'redirect', 'dev', tap];
    const filter = ['dev', cable, 'egress', 'protocol', 'all', ...everything, ...redirect];
    await this.inside('tc', 'filter', 'add', ...filter);
    return async () => {
      await this.inside('tc', 'filter', 'del', 'dev', cable, 'egress');
    };
  }

  private async inside(...command: string[]): Promise<void> {
    const [program = '', ...args] = [...this.enter, ...command];
    await run(program, args);
  }
}
