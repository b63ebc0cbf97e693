/** A node as a process: its directory, its disk, its servers and links, around one replica. */
import { Server } from '@grpc/grpc-js';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { endpointText, type NodeConfig } from '#config';
import { bind, Pump, StartRefused } from '#driver';
import { nodeId } from '#raft';
import { PEER_SERVER_OPTIONS } from '#rpc/peer';
import { SERVER_OPTIONS } from '#rpc/session';
import { Storage, type Recovered, type Refusal } from '#storage';
import { Clients } from './clients.js';
import { lockDirectory, type DirectoryLock } from './directory-lock.js';
import { FileDisk } from './disk.js';
import { Peers } from './peers.js';
import type { Report, ReplicaEvent } from './ports.js';
import { Replica } from './replica.js';
import type { ReplicaConfig } from './replica-config.js';
import { protobufPayloads } from './wire/payload-codec.js';

export type LogLevel = 'info' | 'warn' | 'error' | 'debug';
/** One line of the log: an event's name and its data, which never holds keys or values. */
export type NodeLog = (level: LogLevel, event: string, data: Record<string, unknown>) => void;

export interface StartOptions {
  readonly bornLeader: boolean;
  readonly log: NodeLog;
  /** The disk failed or an invariant broke: the process has to end. */
  fatal(error: unknown): void;
  /** Adds services of the process's own (health, reflection) before the port is bound. */
  extend?(server: Server): void;
}

export interface RunningNode {
  readonly replica: Replica;
  readonly disk: FileDisk;
  /** Proxies and clients that are connected. */
  connections(): number;
  connectedTo(peer: number): boolean;
  handle(event: ReplicaEvent): void;
  /** Stops taking work, hands leadership over, finishes what is in flight, closes everything. */
  stop(): Promise<void>;
}

/** What is in flight at a stop has so long to finish, ms. */
const STOP_MS_MAX = 3_500;
const STOP_LOOK_MS = 5;

