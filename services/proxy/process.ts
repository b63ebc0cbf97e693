/** A proxy in this process: streams to the nodes, faces for the clients, one router between them. */
import type { Server } from '@grpc/grpc-js';
import { setTimeout as sleep } from 'node:timers/promises';
import { Calls } from '#client';
import { listenError, type ProxyConfig } from '#config';
import { addCertificateMetrics, identityOf, secureHttp } from '#driver';
import { AdminService } from '#rpc/generated/relevo/v1/admin';
import { KvService } from '#rpc/generated/relevo/v1/kv';
import {
  bodyDeadline,
  ConnectionLimit,
  FaceServer,
  MESSAGE_BYTES_MAX,
  SERVER_OPTIONS,
  SESSION_LIMITS,
  ToldOnce,
  TurnedAway,
} from '#rpc/session';
import type { Welcome } from '#rpc/session/frames';
import { PROGRAM } from '#rpc/versions';
import {
  addHealth,
  addReflection,
  HTTP_CONNECTIONS,
  Metrics,
  startHttpFace,
  type HttpFace,
} from '#telemetry';
import type { TlsIdentity } from '#tls';
import { adminService } from './admin-service.js';
import { ClientStreams } from './client-streams.js';
import { Driver, type DriverPorts } from './driver.js';
import { kvService } from './kv-service.js';
import type { ProxyLog } from './log.js';
import { NodeDialer, type NodeEvents } from './node-dialer.js';
import { OwnClient } from './own-client.js';
import { addProxyMetrics } from './proxy-metrics.js';
import { pageFace, type PageFace } from './page/index.js';
import { ReportLog } from './report-log.js';
import type { RouterConfig, RouterView } from './router/types.js';
import { unaryLimits } from './unary-limits.js';

const SERVICES = ['relevo.v1.Session', 'relevo.v1.Kv', 'relevo.v1.Admin'];
/** Until a node has said how long an idle session lives. */
const SESSION_TIMEOUT_MS = 60_000;
/** What is in flight at a stop has so long to finish, ms. */
const STOP_MS_MAX = 3_000;
const STOP_LOOK_MS = 5;
/** What it says to itself as a client. */
const OWN = { protocol: PROGRAM.protocolMax, release: PROGRAM.release };
/** And the streams to be ended. */
const CLOSE_MS_MAX = 500;

export interface RunningProxy {
  readonly host: string;
  /** As bound; a configured 0 takes any. */
  readonly port: number;
  readonly httpPort: number;
  view(): RouterView;
  /** Takes no more work, finishes what is in flight, closes everything; under 5 s. */
  stop(): Promise<void>;
}

/** Bytes that were sent to a node, or to a client, and that this process still holds. */
export interface Unsent {
  toNode(node: number): number;
  toClient(connection: number): number;
}

/** Puts something between the router and the streams: an entry point of tests does. */
export type Decorate = (ports: DriverPorts, unsent: Unsent) => DriverPorts;

/** Rejects with a ListenError if a port is not to be had. */
export async function startProxy(
  config: ProxyConfig,
  log: ProxyLog,
  decorate: Decorate = (ports) => ports,
): Promise<RunningProxy> {
  const proxy = new Proxy(config, log, decorate);
  await proxy.start();
  return proxy;
}

