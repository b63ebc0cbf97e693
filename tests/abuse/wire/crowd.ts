/** Many connections that all do the same: opened a few at a time, and asked what became of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { RawConnection, type Target } from './raw-connection.js';

interface CrowdOptions {
  /** Default true. */
  readonly acknowledges?: boolean;
  /** Between two of them, so that two cores are left to the others; default 1. */
  readonly everyMs?: number;
}

const STEP_MS = 50;

export class Crowd {
  readonly #each: RawConnection[] = [];

  /** Opens so many; `act` is what each does at once. */
  static async of(
    target: Target,
    count: number,
    act: (connection: RawConnection, number: number) => void,
    { acknowledges = true, everyMs = 1 }: CrowdOptions = {},
  ): Promise<Crowd> {
    const crowd = new Crowd();
    for (let number = 0; number < count; number += 1) {
      const connection = new RawConnection(target, { acknowledges });
      crowd.#each.push(connection);
      act(connection, number);
      await pause(everyMs);
    }
    return crowd;
  }

  get size(): number {
    return this.#each.length;
  }

  get closed(): number {
    return this.#each.filter(({ isClosed }) => isClosed).length;
  }

  /** Those that were told something, by GOAWAY or in plain text. */
  get told(): readonly string[] {
    return this.#each.flatMap(({ farewell, text }) => {
      if (farewell !== null && farewell.text !== '') return [farewell.text];
      return text.startsWith('HTTP/1.1') ? [statusAndBody(text)] : [];
    });
  }

  get text(): string {
    return this.#each.find(({ text }) => text !== '')?.text ?? '';
  }

  /** Until the other side has closed all of them; false if it has not within `limitMs`. */
  async allClosed(limitMs: number): Promise<boolean> {
    const end = performance.now() + limitMs;
    while (this.closed < this.size && performance.now() < end) await pause(STEP_MS);
    return this.closed === this.size;
  }

  /** After `stopReading`. */
  readOn(): void {
    for (const connection of this.#each) connection.readOn();
  }

  resetAll(): void {
    for (const connection of this.#each) connection.reset();
  }
}

function statusAndBody(text: string): string {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return `${head.split('\r\n', 1)[0] ?? ''} ${body.trim()}`.trim();
}
