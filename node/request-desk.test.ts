/** The desk by itself: a test plays the leader, the peers and the clock. */
import { Store } from '#kv';
import { nodeId } from '#raft';
import { Outcome, RequestKind, emptyReply, type Reply, type Request } from '#rpc/session/frames';
import type { PeerMessage, Ports } from './ports.js';
import { noFigures, type ReplicaConfig } from './replica-config.js';
import { RequestDesk } from './request-desk.js';
import type { Standing } from './standing.js';
import { protobufPayloads } from './wire/payload-codec.js';

const CLIENT = 7;

class Bench {
  readonly sent: { readonly to: number; readonly message: PeerMessage }[] = [];
  readonly replies: Reply[] = [];
  connected = true;
  readonly desk: RequestDesk;
  private readonly standing: Standing = {
    role: 'follower',
    leader: nodeId(2),
    store: new Store(),
    duties: null,
    caughtUp: true,
    stopping: false,
    failure: null,
  };

  constructor() {
    const ports: Ports = {
      codec: protobufPayloads,
      disk: { submit: () => undefined },
      network: {
        send: (to, message) => {
          if (this.connected) this.sent.push({ to, message });
          return this.connected;
        },
        reply: (connection, replies) => {
          expect(connection).toBe(CLIENT);
          this.replies.push(...replies);
        },
        unread: () => 0,
        publish: () => undefined,
      },
      report: () => undefined,
    };
    const config = { nodeId: nodeId(1), name: 'ada', seed: 5, readTimeoutMs: 30_000 };
    this.desk = new RequestDesk(config as ReplicaConfig, ports, noFigures());
  }

  write(id: number, now = 0): void {
    const request: Request = {
      ...{ id, kind: RequestKind.write, payload: new Uint8Array(0), session: 3, sequence: id },
      ...{ lowestAwaited: 1, timeoutMs: 0, minRevision: 0, partsMax: 0 },
    };
    this.desk.request(CLIENT, request, this.standing, now);
    this.settle(now);
  }

  settle(now: number): void {
    this.desk.answerReads(this.standing.store, now);
    this.desk.flush();
  }

  /** The ids under which requests were forwarded. */
  get forwarded(): number[] {
    return this.sent.flatMap(({ message }) =>
      message.type === 'forward-request' ? [message.id] : [],
    );
  }
}

test('R33 what can not be sent on is answered not done at once, not after its whole time', () => {
  const bench = new Bench();
  bench.connected = false;
  bench.write(1);
  expect(bench.replies).toMatchObject([{ id: 1, outcome: Outcome.notDone, code: 'no-leader' }]);
  expect(bench.replies[0]?.message).toContain("can't reach node 2");
  expect([bench.desk.waiting, bench.desk.deadline]).toEqual([0, Infinity]);
});

test('R33 the answer to a forwarded request is taken from the peer that was asked alone', () => {
  const bench = new Bench();
  bench.write(1);
  const [id = 0] = bench.forwarded;
  expect(bench.sent).toMatchObject([{ to: 2 }]);
  bench.desk.forwardReply(nodeId(3), id, emptyReply(id, Outcome.ok));
  bench.settle(1);
  expect([bench.replies, bench.desk.waiting]).toEqual([[], 1]);
  bench.desk.forwardReply(nodeId(2), id, emptyReply(id, Outcome.ok));
  bench.desk.forwardReply(nodeId(2), id, emptyReply(id, Outcome.ok));
  bench.settle(2);
  expect(bench.replies).toMatchObject([{ id: 1, outcome: Outcome.ok }]);
});

test('R33 a broken stream makes unknown what is with that peer, and nothing else', () => {
  const bench = new Bench();
  bench.write(1);
  bench.desk.peerBroken(nodeId(3));
  bench.settle(1);
  expect(bench.replies).toEqual([]);
  bench.desk.peerBroken(nodeId(2));
  bench.settle(2);
  expect(bench.replies).toMatchObject([{ id: 1, outcome: Outcome.unknown }]);
  const [id = 0] = bench.forwarded;
  bench.desk.forwardReply(nodeId(2), id, emptyReply(id, Outcome.ok));
  bench.settle(3);
  expect(bench.replies).toHaveLength(1);
});
