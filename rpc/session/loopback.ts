/** A session server and its callers in one process, over real sockets: for the tests beside this file. */
import { Journal } from '../transport/journal.js';
import { SERVER_OPTIONS, SESSION_LIMITS, type StreamEnd } from '../transport/channel.js';
import { FaceServer } from '../transport/face-server.js';
import { PeerKind } from '#rpc/generated/relevo/v1/session';
import { PROGRAM, spoken } from '#rpc/versions';
import { type DialedSession, dialSession } from './dial.js';
import {
  emptyReply,
  NodeRole,
  type NodeState,
  Outcome,
  type Reply,
  type Request,
  RequestKind,
  type Welcome,
} from './frames.js';
import { serveSession, type ServeLimits, type SessionConnection } from './server.js';

export const WELCOME: Welcome = {
  protocol: 1,
  release: '0.1.0',
  clusterId: 'c0ffee',
  name: 'ada',
  nodeId: 6787,
  requestsMax: 100,
  bytesMax: 1000,
  sessionTimeoutMs: 60_000,
};

export const GREETING = {
  ...spoken(PROGRAM),
  kind: PeerKind.PEER_KIND_CLIENT,
  clusterId: '',
  name: 'test',
};

export const STATE: NodeState = {
  nodeId: 6787,
  name: 'ada',
  role: NodeRole.leader,
  term: 3,
  leader: 6787,
  lastIndex: 9,
  commitIndex: 8,
  appliedIndex: 7,
  checkpointIndex: 0,
  revision: 5,
  healthy: true,
  incarnation: 'x',
  address: '127.0.0.1:6787',
  dataDirectory: 'data/ada',
  processId: 1,
  voters: 3,
  release: '0.1.0',
  protocolMin: 1,
  protocolMax: 1,
  formatMax: 1,
  formatLevel: 1,
};

export const requestOf = (id: number, payload = new Uint8Array([id])): Request => ({
  id,
  kind: RequestKind.write,
  session: 1,
  sequence: id,
  lowestAwaited: 1,
  timeoutMs: 0,
  minRevision: 0,
  payload,
  partsMax: 0,
});

export const okOf = (id: number, payload = new Uint8Array(0)): Reply => ({
  ...emptyReply(id, Outcome.ok),
  payload,
});

export type ServerEntry =
  | { type: 'opened' | 'closed'; connection: SessionConnection }
  | { type: 'requests'; connection: SessionConnection; requests: Request[] };

export type ClientEntry =
  | { type: 'connected'; welcome: Welcome }
  | { type: 'lost'; end: StreamEnd }
  | { type: 'replies'; replies: Reply[] }
  | { type: 'state'; state: NodeState };

const cleanups: (() => void)[] = [];

/** Closes whatever the test has opened, the newest first. */
export function closeAll(): void {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
}

export function closeLater(close: () => void): void {
  cleanups.push(close);
}

export async function serve(limits: Partial<ServeLimits> = {}) {
  const server = new FaceServer(SERVER_OPTIONS, {
    limits: { ...SESSION_LIMITS, connectionsMax: 100, connectionsPerAddressMax: 100 },
  });
  const journal = new Journal<ServerEntry>();
  serveSession(
    server,
    {
      welcome: () => WELCOME,
      opened: (connection) => journal.add({ type: 'opened', connection }),
      requests: (connection, requests) => journal.add({ type: 'requests', connection, requests }),
      closed: (connection) => journal.add({ type: 'closed', connection }),
    },
    limits,
  );
  const port = await server.listen('127.0.0.1', 0);
  cleanups.push(() => server.forceShutdown());
  const opened = async (): Promise<SessionConnection> => {
    const [first] = await journal.until((all) => all.some(({ type }) => type === 'opened'));
    return (first as ServerEntry).connection;
  };
  return { server, journal, address: `127.0.0.1:${port}`, opened };
}

export function dial(
  address: string,
  greeting = GREETING,
  options: Parameters<typeof dialSession>[3] = {},
): { session: DialedSession; journal: Journal<ClientEntry>; lost: () => Promise<StreamEnd> } {
  const journal = new Journal<ClientEntry>();
  const session = dialSession(
    address,
    greeting,
    {
      connected: (welcome) => journal.add({ type: 'connected', welcome }),
      lost: (end) => journal.add({ type: 'lost', end }),
      replies: (replies) => journal.add({ type: 'replies', replies }),
      state: (state) => journal.add({ type: 'state', state }),
    },
    options,
  );
  cleanups.push(() => session.close());
  const lost = async (): Promise<StreamEnd> => {
    const all = await journal.until((each) => each.some(({ type }) => type === 'lost'));
    const entry = all.find((each) => each.type === 'lost');
    return (entry as { end: StreamEnd }).end;
  };
  return { session, journal, lost };
}

export const repliesIn = (entries: ClientEntry[]): Reply[] =>
  entries.flatMap((entry) => (entry.type === 'replies' ? entry.replies : []));
