/**
 * What a steady load never does: clients that come, write and go; some that go without a word, so that their
 * sessions expire; and a few large values, which fill segments and make a checkpoint longer than one piece.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { RelevoError, type Relevo } from '#client';
import type { Cluster } from '#cluster';
import { dialSession, PeerKind } from '#rpc/session';
import { PROGRAM, spoken } from '#rpc/versions';
import { emptyReply, NO_BYTES, Outcome, RequestKind } from '#rpc/session/frames';
import { LoadRecord } from '../../../cluster/load-record.js';

const VISIT_EVERY_MS = 100;
/** Every so many visits one client leaves without closing its session. */
const ORPHAN_EVERY = 3;
const LARGE_EVERY_MS = 40;
const LARGE_BYTES = 64 * 1024;
/** Eight of them make a checkpoint of two pieces. */
const LARGE_KEYS = 8;
const ORPHAN_MS_MAX = 2_000;
const LARGE = 'x'.repeat(LARGE_BYTES);

export class Visitors {
  readonly record: LoadRecord;
  readonly #cluster: Cluster;
  readonly #large: Relevo;
  #isStopped = false;
  #going: readonly Promise<void>[] = [];

  constructor(cluster: Cluster, large: Relevo, prefix: string) {
    this.#cluster = cluster;
    this.#large = large;
    this.record = new LoadRecord(prefix);
  }

  start(): void {
    this.#going = [this.#visit(), this.#writeLarge()];
  }

  async stop(): Promise<LoadRecord> {
    this.#isStopped = true;
    await Promise.all(this.#going);
    return this.record;
  }

  async #visit(): Promise<void> {
    for (let visit = 0; !this.#isStopped; visit += 1) {
      if (visit % ORPHAN_EVERY === 0) await leaveOrphan(this.#cluster.endpoints[0] ?? '');
      else await this.#visitOnce(`${this.record.prefix}${String(visit)}`);
      await pause(VISIT_EVERY_MS);
    }
  }

  async #visitOnce(key: string): Promise<void> {
    let client: Relevo | null = null;
    try {
      client = await this.#cluster.connect({ name: 'visitor' });
      await client.put(key, key);
      this.record.putEnded(key, 'acknowledged');
    } catch (error) {
      this.record.putEnded(key, this.#failed(error).outcome);
    } finally {
      await client?.close();
    }
  }

  async #writeLarge(): Promise<void> {
    for (let write = 0; !this.#isStopped; write += 1) {
      const key = `large/${String(write % LARGE_KEYS)}`;
      try {
        await this.#large.put(key, LARGE);
      } catch (error) {
        this.#failed(error);
      }
      await pause(LARGE_EVERY_MS);
    }
  }

  #failed(error: unknown): RelevoError {
    if (!(error instanceof RelevoError)) throw error;
    this.record.failed(error.code, error.outcome, error.message);
    return error;
  }
}

/** Opens a session and hangs up. Where nobody answers, nothing is left behind. */
function leaveOrphan(address: string): Promise<void> {
  return new Promise((resolve) => {
    const leave = (): void => {
      clearTimeout(timer);
      stream.close();
      resolve();
    };
    const timer = setTimeout(leave, ORPHAN_MS_MAX);
    const greeting = {
      ...{ ...spoken(PROGRAM), kind: PeerKind.PEER_KIND_CLIENT },
      ...{ name: 'orphan', clusterId: '' },
    };
    const stream = dialSession(address, greeting, {
      connected: () => {
        const { id } = emptyReply(1, Outcome.ok);
        const kind = RequestKind.openSession;
        const numbers = { session: 0, sequence: 0, lowestAwaited: 0, minRevision: 0, partsMax: 0 };
        stream.send([{ id, kind, ...numbers, timeoutMs: ORPHAN_MS_MAX, payload: NO_BYTES }]);
      },
      lost: leave,
      state: () => undefined,
      replies: leave,
    });
  });
}
