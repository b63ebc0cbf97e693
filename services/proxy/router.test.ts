import {
  emptyReply,
  NO_BYTES,
  NodeRole,
  Outcome,
  RequestKind,
  type NodeState,
  type Reply,
  type Request,
} from '#rpc/session/frames';
import { Router } from './router.js';
import { ROUTER_RULES, type RouterRules } from './router/rules.js';
import {
  ROUTER_DEFAULTS,
  type RouterConfig,
  type RouterEvent,
  type RouterReport,
} from './router/types.js';

/** A router between scripted nodes and clients: everything that it sends is kept. */
class Bench {
  readonly router: Router;
  now = 1_000;
  readonly sent = new Map<number, Request[]>();
  readonly answers = new Map<number, Reply[]>();
  readonly reports: RouterReport[] = [];
  readonly config: RouterConfig;

  constructor(nodes: number[], config: Partial<RouterConfig> = {}, rules?: RouterRules) {
    this.config = { ...ROUTER_DEFAULTS, nodes, ...config };
    this.router = new Router(this.config, this.ports(), rules);
  }

  ports() {
    return {
      toNode: (node: number, requests: Request[]) => {
        this.sent.set(node, [...(this.sent.get(node) ?? []), ...requests]);
      },
      toClient: (connection: number, replies: Reply[]) => {
        this.answers.set(connection, [...(this.answers.get(connection) ?? []), ...replies]);
      },
      report: (report: RouterReport) => {
        this.reports.push(report);
      },
    };
  }

  handle(event: RouterEvent): void {
    this.router.handle(event, this.now);
  }

  connect(node: number, requestsMax = 0): void {
    const welcome = {
      protocol: 1,
      clusterId: 'c',
      name: `n${node}`,
      nodeId: node,
      requestsMax,
      bytesMax: 0,
      sessionTimeoutMs: 60_000,
    };
    this.handle({ type: 'node-connected', node, welcome });
  }

  state(node: number, change: Partial<NodeState>): void {
    this.handle({ type: 'node-state', node, state: nodeState(node, change) });
  }

  /** Node `leader` leads the others in `term`; all are connected. */
  elect(leader: number, term = 1): void {
    for (const node of this.config.nodes) {
      const link = this.router.view().nodes.find((view) => view.node === node);
      if (!link?.connected) this.connect(node);
    }
    for (const node of this.config.nodes) {
      this.state(node, { role: roleOf(node === leader), term, leader });
    }
  }

  /** Every connected node says again what it said. */
  heartbeat(except: number[] = []): void {
    for (const { node, state } of this.router.view().nodes) {
      if (state !== null && !except.includes(node))
        this.handle({ type: 'node-state', node, state });
    }
  }

  pass(ms: number): void {
    const end = this.now + ms;
    while (this.router.deadline() <= end) {
      this.now = Math.max(this.now, this.router.deadline());
      this.handle({ type: 'tick' });
      if (this.router.deadline() <= this.now) throw new Error('the deadline does not move on');
    }
    this.now = end;
  }

  /** Time passes while these nodes go on speaking every 100 ms. */
  passHeard(ms: number, except: number[] = []): void {
    for (let rest = ms; rest > 0; rest -= 100) {
      this.pass(Math.min(100, rest));
      this.heartbeat(except);
    }
  }

  request(connection: number, ...requests: Request[]): void {
    this.handle({ type: 'client-requests', connection, requests });
  }

  takeSent(node: number): Request[] {
    const requests = this.sent.get(node) ?? [];
    this.sent.delete(node);
    return requests;
  }

  takeAnswers(connection: number): Reply[] {
    const replies = this.answers.get(connection) ?? [];
    this.answers.delete(connection);
    return replies;
  }

  /** The node answers everything that it was sent. */
  answerAll(node: number): void {
    const replies = this.takeSent(node).map(({ id }) => reply(id, { servedBy: node }));
    if (replies.length > 0) this.handle({ type: 'node-replies', node, replies });
  }

  figures(node: number) {
    const view = this.router.view().nodes.find((candidate) => candidate.node === node);
    return { reads: view?.reads, writes: view?.writes, inFlight: view?.inFlight };
  }
}

function roleOf(leads: boolean): number {
  return leads ? NodeRole.leader : NodeRole.follower;
}

