/** Reads of much at once: their answers leave in slices, whatever the number of keys. */
import { encodeCommand, Store } from '#kv';
import { nodeId } from '#raft';
import { Operation } from '#rpc/generated/relevo/v1/kv';
import { Outcome, RequestKind, type Reply } from '#rpc/session/frames';
import type { Ports } from './ports.js';
import { noFigures, type ReplicaConfig } from './replica-config.js';
import { RequestDesk } from './request-desk.js';
import type { Standing } from './standing.js';
import { protobufPayloads } from './wire/payload-codec.js';

const CLIENT = 7;
const MEBIBYTE = 2 ** 20;

const keyOf = (n: number): string => `k${String(n).padStart(3, '0')}`;

function filled(keys: number, valueBytes: number): Store {
  const store = new Store();
  const put = { kind: 'put', value: 'v'.repeat(valueBytes), lease: 0, returnPrevious: false };
  const write = { kind: 'write', session: 0, sequence: 0, lowestAwaited: 0 } as const;
  for (let n = 1; n <= keys; n++) {
    const operation = { ...put, kind: 'put', key: keyOf(n) } as const;
    store.apply(n, encodeCommand({ ...write, operation }));
  }
  return store;
}

class Bench {
  /** Of each turn. */
  turns: Reply[][] = [];
  readonly desk: RequestDesk;
  readonly #standing: Standing;

  constructor(store: Store) {
    const ports: Ports = {
      codec: protobufPayloads,
      disk: { submit: () => undefined },
      network: {
        send: () => true,
        reply: (_, replies) => this.turns.push([...replies]),
        unread: () => 0,
        publish: () => undefined,
      },
      report: () => undefined,
    };
    const limits = {
      keyBytesMax: 4_096,
      valueBytesMax: MEBIBYTE,
      requestBytesMax: 2 * MEBIBYTE,
      txnOperationsMax: 128,
    };
    const config = { nodeId: nodeId(1), name: 'ada', seed: 5, readTimeoutMs: 30_000, limits };
    this.desk = new RequestDesk(config as ReplicaConfig, ports, noFigures());
    this.#standing = {
      ...{ role: 'follower', leader: nodeId(2), store, duties: null },
      ...{ caughtUp: true, stopping: false, failure: null },
    };
  }

  ask(id: number, key: string, rangeEnd = '', partsMax = 0): void {
    const kind = RequestKind.staleRead;
    const payload = Operation.encode({
      kind: {
        $case: 'range',
        value: {
          ...{ key: Buffer.from(key), rangeEnd: Buffer.from(rangeEnd), limit: 0, revision: 0 },
          ...{ keysOnly: false, countOnly: false, stale: false },
        },
      },
    }).finish();
    const numbers = { session: 0, sequence: 0, lowestAwaited: 0, timeoutMs: 0, minRevision: 0 };
    this.#handle({ id, kind, payload, ...numbers, partsMax });
  }

  say(id: number, kind: number, partsMax = 0): void {
    const numbers = { session: 0, sequence: 0, lowestAwaited: 0, timeoutMs: 0, minRevision: 0 };
    this.#handle({ id, kind, payload: new Uint8Array(0), ...numbers, partsMax });
  }

  settle(now: number): void {
    this.desk.answerReads(this.#standing.store, now);
    this.desk.flush();
  }

  /** Until nothing more comes. */
  run(): void {
    for (let now = 0; this.desk.waiting > 0 && now < 10_000; now += 5) this.settle(now);
  }

  #handle(request: Parameters<RequestDesk['request']>[1]): void {
    this.desk.request(CLIENT, request, this.#standing, 0);
  }
}

const bytesOf = (replies: readonly Reply[]): number =>
  replies.reduce((sum, { payload }) => sum + payload.length, 0);

test('a range of few keys with large values is answered in parts, in their order', () => {
  const bench = new Bench(filled(40, MEBIBYTE / 8));
  bench.ask(1, 'k', 'l');
  bench.run();
  const replies = bench.turns.flat();
  expect(replies.map(({ part }) => part)).toEqual(replies.map((_, at) => at));
  expect(replies.map(({ more }) => more)).toEqual(replies.map((_, at) => at < replies.length - 1));
  expect(bytesOf(replies)).toBeGreaterThan(40 * (MEBIBYTE / 8));
  for (const turn of bench.turns) expect(bytesOf(turn)).toBeLessThan(MEBIBYTE / 2);
});

test('many large answers asked for at once leave in turns of bounded size, each once', () => {
  const bench = new Bench(filled(60, MEBIBYTE - 100));
  for (let id = 1; id <= 60; id++) bench.ask(id, keyOf(id));
  bench.run();
  const ids = bench.turns.flat().map(({ id }) => id);
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  for (const turn of bench.turns) expect(bytesOf(turn)).toBeLessThan(12 * MEBIBYTE);
});

test('the parts that were not granted wait; cancelled, the answer ends in words', () => {
  const bench = new Bench(filled(40, MEBIBYTE / 8));
  bench.ask(1, 'k', 'l', 1);
  for (let now = 0; now < 100; now += 5) bench.settle(now);
  expect(bench.turns.flat()).toMatchObject([{ id: 1, part: 0, more: true }]);
  bench.say(1, RequestKind.grantParts, 1);
  for (let now = 100; now < 200; now += 5) bench.settle(now);
  expect(bench.turns.flat()).toHaveLength(2);
  bench.say(1, RequestKind.cancelParts);
  bench.say(1, RequestKind.cancelParts);
  bench.settle(200);
  expect(bench.turns.flat().slice(2)).toMatchObject([
    { id: 1, outcome: Outcome.notDone, code: 'cancelled', more: false },
  ]);
  expect(bench.desk.waiting).toBe(0);
});
