/** The attacker's process, seen from here: one order at a time. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Finding, Targets } from './attacks/attack.js';
import type { Order, Played } from './attacker.js';

const PROGRAM = fileURLToPath(new URL('attacker.js', import.meta.url));

export class AttackerProcess {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  play(attack: string, targets: Targets): Promise<readonly Finding[]> {
    const order: Order = { attack, targets };
    return new Promise((resolve, reject) => {
      const died = (): void => {
        reject(new Error(`the attacker's process ended within ${attack}`));
      };
      this.#child.once('exit', died);
      this.#child.once('message', (played: Played) => {
        this.#child.off('exit', died);
        resolve(played.findings);
      });
      this.#child.send(order);
    });
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