function nodeState(nodeId: number, change: Partial<NodeState>): NodeState {
  return {
    ...{ nodeId, name: `n${nodeId}`, role: NodeRole.follower, term: 1, leader: 0, lastIndex: 10 },
    ...{ commitIndex: 10, appliedIndex: 10, checkpointIndex: 0, revision: 5, healthy: true },
    ...{ incarnation: 'i', address: '', dataDirectory: '', processId: 1, voters: 3 },
    ...change,
  };
}

function reply(id: number, change: Partial<Reply> = {}): Reply {
  return { ...emptyReply(id, Outcome.ok), ...change };
}

function write(id: number, sequence = id, change: Partial<Request> = {}): Request {
  return {
    ...{ id, kind: RequestKind.write, session: 7, sequence, lowestAwaited: 1, timeoutMs: 0 },
    ...{ minRevision: 0, payload: new Uint8Array([id % 256]) },
    ...change,
  };
}

function read(id: number, change: Partial<Request> = {}): Request {
  return { ...write(id, 0), kind: RequestKind.read, session: 0, lowestAwaited: 0, ...change };
}

const sequences = (requests: Request[]): number[] => requests.map(({ sequence }) => sequence);
const codes = (replies: Reply[]) => replies.map(({ id, outcome, code }) => ({ id, outcome, code }));

function trio(config: Partial<RouterConfig> = {}): Bench {
  const bench = new Bench([1, 2, 3], config);
  bench.elect(1);
  bench.handle({ type: 'client-opened', connection: 50 });
  return bench;
}

