/** A node of the cluster. The pure machine is `Replica`; `startNode` runs it as a process. */
export { Replica } from './replica.js';
export type { ReplicaConfig, ReplicaFigures } from './replica-config.js';
export type {
  ConnectionId,
  Network,
  PayloadCodec,
  PeerMessage,
  Ports,
  ReplicaEvent,
  Report,
} from './ports.js';
export { named, wordsOf, type Words } from './report-words.js';
export { MalformedPayload } from './payload.js';
export { fromWire, toWire } from './wire/peer-codec.js';
export { protobufPayloads } from './wire/payload-codec.js';
export { startNode, type RunningNode } from './process/start.js';
export { runNode } from './process/run.js';
export { type NodeDisk, type Surroundings, type Unsent } from './process/surroundings.js';