export async function startNode(config: NodeConfig, options: StartOptions): Promise<RunningNode> {
  const { log } = options;
  log('info', 'starts as follower', { id: config.nodeId, dataDirectory: config.dataDirectory });
  await mkdir(config.dataDirectory, { recursive: true });
  const lock = await lockDirectory(config.dataDirectory);
  try {
    return await startLocked(config, options, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(
  config: NodeConfig,
  options: StartOptions,
  lock: DirectoryLock,
): Promise<RunningNode> {
  const { log } = options;
  const incarnation = randomBytes(8).toString('hex');
  let pump: Pump<ReplicaEvent> | null = null;
  const handle = (event: ReplicaEvent): void => pump?.handle(event);
  const disk = new FileDisk(config.dataDirectory, (completions) => {
    handle({ type: 'disk', completions });
  });
  const recovered = await recoverDirectory(config, disk);
  const server = new Server(SERVER_OPTIONS);
  const peerServer = new Server(PEER_SERVER_OPTIONS);
  const replicaConfig = replicaConfigOf(config, options.bornLeader, incarnation);
  const clients = new Clients(server, welcomeOf(config), handle);
  const replica: Replica = new Replica(replicaConfig, recovered, {
    disk,
    codec: protobufPayloads,
    network: {
      send: (to, message) => {
        peers.send(to, message);
      },
      reply: (connection, replies) => {
        clients.reply(connection, replies);
      },
      publish: (state) => {
        clients.publish(state);
      },
    },
    report: (report) => {
      logReport(report, options, () => replica.state().term);
    },
  });
  const peers = new Peers(
    peerServer,
    {
      nodeId: config.nodeId,
      name: config.name,
      clusterId: config.clusterId,
      storeId: recovered.identity.storeId,
      incarnation,
      nodeList: config.nodeList,
      addresses: peerAddresses(config),
    },
    replica.storage,
    {
      event: handle,
      log,
      hasHistory: () => replica.raft.lastIndex > 0,
      refusalOf: (peer, storeId) => replica.refusalOf(peer, storeId),
    },
  );
  options.extend?.(server);
  await bind(peerServer, config.host, config.peerPort, 'PEER_PORT');
  await bind(server, config.host, config.port, 'PORT');
  pump = new Pump(replica, options.fatal);
  const running = pump;
  pump.handle({ type: 'tick' });
  peers.connect();
  log('info', 'listening', {
    clients: endpointText(config.host, config.port),
    peers: endpointText(config.host, config.peerPort),
    incarnation,
    processId: process.pid,
  });
  const stop = async (): Promise<void> => {
    running.handle({ type: 'stop' });
    const deadline = Date.now() + STOP_MS_MAX;
    while (!replica.stopped() && Date.now() < deadline) await sleep(STOP_LOOK_MS);
    log('info', 'stopped', { finished: replica.stopped(), last: replica.raft.lastIndex });
    clients.close();
    running.close();
    peers.close();
    server.forceShutdown();
    peerServer.forceShutdown();
    await disk.close();
    await lock.release();
  };
  return {
    replica,
    disk,
    connections: () => clients.size,
    connectedTo: (peer) => peers.connectedTo(peer),
    handle,
    stop,
  };
}

/** Recovers the directory, making it first if it is blank. */
async function recoverDirectory(config: NodeConfig, disk: FileDisk): Promise<Recovered> {
  const { clusterId, name } = config;
  const id = nodeId(config.nodeId);
  const expect = { clusterId, nodeId: id, name };
  let found = await disk.runStart(Storage.recover(expect));
  if (isBlank(found)) {
    const storeId = randomBytes(8).toString('hex');
    const identity = { format: 1, clusterId, nodeId: id, name, storeId, askedToLead: false };
    const vote = { term: 0, votedFor: null } as Recovered['vote'];
    await disk.runStart(Storage.initialise(identity, vote));
    found = await disk.runStart(Storage.recover(expect));
  }
  if ('code' in found) throw new StartRefused(found.message);
  return found;
}

function isBlank(found: Recovered | Refusal | { readonly code: 'blank' }): boolean {
  return 'code' in found && found.code === 'blank';
}

function replicaConfigOf(
  config: NodeConfig,
  bornLeader: boolean,
  incarnation: string,
): ReplicaConfig {
  return {
    nodeId: nodeId(config.nodeId),
    name: config.name,
    address: endpointText(config.host, config.port),
    dataDirectory: config.dataDirectory,
    processId: process.pid,
    incarnation,
    voters: config.nodes.map(({ id }) => nodeId(id)),
    electionTimeoutMsMin: config.electionTimeoutMsMin,
    electionTimeoutMsMax: config.electionTimeoutMsMax,
    heartbeatMs: config.heartbeatMs,
    seed: randomInt(2 ** 31),
    clusterIsNew: config.clusterIsNew,
    bornLeader,
    leader: {
      checkpoint: config.checkpoint,
      history: config.history,
      sessionTimeoutMs: config.sessionTimeoutMs,
      diskStallMs: config.diskStallMs,
    },
    limits: config.limits,
    readTimeoutMs: config.requestTimeoutMs,
    trailingEntries: config.trailingEntries,
  };
}

function welcomeOf(config: NodeConfig): ConstructorParameters<typeof Clients>[1] {
  return {
    protocol: 1,
    clusterId: config.clusterId,
    name: config.name,
    nodeId: config.nodeId,
    requestsMax: config.requestsPerConnection,
    bytesMax: config.bytesPerConnection,
    sessionTimeoutMs: config.sessionTimeoutMs,
  };
}

function peerAddresses(config: NodeConfig): Map<number, string> {
  const others = config.nodes.filter(({ id }) => id !== config.nodeId);
  return new Map(others.map(({ id, host, peerPort }) => [id, endpointText(host, peerPort)]));
}

function logReport(report: Report, options: StartOptions, term: () => number): void {
  const { log } = options;
  switch (report.type) {
    case 'role':
      log('info', 'role', { role: report.role, term: report.term, leader: report.leader });
      return;
    case 'decision':
      log('info', 'decision', { text: report.text, term: term() });
      return;
    case 'membership':
      log('info', 'membership', { voters: report.voters, learners: report.learners, term: term() });
      return;
    case 'checkpoint':
      log('info', 'checkpoint', { index: report.index, bytes: report.bytes, how: report.how });
      return;
    case 'recovered':
      log('info', 'recovered', {
        last: report.last,
        applied: report.applied,
        remarks: report.remarks,
      });
      return;
    case 'disk-full':
      log('error', 'disk full', {
        message: report.message,
        remedy:
          'Free space on the disk of DATA_DIR and start this node again; nothing acknowledged is lost.',
      });
      return;
    case 'failed':
      options.fatal(new Error(`the disk failed: ${report.message}`));
  }
}