describe('routing', () => {
  test('R46 writes and session housekeeping go to the leader', () => {
    const bench = trio();
    bench.request(
      50,
      write(1),
      write(2, 0, { kind: RequestKind.openSession, session: 0, payload: NO_BYTES }),
      write(3, 0, { kind: RequestKind.keepAlive }),
      write(4, 0, { kind: RequestKind.closeSession }),
    );
    expect(bench.takeSent(1).map(({ kind }) => kind)).toEqual([1, 4, 5, 6]);
    expect(bench.takeSent(2)).toEqual([]);
    expect(bench.takeSent(3)).toEqual([]);
  });

  test('R46 the payload, session, sequence and lowest awaited number pass unchanged', () => {
    const bench = trio();
    const sent = write(9, 12, {
      lowestAwaited: 4,
      timeoutMs: 700,
      payload: new Uint8Array([1, 2]),
    });
    bench.request(50, sent);
    const [passed] = bench.takeSent(1);
    expect(passed).toEqual({ ...sent, id: passed?.id });
  });

  test('R47 300 reads over two followers are 150, 150 and 0, one by one', () => {
    const bench = trio();
    for (let id = 1; id <= 300; id += 1) {
      bench.request(50, read(id));
      for (const node of [1, 2, 3]) bench.answerAll(node);
    }
    expect([1, 2, 3].map((node) => bench.figures(node).reads)).toEqual([0, 150, 150]);
    expect(bench.takeAnswers(50)).toHaveLength(300);
  });

  test('R47 300 reads in one batch, or in odd batches, are 150, 150 and 0 as well', () => {
    for (const size of [300, 7, 1, 100]) {
      const bench = trio();
      const reads = Array.from({ length: 300 }, (_, at) => read(at + 1));
      for (let at = 0; at < 300; at += size) bench.request(50, ...reads.slice(at, at + size));
      for (const node of [1, 2, 3]) bench.answerAll(node);
      expect([1, 2, 3].map((node) => bench.figures(node).reads)).toEqual([0, 150, 150]);
    }
  });

  test('R47 state pushes between the reads do not disturb the turn', () => {
    const bench = trio();
    for (let id = 1; id <= 300; id += 1) {
      bench.request(50, read(id));
      bench.state(2 + (id % 2), { leader: 1 });
      for (const node of [1, 2, 3]) bench.answerAll(node);
    }
    expect([1, 2, 3].map((node) => bench.figures(node).reads)).toEqual([0, 150, 150]);
  });

  test('R49 a node that is lost, silent, unhealthy or leaderless gets no more reads', () => {
    const changes: ((bench: Bench) => void)[] = [
      (bench) => bench.handle({ type: 'node-lost', node: 2 }),
      (bench) => bench.passHeard(400, [2]),
      (bench) => bench.state(2, { leader: 1, healthy: false }),
      (bench) => bench.state(2, { leader: 0 }),
      (bench) => bench.state(2, { leader: 1, role: NodeRole.learner }),
    ];
    for (const change of changes) {
      const bench = trio();
      change(bench);
      bench.request(50, read(1), read(2), read(3));
      expect(bench.takeSent(2)).toEqual([]);
      expect(bench.takeSent(3)).toHaveLength(3);
      expect(bench.router.view().readers).toEqual([3]);
    }
  });

  test('R49 a follower that lags leaves the rotation at once and comes back when caught up', () => {
    const bench = trio({ maxLagEntries: 5 });
    bench.state(1, { role: NodeRole.leader, leader: 1, commitIndex: 16 });
    bench.state(3, { leader: 1, appliedIndex: 16 });
    expect(bench.router.view().readers).toEqual([3]);
    bench.state(2, { leader: 1, appliedIndex: 11 });
    expect(bench.router.view().readers).toEqual([2, 3]);
  });

  test('R52 without a follower reads go to the leader if so configured, and else wait', () => {
    for (const readFromLeader of [true, false]) {
      const bench = trio({ readFromLeader });
      bench.handle({ type: 'node-lost', node: 2 });
      bench.handle({ type: 'node-lost', node: 3 });
      bench.request(50, read(1));
      expect(bench.takeSent(1)).toHaveLength(readFromLeader ? 1 : 0);
      if (readFromLeader) continue;
      bench.passHeard(15_100);
      expect(codes(bench.takeAnswers(50))).toEqual([
        { id: 1, outcome: Outcome.notDone, code: 'no-follower' },
      ]);
    }
  });

  test('R52 no majority: writes end at the queue time-out as not done, stale reads are served', () => {
    const bench = trio();
    bench.handle({ type: 'node-lost', node: 1 });
    bench.handle({ type: 'node-lost', node: 2 });
    bench.state(3, { leader: 0, term: 4, role: NodeRole.preCandidate });
    bench.request(50, write(1), read(2), read(3, { kind: RequestKind.staleRead }));
    bench.answerAll(3);
    expect(codes(bench.takeAnswers(50))).toEqual([{ id: 3, outcome: Outcome.ok, code: '' }]);
    bench.passHeard(15_100);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.notDone, code: 'no-leader' },
      { id: 2, outcome: Outcome.notDone, code: 'no-leader' },
    ]);
  });

  test('stale reads take turns among followers, and go to the leader when it is alone', () => {
    const bench = trio();
    const stale = (id: number) => read(id, { kind: RequestKind.staleRead });
    bench.request(50, ...[1, 2, 3, 4].map(stale));
    expect([1, 2, 3].map((node) => bench.takeSent(node).length)).toEqual([0, 2, 2]);
    bench.handle({ type: 'node-lost', node: 2 });
    bench.handle({ type: 'node-lost', node: 3 });
    bench.takeSent(1);
    bench.request(50, stale(5));
    expect(bench.takeSent(1).map(({ kind }) => kind)).toEqual([RequestKind.staleRead]);
  });

  test('R53 the leader is found from what the nodes say, the newest term wins', () => {
    const bench = trio();
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    bench.request(50, write(1));
    expect(bench.takeSent(1)).toEqual([]);
    expect(bench.takeSent(2)).toHaveLength(1);
    expect(bench.reports).toContainEqual({ type: 'leader', node: 2, term: 2 });
  });

  test('R53 nobody is written to who leads in an older term than one that had a leader', () => {
    const bench = trio();
    bench.state(3, { term: 5, leader: 2 });
    bench.request(50, write(1));
    for (const node of [1, 2, 3]) expect(bench.takeSent(node)).toEqual([]);
    bench.state(2, { role: NodeRole.leader, term: 5, leader: 2 });
    expect(bench.takeSent(2)).toHaveLength(1);
  });
});

