/** A router between scripted nodes and clients, for its tests: everything that it sends is kept. */
import {
  emptyReply,
  NodeRole,
  Outcome,
  RequestKind,
  type NodeState,
  type Reply,
  type Request,
} from '#rpc/session/frames';
import { Router } from '../router.js';
import type { RouterRules } from '../router/rules.js';
import {
  ROUTER_DEFAULTS,
  type RouterConfig,
  type RouterEvent,
  type RouterPorts,
  type RouterReport,
} from '../router/types.js';

export class Bench {
  readonly router: Router;
  now = 1_000;
  readonly sent = new Map<number, Request[]>();
  readonly answers = new Map<number, Reply[]>();
  readonly reports: RouterReport[] = [];
  /** Bytes that a client has not taken, by connection. */
  readonly unread = new Map<number, number>();
  readonly config: RouterConfig;

  constructor(nodes: number[], config: Partial<RouterConfig> = {}, rules?: RouterRules) {
    this.config = { ...ROUTER_DEFAULTS, nodes, ...config };
    this.router = new Router(this.config, this.ports(), rules);
  }

  ports(): RouterPorts {
    return {
      toNode: (node: number, requests: Request[]) => {
        this.sent.set(node, [...(this.sent.get(node) ?? []), ...requests]);
      },
      toClient: (connection: number, replies: Reply[]) => {
        this.answers.set(connection, [...(this.answers.get(connection) ?? []), ...replies]);
      },
      unread: (connection: number) => this.unread.get(connection) ?? 0,
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
      release: '',
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

  figures(node: number): { reads: number; writes: number; inFlight: number } {
    const view = this.router.view().nodes.find((candidate) => candidate.node === node);
    if (view === undefined) throw new Error(`there is no node ${node}`);
    return { reads: view.reads, writes: view.writes, inFlight: view.inFlight };
  }
}

function roleOf(leads: boolean): number {
  return leads ? NodeRole.leader : NodeRole.follower;
}

export function nodeState(nodeId: number, change: Partial<NodeState>): NodeState {
  return {
    ...{ nodeId, name: `n${nodeId}`, role: NodeRole.follower, term: 1, leader: 0, lastIndex: 10 },
    ...{ commitIndex: 10, appliedIndex: 10, checkpointIndex: 0, revision: 5, healthy: true },
    ...{ incarnation: 'i', address: '', dataDirectory: '', processId: 1, voters: 3 },
    ...{ release: '', protocolMin: 1, protocolMax: 1, formatMax: 1, formatLevel: 1 },
    ...change,
  };
}

export function reply(id: number, change: Partial<Reply> = {}): Reply {
  return { ...emptyReply(id, Outcome.ok), ...change };
}

export function write(id: number, sequence = id, change: Partial<Request> = {}): Request {
  return {
    ...{ id, kind: RequestKind.write, session: 7, sequence, lowestAwaited: 1, timeoutMs: 0 },
    ...{ minRevision: 0, payload: new Uint8Array([id % 256]), partsMax: 0 },
    ...change,
  };
}

export function read(id: number, change: Partial<Request> = {}): Request {
  return { ...write(id, 0), kind: RequestKind.read, session: 0, lowestAwaited: 0, ...change };
}

export const sequences = (requests: Request[]): number[] =>
  requests.map(({ sequence }) => sequence);
export const codes = (replies: Reply[]): Pick<Reply, 'id' | 'outcome' | 'code'>[] =>
  replies.map(({ id, outcome, code }) => ({ id, outcome, code }));

export function trio(config: Partial<RouterConfig> = {}): Bench {
  const bench = new Bench([1, 2, 3], config);
  bench.elect(1);
  bench.handle({ type: 'client-opened', connection: 50 });
  return bench;
}
