/** A node as a process: its directory, its disk, its servers and links, around one replica. */
import type { Server } from '@grpc/grpc-js';
import { randomBytes, randomInt } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { endpointText, listenError, type NodeConfig } from '#config';
import { Pump, StartRefused } from '#driver';
import { nodeId } from '#raft';
import { ToldOnce, TurnedAway } from '#rpc/session';
import { formatProblem, PROGRAM, type Program } from '#rpc/versions';
import { AdminService } from '#rpc/generated/relevo/v1/admin';
import { ObserverService } from '#rpc/generated/relevo/v1/observe';
import { Refused, Storage, type Recovered, type Refusal } from '#storage';
import { adminService } from './admin-service.js';
import { formatOfDirectory } from '../format-levels.js';
import { Clients, type Offered } from './clients.js';
import { makeDataDirectory } from './data-directory.js';
import { lockDirectory, type DirectoryLock } from './directory-lock.js';
import { faceServers, type FaceServers, type Identities } from './face-servers.js';
import { HandOvers } from './hand-overs.js';
import { Observation } from './observation.js';
import { Peers, type PeersConfig, type PeersEvents } from './peers.js';
import type { Network, Ports, ReplicaEvent } from '../ports.js';
import { Replica } from '../replica.js';
import type { ReplicaConfig } from '../replica-config.js';
import type { Names } from '../report-words.js';
import { Repeats } from './repeats.js';
import { logReport, type NodeLog } from './report-log.js';
import { THE_WORLD, type NodeDisk, type Surroundings } from './surroundings.js';
import { protobufPayloads } from '../wire/payload-codec.js';

export interface StartOptions {
  readonly bornLeader: boolean;
  readonly log: NodeLog;
  /** Default: plain connections. */
  readonly identities?: Identities;
  /** The disk failed or an invariant broke: the process has to end. */
  readonly fatal: (error: unknown) => void;
  /** Adds services of the process's own (health, reflection) before the port is bound. */
  extend?(server: Server): void;
  /** Default: the world itself. */
  readonly surroundings?: Surroundings;
}

export interface RunningNode {
  readonly replica: Replica;
  readonly disk: NodeDisk;
  /** Proxies and clients that are connected. */
  connections(): number;
  connectedTo(peer: number): boolean;
  handle(event: ReplicaEvent): void;
  /** Stops taking work, hands leadership over, finishes what is in flight, closes everything. */
  stop(): Promise<void>;
}

const PLAIN: Identities = { peer: null, server: null, client: null };

/** What is in flight at a stop has so long to finish, ms. */
const STOP_MS_MAX = 3_500;
const STOP_LOOK_MS = 5;

export async function startNode(config: NodeConfig, options: StartOptions): Promise<RunningNode> {
  const { log } = options;
  log('info', 'starts as follower', { id: config.nodeId, dataDirectory: config.dataDirectory });
  await makeDataDirectory(config.dataDirectory);
  const lock = await lockDirectory(config.dataDirectory);
  try {
    return await startLocked(config, options, lock);
  } catch (error) {
    await lock.release();
    throw error instanceof Refused
      ? await startRefused(error.refusal, config.dataDirectory)
      : error;
  }
}

async function startLocked(
  config: NodeConfig,
  options: StartOptions,
  lock: DirectoryLock,
): Promise<RunningNode> {
  const incarnation = randomBytes(8).toString('hex');
  let pump: Pump<ReplicaEvent> | null = null;
  const handle = (event: ReplicaEvent): void => pump?.handle(event);
  const { surroundings = THE_WORLD, identities = PLAIN } = options;
  const disk = surroundings.disk(config.dataDirectory, (completions) => {
    handle({ type: 'disk', completions });
  });
  const { program = PROGRAM } = surroundings;
  const recovered = await recoverDirectory(config, disk, program);
  let handOvers: HandOvers | null = null;
  /** Every line from here on has the term; before the replica stands, that of its vote. */
  let term = (): number => recovered.vote.term;
  let names: Names = { get: () => undefined };
  const log: NodeLog = (level, event, data) => options.log(level, event, { term: term(), ...data });
  const servers = faceServers(config, identities, log);
  const greeting = { versions: program, refused: clientRefusals(log) };
  const clients = new Clients(servers.clients, welcomeOf(config), config, handle, greeting);
  const settings = { ...replicaConfigOf(config, options.bornLeader, incarnation), program };
  const observation = new Observation(config.nodeId);
  const repeats = new Repeats();
  const ports: Ports = {
    disk,
    codec: protobufPayloads,
    network: observation.over(networkOf(() => peers, clients)),
    report: (report) => {
      logReport(report, log, names, (text) => repeats.tell(text, performance.now()));
      observation.report(report);
      handOvers?.report(report);
      if (report.type === 'failed') options.fatal(new Error(report.message));
    },
  };
  const unsent = (peer: number): number => peers.pendingBytes(peer);
  const replica: Replica = new Replica(settings, recovered, surroundings.ports(ports, unsent));
  term = () => replica.raft.term;
  names = { get: (node) => replica.store.memberOf(node)?.name };
  handOvers = new HandOvers(replica, handle);
  const known = { ...peersConfigOf(config, recovered.identity.storeId, incarnation), program };
  const peers = peersOf(servers, known, replica, { identity: identities.peer, event: handle, log });
  const connectedTo = (peer: number): boolean => peers.connectedTo(peer);
  const operated = { config, replica, handOvers, connectedTo, identity: identities.client };
  servers.clients.addService(AdminService, adminService(operated));
  const observed = { replica, disk, connectedTo, config, surroundings, handle, log };
  servers.clients.addService(ObserverService, observation.service(observed));
  options.extend?.(servers.clients);
  await listen(config, servers, () => tellListening(config, incarnation, log));
  pump = new Pump(replica, options.fatal);
  pump.handle({ type: 'tick' });
  peers.connect();
  const faces = { clients, servers, observation };
  const node = { replica, disk, peers, pump, lock, log, handOvers, ...faces };
  return {
    replica,
    disk,
    connections: () => clients.size,
    connectedTo,
    handle,
    stop: () => stopNode(node),
  };
}