describe('failover', () => {
  test('R50 writes in flight at a leader that dies go to the next one first, in order', () => {
    const bench = trio();
    bench.request(50, ...[1, 2, 3, 4, 5].map((id) => write(id)));
    const [first] = bench.takeSent(1);
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(first?.id ?? 0)] });
    bench.handle({ type: 'node-lost', node: 1 });
    bench.request(50, write(6), write(7));
    expect(bench.router.view().queued).toBe(6);
    expect(bench.takeSent(2)).toEqual([]);
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    const resent = bench.takeSent(2);
    expect(sequences(resent)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(resent.every(({ session }) => session === 7)).toBe(true);
    expect(codes(bench.takeAnswers(50))).toEqual([{ id: 1, outcome: Outcome.ok, code: '' }]);
  });

  test('R50 what comes back in several batches goes out again in order of arrival', () => {
    const bench = trio();
    bench.request(50, ...[1, 2, 3, 4].map((id) => write(id)));
    const sent = bench.takeSent(1);
    bench.request(50, write(5));
    for (const at of [2, 0, 3, 1]) {
      const id = sent[at]?.id ?? 0;
      const refusal = { outcome: Outcome.notDone, code: 'not-leader' };
      bench.handle({ type: 'node-replies', node: 1, replies: [reply(id, refusal)] });
    }
    bench.handle({ type: 'node-lost', node: 1 });
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(sequences(bench.takeSent(2))).toEqual([1, 2, 3, 4, 5]);
  });

  test('R50 a frozen leader keeps its writes until another leads, and is then not believed', () => {
    const bench = trio();
    bench.request(50, write(1), write(2));
    const old = bench.takeSent(1);
    bench.passHeard(900, [1]);
    expect(bench.figures(1).inFlight).toBe(2);
    bench.state(3, { role: NodeRole.leader, term: 2, leader: 3 });
    const resent = bench.takeSent(3);
    expect(sequences(resent)).toEqual([1, 2]);
    bench.handle({ type: 'node-replies', node: 1, replies: old.map(({ id }) => reply(id)) });
    expect(bench.takeAnswers(50)).toEqual([]);
    bench.handle({ type: 'node-replies', node: 3, replies: resent.map(({ id }) => reply(id)) });
    expect(codes(bench.takeAnswers(50)).map(({ id }) => id)).toEqual([1, 2]);
    expect(bench.router.view().resends).toBe(2);
  });

  test('a frozen leader that wakes up with nobody else leading answers its writes itself', () => {
    const bench = trio();
    bench.request(50, write(1));
    bench.passHeard(900, [1]);
    bench.request(50, write(2));
    expect(bench.takeSent(1)).toHaveLength(1);
    bench.state(1, { role: NodeRole.leader, leader: 1 });
    expect(sequences(bench.takeSent(1))).toEqual([2]);
    expect(bench.router.view().resends).toBe(0);
  });

  test('a deposed leader that still speaks has the node silence to answer its writes itself', () => {
    const bench = trio();
    bench.request(50, write(1), write(2));
    const [first] = bench.takeSent(1);
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(bench.takeSent(2)).toEqual([]);
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(first?.id ?? 0)] });
    expect(bench.takeAnswers(50)).toHaveLength(1);
    bench.passHeard(400);
    expect(sequences(bench.takeSent(2))).toEqual([2]);
  });

  test('R51 a dead follower’s reads are asked of another at once', () => {
    const bench = trio();
    bench.request(50, read(1), read(2));
    bench.takeSent(2);
    const [theirs] = bench.takeSent(3);
    bench.handle({ type: 'node-lost', node: 2 });
    const [again] = bench.takeSent(3);
    expect(again?.payload).toEqual(new Uint8Array([1]));
    bench.handle({
      type: 'node-replies',
      node: 3,
      replies: [reply(again?.id ?? 0), reply(theirs?.id ?? 0)],
    });
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([1, 2]);
  });

  test('R51 a frozen follower’s reads are asked of another after the node silence', () => {
    const bench = trio();
    bench.request(50, read(1), read(2));
    bench.takeSent(3);
    const [stuck] = bench.takeSent(2);
    bench.passHeard(400, [2]);
    const [again] = bench.takeSent(3);
    expect(again?.payload).toEqual(new Uint8Array([1]));
    bench.handle({ type: 'node-replies', node: 2, replies: [reply(stuck?.id ?? 0)] });
    expect(bench.takeAnswers(50)).toEqual([]);
    bench.handle({ type: 'node-replies', node: 3, replies: [reply(again?.id ?? 0)] });
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([1]);
  });

  test('a reply from another node than the one that was asked is ignored', () => {
    const bench = trio();
    bench.request(50, write(1));
    const [sent] = bench.takeSent(1);
    bench.handle({ type: 'node-replies', node: 2, replies: [reply(sent?.id ?? 0)] });
    expect(bench.takeAnswers(50)).toEqual([]);
    const twice = [reply(sent?.id ?? 0), reply(sent?.id ?? 0)];
    bench.handle({ type: 'node-replies', node: 1, replies: twice });
    expect(bench.takeAnswers(50)).toHaveLength(1);
  });

  test.each(['not-leader', 'no-leader', 'leader-changed', 'stopping', 'connection-lost'])(
    'a node’s "%s" is not passed on: the request waits for a leader',
    (code) => {
      for (const outcome of [Outcome.notDone, Outcome.unknown]) {
        const bench = trio();
        bench.request(50, write(1));
        const [sent] = bench.takeSent(1);
        const replies = [reply(sent?.id ?? 0, { outcome, code })];
        bench.handle({ type: 'node-replies', node: 1, replies });
        expect(bench.takeAnswers(50)).toEqual([]);
        expect(bench.takeSent(1)).toEqual([]);
        bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
        expect(sequences(bench.takeSent(2))).toEqual([1]);
      }
    },
  );

  test('a node that refused for want of a leader is asked again only after its next state', () => {
    const bench = trio();
    bench.handle({ type: 'node-lost', node: 3 });
    bench.request(50, read(1));
    const refuse = () => {
      const replies = bench
        .takeSent(2)
        .map(({ id }) => reply(id, { outcome: Outcome.notDone, code: 'no-leader' }));
      bench.handle({ type: 'node-replies', node: 2, replies });
    };
    refuse();
    expect(bench.takeSent(2)).toEqual([]);
    expect(bench.takeSent(1)).toHaveLength(1);
  });

  test('what a node can’t do, or a refusal, is passed on', () => {
    const bench = trio();
    bench.request(50, write(1), write(2), write(3));
    const [a, b, c] = bench.takeSent(1);
    const replies = [
      reply(a?.id ?? 0, { outcome: Outcome.notDone, code: 'disk-full', message: 'm' }),
      reply(b?.id ?? 0, { outcome: Outcome.refused, code: 'duplicate-key' }),
      reply(c?.id ?? 0, { outcome: Outcome.unknown, code: 'timeout' }),
    ];
    bench.handle({ type: 'node-replies', node: 1, replies });
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.notDone, code: 'disk-full' },
      { id: 2, outcome: Outcome.refused, code: 'duplicate-key' },
      { id: 3, outcome: Outcome.unknown, code: 'timeout' },
    ]);
  });

  test('R50 a write without a session that was sent is not sent twice: its outcome is unknown', () => {
    const bench = trio();
    bench.request(50, write(1, 0, { session: 0 }));
    bench.handle({ type: 'node-lost', node: 1 });
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.unknown, code: 'connection-lost' },
    ]);
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(bench.takeSent(2)).toEqual([]);
  });

  test('planted: without `resendsOnlyWithSession` such a write goes out twice', () => {
    const bench = new Bench([1, 2, 3], {}, { ...ROUTER_RULES, resendsOnlyWithSession: () => true });
    bench.elect(1);
    bench.handle({ type: 'client-opened', connection: 50 });
    bench.request(50, write(1, 0, { session: 0 }));
    bench.handle({ type: 'node-lost', node: 1 });
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    expect(bench.takeSent(2)).toHaveLength(1);
  });

  test('"session expired" is unknown for a write of which an earlier sending may have been done', () => {
    const bench = trio();
    bench.request(50, write(1), write(2));
    const expired = { outcome: Outcome.refused, code: 'session-expired' };
    const [first] = bench.takeSent(1);
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(first?.id ?? 0, expired)] });
    bench.handle({ type: 'node-lost', node: 1 });
    bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
    const [second] = bench.takeSent(2);
    bench.handle({ type: 'node-replies', node: 2, replies: [reply(second?.id ?? 0, expired)] });
    expect(bench.takeAnswers(50).map(({ outcome }) => outcome)).toEqual([
      Outcome.refused,
      Outcome.unknown,
    ]);
  });
});

