/** The two gRPC servers of a node, each with the limits of those who come to it. */
import type { NodeConfig } from '#config';
import { FaceServer as PeerFaceServer, PEER_FACE_LIMITS, PEER_SERVER_OPTIONS } from '#rpc/peer';
import {
  bodyDeadline,
  FaceServer,
  SERVER_OPTIONS,
  SESSION_LIMITS,
  type TurnedAwayReport,
} from '#rpc/session';
import type { TlsIdentity } from '#tls';
import type { NodeLog } from './report-log.js';

export interface FaceServers {
  /** For clients and proxies. */
  readonly clients: FaceServer;
  /** For the other nodes. */
  readonly peers: PeerFaceServer;
}

/**
 * What this node shows: to its peers; to who comes to the port for clients; and to that port of the leader's, when it
 * passes on what operators ask of it. Null: plain connections.
 */
export interface Identities {
  readonly peer: TlsIdentity | null;
  readonly server: TlsIdentity | null;
  readonly client: TlsIdentity | null;
}

export function faceServers(config: NodeConfig, identities: Identities, log: NodeLog): FaceServers {
  const { connectionsMax, connectionsPerAddressMax, requestTimeoutMs } = config;
  const turnedAway = (port: number) => (report: TurnedAwayReport) => {
    log('warn', 'connections turned away', { port, ...report });
  };
  const clients = new FaceServer(
    { ...SERVER_OPTIONS, interceptors: [bodyDeadline(requestTimeoutMs)] },
    {
      limits: { ...SESSION_LIMITS, connectionsMax, connectionsPerAddressMax },
      identity: identities.server,
      turnedAway: turnedAway(config.port),
    },
  );
  const peers = new PeerFaceServer(PEER_SERVER_OPTIONS, {
    limits: PEER_FACE_LIMITS,
    identity: identities.peer,
    turnedAway: turnedAway(config.peerPort),
  });
  return { clients, peers };
}