class Proxy implements RunningProxy {
  readonly host: string;
  port = 0;
  httpPort = 0;
  readonly #config: ProxyConfig;
  readonly #log: ReportLog;
  /** What it shows to clients, and to nodes; null: plain connections. */
  readonly #identities: {
    readonly server: TlsIdentity | null;
    readonly client: TlsIdentity | null;
  };
  readonly #server: FaceServer;
  readonly #driver: Driver;
  readonly #nodes: ReadonlyMap<number, NodeDialer>;
  readonly #streams: ClientStreams;
  readonly #ownClient: OwnClient;
  readonly #ownCalls: Calls;
  readonly #setServing: (isServing: boolean) => void;
  /** Of nodes that were connected once. */
  readonly #names = new Map<number, string>();
  #http: HttpFace | null = null;
  readonly #page: PageFace;
  #sessionTimeoutMs = SESSION_TIMEOUT_MS;
  #isStopping = false;

  constructor(config: ProxyConfig, log: ProxyLog, decorate: Decorate) {
    this.host = config.host;
    this.#config = config;
    this.#log = new ReportLog(log, (node) => this.#nameOf(node));
    this.#identities = {
      server: identityOf(config.tlsDirectory, 'server', this.#log.line),
      client: identityOf(config.tlsDirectory, 'client', this.#log.line),
    };
    this.#server = faceServer(config, this.#identities.server, this.#log);
    const ports: DriverPorts = {
      toNode: (node, requests) => {
        this.#nodes.get(node)?.send(requests);
      },
      toClient: (connection, replies) => {
        if (this.#ownClient.owns(connection)) this.#ownClient.reply(connection, replies);
        else this.#streams.reply(connection, replies);
      },
      unread: (connection) => this.#streams.pendingBytes(connection),
      report: (report) => {
        this.#log.report(report);
      },
    };
    const unsent: Unsent = {
      toNode: (node) => this.#nodes.get(node)?.pendingBytes ?? 0,
      toClient: (connection) => this.#streams.pendingBytes(connection),
    };
    this.#driver = new Driver(routerConfig(config), decorate(ports, unsent));
    const handle = this.#driver.handle.bind(this.#driver);
    this.#nodes = new Map(config.nodes.map((node) => [node.id, this.#dialerOf(node.id)]));
    const refusals = clientRefusals(this.#log);
    const welcome = this.#welcome.bind(this);
    this.#streams = new ClientStreams(this.#server, welcome, config, handle, refusals);
    this.#ownClient = new OwnClient(() => ({ ...this.#welcome(), ...OWN }), handle);
    this.#ownCalls = new Calls(['this proxy'], this.#ownClient, config.requestTimeoutMs);
    const nameOf = this.#nameOf.bind(this);
    this.#server.addService(KvService, kvService(this.#ownCalls, nameOf));
    this.#server.addService(
      AdminService,
      adminService(config, this.#driver, this.#identities.client),
    );
    this.#page = pageFace({
      ...{ config, log: this.#log.line, nameOf, transport: this.#ownClient },
      ...{ identity: this.#identities.client, view: () => this.view() },
    });
    this.#setServing = addHealth(this.#server, SERVICES);
    if (config.reflection) addReflection(this.#server, SERVICES);
  }

  async start(): Promise<void> {
    const { host, httpPort, name } = this.#config;
    this.port = await this.#server.listen(host, this.#config.port).catch((error: unknown) => {
      throw listenError(error, 'PROXY_PORT', host, this.#config.port);
    });
    const metrics = new Metrics({ proxy: name });
    addProxyMetrics(metrics, () => this.view(), this.#nameOf.bind(this));
    addCertificateMetrics(metrics, this.#identities);
    try {
      const notReady = this.#notReady.bind(this);
      const limit = new ConnectionLimit(HTTP_CONNECTIONS);
      const secure = secureHttp(this.#identities.server, host, this.#config.plaintext);
      const others = this.#page.answer.bind(this.#page);
      const face = { host, port: httpPort, metrics, notReady, limit, secure, others };
      this.#http = await startHttpFace(face);
    } catch (error) {
      await this.stop();
      throw listenError(error, 'PROXY_HTTP_PORT', host, httpPort);
    }
    this.httpPort = this.#http.port;
    for (const node of this.#nodes.values()) node.dial();
    this.#setServing(true);
    const { port } = this;
    this.#log.line('info', 'listening', {
      host,
      port,
      httpPort: this.httpPort,
      processId: process.pid,
    });
  }

  view(): RouterView {
    return this.#driver.view();
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#setServing(false);
    this.#driver.handle({ type: 'stop' });
    const end = performance.now() + STOP_MS_MAX;
    while (this.view().inFlight > 0 && performance.now() < end) await sleep(STOP_LOOK_MS);
    this.#page.close();
    await this.#ownCalls.close(STOP_LOOK_MS);
    this.#streams.close();
    await shutDown(this.#server);
    for (const node of this.#nodes.values()) node.close();
    this.#driver.close();
    await this.#http?.close();
    this.#identities.server?.close();
    this.#identities.client?.close();
    this.#log.line('info', 'stopped', {});
  }

  #dialerOf(id: number): NodeDialer {
    const node = this.#config.nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`node ${id} is not in NODES`);
    const { name, clusterId } = this.#config;
    const handle = this.#driver.handle.bind(this.#driver);
    const events: NodeEvents = {
      connected: (welcome) => {
        this.#sessionTimeoutMs = welcome.sessionTimeoutMs;
        this.#names.set(id, welcome.name);
        handle({ type: 'node-connected', node: id, welcome });
      },
      lost: () => {
        handle({ type: 'node-lost', node: id });
      },
      state: (state) => {
        handle({ type: 'node-state', node: id, state });
      },
      replies: (replies) => {
        handle({ type: 'node-replies', node: id, replies });
      },
    };
    const identity = this.#identities.client;
    return new NodeDialer(node, { name, clusterId, identity }, events, this.#log.line);
  }

  #welcome(): Omit<Welcome, 'protocol' | 'release'> {
    const { clusterId, name, requestsPerConnection, bytesPerConnection } = this.#config;
    return {
      clusterId,
      name,
      nodeId: 0,
      requestsMax: requestsPerConnection,
      bytesMax: bytesPerConnection,
      sessionTimeoutMs: this.#sessionTimeoutMs,
    };
  }

  #nameOf(node: number): string {
    return this.#names.get(node) ?? `node-${node}`;
  }

  #notReady(): string | null {
    if (this.#isStopping) return 'it is stopping';
    const { leader, nodes } = this.view();
    if (leader !== 0) return null;
    const connected = nodes.filter((node) => node.connected).length;
    return `no leader is known; ${connected} of ${nodes.length} nodes are connected`;
  }
}

/** Clients that speak another protocol, or look for another cluster. */
function clientRefusals(log: ReportLog): (address: string, message: string) => void {
  const refusals = new ToldOnce(
    new TurnedAway(({ address, why, count }) => {
      log.line('warn', 'client refused', { address, message: why, count });
    }),
  );
  return (address, message) => {
    refusals.add(address, message);
  };
}

function routerConfig(config: ProxyConfig): RouterConfig {
  return {
    nodes: config.nodes.map(({ id }) => id),
    nodeSilenceMs: config.nodeSilenceMs,
    maxLagEntries: config.maxLagEntries,
    readFromLeader: config.readFromLeader,
    queueTimeoutMs: config.queueTimeoutMs,
    queueRequestsMax: config.queueRequestsMax,
    queueBytesMax: config.queueBytesMax,
    requestsPerConnection: config.requestsPerConnection,
    bytesPerConnection: config.bytesPerConnection,
    requestTimeoutMs: config.requestTimeoutMs,
    requestBytesMax: config.requestBytesMax,
    valueBytesMax: config.valueBytesMax,
  };
}

function faceServer(config: ProxyConfig, identity: TlsIdentity | null, log: ReportLog): FaceServer {
  const { port, requestBytesMax, requestTimeoutMs, connectionsMax, connectionsPerAddressMax } =
    config;
  const words = unaryLimits({ messageBytesMax: MESSAGE_BYTES_MAX, requestBytesMax });
  return new FaceServer(
    { ...SERVER_OPTIONS, interceptors: [words, bodyDeadline(requestTimeoutMs)] },
    {
      limits: { ...SESSION_LIMITS, connectionsMax, connectionsPerAddressMax },
      identity,
      turnedAway: (report) => {
        log.line('warn', 'connections turned away', { port, ...report });
      },
    },
  );
}

/** Calls in flight may end by themselves, for a moment. */
async function shutDown(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    server.tryShutdown(() => {
      resolve();
    });
  });
  await Promise.race([ended, sleep(CLOSE_MS_MAX, undefined, { ref: false })]);
  server.forceShutdown();
}