describe('bounds', () => {
  test('R50 the queue is bounded in requests, and what overflows is told so', () => {
    const bench = new Bench([1], { queueRequestsMax: 3 });
    bench.handle({ type: 'client-opened', connection: 50 });
    bench.request(50, ...[1, 2, 3, 4, 5].map((id) => write(id)));
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 4, outcome: Outcome.notDone, code: 'overloaded' },
      { id: 5, outcome: Outcome.notDone, code: 'overloaded' },
    ]);
    bench.elect(1);
    expect(sequences(bench.takeSent(1))).toEqual([1, 2, 3]);
  });

  test('R50 the queue is bounded in bytes', () => {
    const bench = new Bench([1], { queueBytesMax: 100 });
    bench.handle({ type: 'client-opened', connection: 50 });
    const big = (id: number) => write(id, id, { payload: new Uint8Array(60) });
    bench.request(50, big(1), big(2));
    expect(codes(bench.takeAnswers(50)).map(({ id, code }) => [id, code])).toEqual([
      [2, 'overloaded'],
    ]);
    expect(bench.router.view().queuedBytes).toBe(60);
  });

  test('R50 the queue is bounded in time, and each request by its own', () => {
    const bench = new Bench([1], { queueTimeoutMs: 500 });
    bench.handle({ type: 'client-opened', connection: 50 });
    bench.request(50, write(1, 1, { timeoutMs: 200 }), write(2));
    bench.pass(195);
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([]);
    bench.pass(10);
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([1]);
    bench.pass(320);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 2, outcome: Outcome.notDone, code: 'no-leader' },
    ]);
    expect(bench.router.deadline()).toBe(Infinity);
  });

  test('a write that was sent and not answered in time is unknown, a read is not done', () => {
    const bench = trio();
    bench.request(50, write(1, 1, { timeoutMs: 200 }), read(2, { timeoutMs: 200 }));
    const [sent] = bench.takeSent(1);
    bench.passHeard(250);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.unknown, code: 'timeout' },
      { id: 2, outcome: Outcome.notDone, code: 'timeout' },
    ]);
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(sent?.id ?? 0)] });
    expect(bench.takeAnswers(50)).toEqual([]);
    expect(bench.router.view().inFlight).toBe(0);
  });

  test('a write that was sent, lost and never sent again is unknown when its time is up', () => {
    const bench = trio();
    bench.request(50, write(1, 1, { timeoutMs: 200 }));
    bench.handle({ type: 'node-lost', node: 1 });
    bench.passHeard(300);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.unknown, code: 'no-leader' },
    ]);
  });

  test('a connection over its credit is told so, and goes on when its replies are there', () => {
    const bench = trio({ requestsPerConnection: 2, bytesPerConnection: 1000 });
    bench.handle({ type: 'client-opened', connection: 51 });
    bench.request(50, write(1), write(2), write(3));
    bench.request(51, write(4));
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 3, outcome: Outcome.notDone, code: 'overloaded' },
    ]);
    bench.answerAll(1);
    expect(bench.takeAnswers(51)).toHaveLength(1);
    bench.takeAnswers(50);
    bench.request(50, write(5, 5, { payload: new Uint8Array(900) }));
    bench.request(50, write(6, 6, { payload: new Uint8Array(200) }));
    expect(codes(bench.takeAnswers(50)).map(({ id }) => id)).toEqual([6]);
  });

  test('a node gets no more than it grants; the rest waits its turn', () => {
    const bench = new Bench([1]);
    bench.connect(1, 2);
    bench.state(1, { role: NodeRole.leader, leader: 1 });
    bench.handle({ type: 'client-opened', connection: 50 });
    bench.request(50, ...[1, 2, 3, 4, 5].map((id) => write(id)));
    expect(sequences(bench.sent.get(1) ?? [])).toEqual([1, 2]);
    bench.answerAll(1);
    expect(sequences(bench.sent.get(1) ?? [])).toEqual([3, 4]);
    bench.answerAll(1);
    bench.answerAll(1);
    expect(bench.takeAnswers(50).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  test('too large a request and an unknown kind are refused by name, the others pass', () => {
    const bench = trio({ requestBytesMax: 10 });
    bench.request(
      50,
      write(1, 1, { payload: new Uint8Array(11) }),
      write(2, 2, { kind: 77 }),
      write(3),
    );
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.refused, code: 'too-large' },
      { id: 2, outcome: Outcome.refused, code: 'unknown-kind' },
    ]);
    expect(sequences(bench.takeSent(1))).toEqual([3]);
  });

  test('a client that goes away leaves nothing behind', () => {
    const bench = trio();
    bench.request(50, write(1));
    const [sent] = bench.takeSent(1);
    bench.handle({ type: 'node-lost', node: 2 });
    bench.handle({ type: 'node-lost', node: 3 });
    bench.state(1, { role: NodeRole.follower, leader: 0, term: 2 });
    bench.request(50, write(2), read(3));
    bench.handle({ type: 'client-closed', connection: 50 });
    expect(bench.router.view()).toMatchObject({ queued: 0, queuedBytes: 0, clients: 0 });
    bench.handle({ type: 'node-replies', node: 1, replies: [reply(sent?.id ?? 0)] });
    bench.state(1, { role: NodeRole.leader, leader: 1, term: 2 });
    expect(bench.takeAnswers(50)).toEqual([]);
    expect(bench.takeSent(1)).toEqual([]);
    expect(bench.router.view().inFlight).toBe(0);
  });

  test('stopping: what waits unsent is told so, what is in flight is finished', () => {
    const bench = trio();
    bench.request(50, write(1));
    bench.state(1, { role: NodeRole.follower, leader: 0, term: 2 });
    bench.request(50, write(2));
    bench.handle({ type: 'stop' });
    bench.request(50, write(3));
    bench.answerAll(1);
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 2, outcome: Outcome.notDone, code: 'stopping' },
      { id: 3, outcome: Outcome.notDone, code: 'stopping' },
      { id: 1, outcome: Outcome.ok, code: '' },
    ]);
  });
});