function tellListening(config: NodeConfig, incarnation: string, log: NodeLog): void {
  log('info', 'listening', {
    clients: endpointText(config.host, config.port),
    peers: endpointText(config.host, config.peerPort),
    incarnation,
    processId: process.pid,
  });
}

function peersOf(
  { peers }: FaceServers,
  config: PeersConfig,
  replica: Replica,
  own: Pick<PeersEvents, 'identity' | 'event' | 'log'>,
): Peers {
  return new Peers(peers, config, replica.storage, {
    ...own,
    hasHistory: () => replica.raft.lastIndex > 0,
    refusalOf: (peer, store) => replica.refusalOf(peer, store),
    formatLevel: () => replica.store.formatLevel,
  });
}

/** The peers' streams stand after the replica that speaks through them. */
function networkOf(peers: () => Peers, clients: Clients): Network {
  return {
    send: (to, message) => peers().send(to, message),
    reply: (connection, replies) => {
      clients.reply(connection, replies);
    },
    unread: (connection) => clients.unread(connection),
    publish: (state) => {
      clients.publish(state);
    },
  };
}

async function listen(
  config: NodeConfig,
  servers: FaceServers,
  listening: () => void,
): Promise<void> {
  const { host, port, peerPort } = config;
  const failed = (setting: string, at: number) => (error: unknown) => {
    throw listenError(error, setting, host, at);
  };
  await servers.peers.listen(host, peerPort).catch(failed('PEER_PORT', peerPort));
  await servers.clients.listen(host, port).catch(failed('PORT', port));
  listening();
}

interface NodeParts {
  readonly replica: Replica;
  readonly disk: NodeDisk;
  readonly clients: Clients;
  readonly peers: Peers;
  readonly pump: Pump<ReplicaEvent>;
  readonly servers: FaceServers;
  readonly lock: DirectoryLock;
  readonly log: NodeLog;
  readonly handOvers: HandOvers;
  readonly observation: Observation;
}

async function stopNode(node: NodeParts): Promise<void> {
  const { replica, pump, servers } = node;
  pump.handle({ type: 'stop' });
  const deadline = performance.now() + STOP_MS_MAX;
  while (!replica.stopped() && performance.now() < deadline) await sleep(STOP_LOOK_MS);
  node.log('info', 'stopped', { finished: replica.stopped(), last: replica.raft.lastIndex });
  node.observation.close();
  node.clients.close();
  node.handOvers.close();
  pump.close();
  node.peers.close();
  servers.clients.forceShutdown();
  servers.peers.forceShutdown();
  await node.disk.close();
  await node.lock.release();
}

/** Recovers the directory, making it first if it is blank. */
async function recoverDirectory(
  config: NodeConfig,
  disk: NodeDisk,
  program: Program,
): Promise<Recovered> {
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
  if ('code' in found) throw found.code === 'blank' ? new Error(found.message) : new Refused(found);
  refuseUnreadable(config, program, found);
  return found;
}

/** Throws StartRefused where a later release has written what this one does not read. */
function refuseUnreadable(config: NodeConfig, program: Program, recovered: Recovered): void {
  const reader = { who: config.name, versions: program };
  const problem = formatProblem(reader, formatOfDirectory(recovered));
  if (problem !== null) throw new StartRefused(`DATA_DIR ${config.dataDirectory}: ${problem}`);
}

/** Of a disk that can't be used, how much room it has is a part of the reason. */
async function startRefused({ code, message }: Refusal, directory: string): Promise<StartRefused> {
  if (code !== 'disk-failed') return new StartRefused(message);
  const room = await statfs(directory).then(
    ({ bavail, bsize }) => `${bavail * bsize} bytes are free there`,
    (error: unknown) => String(error),
  );
  return new StartRefused(`DATA_DIR ${directory} (${room}): ${message}`);
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

/** Clients and proxies that speak another protocol, or look for another cluster. */
function clientRefusals(log: NodeLog): (address: string, message: string) => void {
  const refusals = new ToldOnce(
    new TurnedAway(({ address, why, count }) => {
      log('warn', 'client refused', { address, message: why, count });
    }),
  );
  return (address, message) => {
    refusals.add(address, message);
  };
}

function welcomeOf(config: NodeConfig): Offered {
  return {
    clusterId: config.clusterId,
    name: config.name,
    nodeId: config.nodeId,
    requestsMax: config.requestsPerConnection,
    bytesMax: config.bytesPerConnection,
    sessionTimeoutMs: config.sessionTimeoutMs,
  };
}

function peersConfigOf(
  config: NodeConfig,
  storeId: string,
  incarnation: string,
): Omit<PeersConfig, 'program'> {
  const { nodeId, name, clusterId, nodeList } = config;
  const addresses = peerAddresses(config);
  return { nodeId, name, clusterId, nodeList, storeId, incarnation, addresses };
}

function peerAddresses(config: NodeConfig): Map<number, string> {
  const others = config.nodes.filter(({ id }) => id !== config.nodeId);
  return new Map(others.map(({ id, host, peerPort }) => [id, endpointText(host, peerPort)]));
}
