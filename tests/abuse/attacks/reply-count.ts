/** Counts the replies on a session's stream, by what they say. */
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeReplies } from '../../../rpc/session/codec.js';
import { Outcome } from '#rpc/session/frames';

const HEAD_BYTES = 5;
const LOOK_MS = 20;

export class ReplyCount {
  /** By code; `ok` for those that were carried out. */
  readonly byCode = new Map<string, number>();
  total = 0;
  /** Of the last session that was opened. */
  session = 0;
  #rest = Buffer.alloc(0);

  constructor(stream: Readable) {
    stream.on('data', (bytes: Buffer) => {
      this.#take(Buffer.concat([this.#rest, bytes]));
    });
  }

  /** How many there are once there are `count`, or `limitMs` is over. */
  async until(count: number, limitMs: number): Promise<number> {
    const end = performance.now() + limitMs;
    while (this.total < count && performance.now() < end) await pause(LOOK_MS);
    return this.total;
  }

  summary(): string {
    return [...this.byCode].map(([code, count]) => `${code} ${count}`).join(', ');
  }

  #take(bytes: Buffer): void {
    let at = 0;
    while (at + HEAD_BYTES <= bytes.length) {
      const end = at + HEAD_BYTES + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      for (const reply of decodeReplies(bytes.subarray(at + HEAD_BYTES, end)).replies) {
        if (reply.more) continue;
        this.total += 1;
        this.session = reply.session;
        const code = reply.outcome === Outcome.ok ? 'ok' : reply.code;
        this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
      }
      at = end;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
  }
}