describe('answers in parts', () => {
  test('parts of one read are passed on together, when the last is there', () => {
    const bench = trio();
    bench.request(50, read(1));
    const [sent] = bench.takeSent(2);
    const part = (text: number, more: boolean) =>
      reply(sent?.id ?? 0, { more, payload: new Uint8Array([text]) });
    bench.handle({ type: 'node-replies', node: 2, replies: [part(1, true), part(2, true)] });
    expect(bench.takeAnswers(50)).toEqual([]);
    bench.handle({ type: 'node-replies', node: 2, replies: [part(3, false)] });
    const answers = bench.takeAnswers(50);
    expect(answers.map(({ id, more, payload }) => [id, more, payload[0]])).toEqual([
      [1, true, 1],
      [1, true, 2],
      [1, false, 3],
    ]);
  });

  test('R51 a read whose node dies half-way starts over, and never mixes two revisions', () => {
    const bench = trio();
    bench.request(50, read(1));
    const [sent] = bench.takeSent(2);
    const half = reply(sent?.id ?? 0, { more: true, payload: new Uint8Array([1]) });
    bench.handle({ type: 'node-replies', node: 2, replies: [half] });
    bench.handle({ type: 'node-lost', node: 2 });
    const [again] = bench.takeSent(3);
    const whole = reply(again?.id ?? 0, { payload: new Uint8Array([9]) });
    bench.handle({ type: 'node-replies', node: 3, replies: [whole] });
    expect(bench.takeAnswers(50).map(({ payload }) => payload[0])).toEqual([9]);
  });

  test('beyond the bound parts pass through, and a node’s death ends that read explicitly', () => {
    const bench = trio({ partsBytesMax: 10 });
    bench.request(50, read(1));
    const [sent] = bench.takeSent(2);
    const part = reply(sent?.id ?? 0, { more: true, payload: new Uint8Array(11) });
    bench.handle({ type: 'node-replies', node: 2, replies: [part] });
    expect(bench.takeAnswers(50)).toHaveLength(1);
    bench.handle({ type: 'node-lost', node: 2 });
    expect(codes(bench.takeAnswers(50))).toEqual([
      { id: 1, outcome: Outcome.notDone, code: 'connection-lost' },
    ]);
    expect(bench.takeSent(3)).toEqual([]);
  });
});

test('a router that is dumped, made JSON and loaded goes on as if nothing had happened', () => {
  const bench = trio();
  bench.request(50, write(1, 1, { payload: NO_BYTES }), read(2, { payload: NO_BYTES }));
  bench.handle({ type: 'node-lost', node: 1 });
  bench.request(50, write(3, 3, { payload: NO_BYTES }));
  const revive = (_key: string, value: unknown): unknown =>
    _key === 'payload' ? new Uint8Array() : value;
  const dumped = JSON.parse(JSON.stringify(bench.router.dump()), revive) as never;
  const loaded = Router.load(bench.config, bench.ports(), dumped, bench.now);
  expect(loaded.dump()).toEqual(bench.router.dump());
  expect(loaded.view()).toEqual(bench.router.view());
  bench.takeSent(2);
  const state = nodeState(2, { role: NodeRole.leader, term: 2, leader: 2 });
  loaded.handle({ type: 'node-state', node: 2, state }, bench.now);
  expect(sequences(bench.takeSent(2))).toEqual([1, 3]);
});
