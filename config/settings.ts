/** Every setting there is. .env.example and --help are written from these tables; keep them in their order. */
import { PLAINTEXT } from '#tls';
import { nodes } from './nodes.js';
import * as parsers from './parsers.js';
import { derived, setting } from './setting.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const MANY = 1_000_000_000;

/** The same on every node and proxy of a cluster. */
export const CLUSTER_SETTINGS = {
  nodes: setting('NODES', {
    unit: 'id=host:port, separated by commas',
    default: '6787=127.0.0.1:6787,6788=127.0.0.1:6788,6789=127.0.0.1:6789',
    reason:
      'The one list by which everybody knows every node; nodes whose lists differ refuse each other. A ' +
      'node hears its peers on its port + 10000; where that can not be, write id=host:port/peerPort.',
    parser: nodes,
  }),
  clusterName: setting('CLUSTER_NAME', {
    unit: 'name',
    default: 'relevo',
    reason:
      "With NODES it makes the cluster's id, so that two clusters on the same hosts never mix; it can " +
      'not change while there is data.',
    parser: parsers.name,
  }),
} as const;

/** The same for everybody who connects or is connected to. */
export const SECURITY_SETTINGS = {
  tlsDirectory: derived('TLS_DIR', {
    unit: 'path',
    default: 'none: connections are plain',
    reason:
      'A folder that `relevo certs` made for this very process. With it every connection is TLS, and both ' +
      'sides show who they are; new files in it count without a restart.',
    parser: parsers.path,
  }),
  plaintext: setting('PLAINTEXT', {
    unit: 'loopback, http, all',
    default: 'loopback',
    reason:
      'Where connections may be without TLS: on this machine alone; health and metrics anywhere; or everything ' +
      'anywhere, which lets everybody on the network read and write.',
    parser: parsers.choice(PLAINTEXT),
  }),
} as const;

/** The same for a node and for a proxy. */
export const SERVICE_SETTINGS = {
  ...SECURITY_SETTINGS,
  maxConnections: setting('MAX_CONNECTIONS', {
    unit: 'connections',
    default: '4096',
    reason:
      "On the port for clients; one more is told so. Each is a file of the process: keep it below the system's " +
      'limit (ulimit -n).',
    parser: parsers.integer(1, 1_000_000),
  }),
  maxConnectionsPerAddress: setting('MAX_CONNECTIONS_PER_ADDRESS', {
    unit: 'connections',
    default: '1024',
    reason:
      'Of those, from one address, so that one host can not shut out the others; raise it where all clients ' +
      'come through one balancer.',
    parser: parsers.integer(1, 1_000_000),
  }),
  requestsPerConnection: setting('REQUESTS_PER_CONNECTION', {
    unit: 'requests',
    default: '8192',
    reason:
      'What one client may have in flight; more wait in the client, and it delays itself alone.',
    parser: parsers.integer(1, 1_000_000),
  }),
  bytesPerConnection: setting('BYTES_PER_CONNECTION', {
    unit: 'bytes',
    default: '16MiB',
    reason: 'The same in bytes of requests: bounds the memory that one client can take.',
    parser: parsers.byteCount(64 * KIB, GIB),
  }),
  maxRequestBytes: setting('MAX_REQUEST_BYTES', {
    unit: 'bytes',
    default: '1.5MiB',
    reason: "The largest encoded operation, a transaction included; etcd's limit.",
    parser: parsers.byteCount(KIB, 2 * MIB),
  }),
  maxValueBytes: setting('MAX_VALUE_BYTES', {
    unit: 'bytes',
    default: '1MiB',
    reason: 'Every write travels to every node and stands in its log.',
    parser: parsers.byteCount(1, 2 * MIB),
  }),
  requestTimeoutMs: setting('REQUEST_TIMEOUT', {
    unit: 'ms, s, m',
    default: '30s',
    reason:
      "How long a request may take if the client names no time; the client library's own default.",
    parser: parsers.duration(10),
  }),
  logLevel: setting('LOG_LEVEL', {
    unit: 'error, warn, info, debug',
    default: 'info',
    reason:
      'info has a line for each change of role, leader, connection and checkpoint, none a request.',
    parser: parsers.choice(['error', 'warn', 'info', 'debug']),
  }),
  logFormat: setting('LOG_FORMAT', {
    unit: 'json, pretty, auto',
    default: 'auto',
    reason: 'auto: lines for people on a terminal, JSON everywhere else.',
    parser: parsers.choice(['json', 'pretty', 'auto']),
  }),
  reflection: setting('REFLECTION', {
    unit: 'true or false',
    default: 'false',
    reason: 'Lets grpcurl list the services; off, because it also tells strangers.',
    parser: parsers.truth,
  }),
} as const;

export const NODE_SETTINGS = {
  nodeId: setting('NODE_ID', {
    unit: 'number',
    default: '6787',
    reason:
      'Which of NODES this is; an id, not an address, and never used again for another directory.',
    parser: parsers.integer(1, 2 ** 31 - 1),
  }),
  name: derived('NODE_NAME', {
    unit: 'name',
    default: 'ada, bob, cy for 6787, 6788, 6789; else node-ID',
    reason: 'For people: shown wherever a node is shown.',
    parser: parsers.name,
  }),
  ...CLUSTER_SETTINGS,
  clusterState: setting('CLUSTER_STATE', {
    unit: 'new, existing',
    default: 'new',
    reason:
      'new: a blank data directory may take part in forming the cluster. Set existing once it has formed: ' +
      'then a blank directory neither votes nor campaigns, so that a wiped disk can not undo what was ' +
      'acknowledged.',
    parser: parsers.choice(['new', 'existing']),
  }),
  quorum: derived('QUORUM', {
    unit: 'nodes',
    default: 'floor(N / 2) + 1 of NODES',
    reason: 'Always derived; if it is given, it is a check: another value refuses to start.',
    parser: parsers.integer(1, 9),
  }),
  host: setting('HOST', {
    unit: 'address',
    default: '127.0.0.1',
    reason:
      'Where to listen. This machine alone, unless TLS_DIR says who else may come; 0.0.0.0 is everywhere.',
    parser: parsers.host,
  }),
  port: derived('PORT', {
    unit: 'port',
    default: "this node's port in NODES",
    reason: 'For clients and proxies; to be given only where NODES names an outer port.',
    parser: parsers.port,
  }),
  peerPort: derived('PEER_PORT', {
    unit: 'port',
    default: "this node's peer port in NODES, which is its port there + 10000",
    reason:
      'For the other nodes, on a port of its own, so that a firewall can tell them from clients.',
    parser: parsers.port,
  }),
  httpPort: derived('HTTP_PORT', {
    unit: 'port',
    default: 'PORT + 20000',
    reason: 'Answers /livez, /readyz and /metrics.',
    parser: parsers.port,
  }),
  dataDirectory: derived('DATA_DIR', {
    unit: 'path',
    default: './data/NODE_NAME',
    reason: 'Log, data, vote and identity, all text. One process a directory.',
    parser: parsers.path,
  }),
  electionTimeout: setting('ELECTION_TIMEOUT', {
    unit: 'ms, s; a range or a fixed time',
    default: '1000-2000ms',
    reason:
      'How long a silent leader is waited for, drawn anew each time, so that candidates do not meet. A ' +
      'fixed time, such as 10s, plays a written scenario: the quick election after a lost connection is ' +
      'then off.',
    parser: parsers.timeoutRange,
  }),
  heartbeatMs: derived('HEARTBEAT', {
    unit: 'ms, s',
    default: '100ms, or a third of the least election timeout if that is less',
    reason:
      'How often a leader says that it lives; more than a third of the election timeout is refused, ' +
      'because two lost ones would end its term.',
    parser: parsers.duration(5),
  }),
  diskStallMs: setting('DISK_STALL', {
    unit: 'ms, s',
    default: '2s',
    reason:
      'A leader whose log does not become durable for so long hands over: another disk may be well.',
    parser: parsers.duration(50),
  }),
  checkpointEntries: setting('CHECKPOINT_ENTRIES', {
    unit: 'entries',
    default: '100000',
    reason:
      'The data is written out after so many entries (or half as many as there are keys, if that is ' +
      'more), and the log before it removed: bounds restarts.',
    parser: parsers.integer(10, MANY),
  }),
  checkpointBytes: setting('CHECKPOINT_BYTES', {
    unit: 'bytes',
    default: '64MiB',
    reason: 'The same in bytes of log (or as many as the last checkpoint had, if that is more).',
    parser: parsers.byteCount(4 * KIB, 1024 * GIB),
  }),
  quietCheckpointMs: setting('QUIET_CHECKPOINT', {
    unit: 'ms, s',
    default: '2s',
    reason:
      'After so long without a write, changed data is written out: the files then show what there is.',
    parser: parsers.duration(10),
  }),
  trailingEntries: setting('TRAILING_ENTRIES', {
    unit: 'entries',
    default: '10000',
    reason:
      'So many entries stay in the log behind a checkpoint, for a node that is only a little behind.',
    parser: parsers.integer(0, MANY),
  }),
  historyRevisions: setting('HISTORY_REVISIONS', {
    unit: 'revisions',
    default: '10000',
    reason: 'How far back a read at a revision reaches; older versions are dropped by themselves.',
    parser: parsers.integer(1, MANY),
  }),
  historyBytes: setting('HISTORY_BYTES', {
    unit: 'bytes',
    default: '256MiB',
    reason: 'The same in bytes of superseded versions: bounds memory whatever the size of values.',
    parser: parsers.byteCount(64 * KIB, 1024 * GIB),
  }),
  sessionTimeoutMs: setting('SESSION_TIMEOUT', {
    unit: 's, m',
    default: '60s',
    reason:
      'A client that is silent for so long loses its session, and with it the promise that a repeated ' +
      'write happens once.',
    parser: parsers.duration(1_000),
  }),
  maxKeyBytes: setting('MAX_KEY_BYTES', {
    unit: 'bytes',
    default: '4KiB',
    reason: 'Keys are names; every one of them is held in memory.',
    parser: parsers.byteCount(1, 64 * KIB),
  }),
  maxTxnOperations: setting('MAX_TXN_OPS', {
    unit: 'operations',
    default: '128',
    reason: "In one transaction, all branches together; nothing else runs meanwhile. etcd's limit.",
    parser: parsers.integer(1, 10_000),
  }),
  ...SERVICE_SETTINGS,
  allowForcedElection: setting('ALLOW_FORCED_ELECTION', {
    unit: 'true or false',
    default: 'false',
    reason: 'Lets an operator make the election timer expire by hand; for lessons and tests.',
    parser: parsers.truth,
  }),
} as const;

export const PROXY_SETTINGS = {
  name: derived('PROXY_NAME', {
    unit: 'name',
    default: 'proxy-PORT',
    reason: 'For people, where there are several.',
    parser: parsers.name,
  }),
  host: setting('PROXY_HOST', {
    unit: 'address',
    default: '127.0.0.1',
    reason:
      'Where to listen. This machine alone, unless TLS_DIR says who else may come; 0.0.0.0 is everywhere.',
    parser: parsers.host,
  }),
  port: setting('PROXY_PORT', {
    unit: 'port',
    default: '2379',
    reason: "For clients; etcd's port.",
    parser: parsers.port,
  }),
  httpPort: setting('PROXY_HTTP_PORT', {
    unit: 'port',
    default: '8080',
    reason: 'Answers /livez, /readyz and /metrics, and shows the dashboard.',
    parser: parsers.port,
  }),
  page: setting('PAGE', {
    unit: 'true or false',
    default: 'true',
    reason:
      'Shows the dashboard on PROXY_HTTP_PORT. Where that is not this machine alone, PAGE_TOKEN is asked for.',
    parser: parsers.truth,
  }),
  pageToken: derived('PAGE_TOKEN', {
    unit: '16 to 200 letters, digits, - and _',
    default: 'none: this machine alone may look, and nobody may act',
    reason:
      'What a page has to show before it may act, and, unless PROXY_HOST is this machine alone, before it may ' +
      'look. npm start makes a new one for each run, and prints it behind the # of the address.',
    parser: parsers.token,
  }),
  pageHosts: setting('PAGE_HOSTS', {
    unit: 'host names, separated by commas',
    default: 'localhost',
    reason:
      'The names under which the dashboard may be asked for, beside PROXY_HOST and addresses of this machine: a ' +
      "page of somebody else's, whose name leads here, reads nothing.",
    parser: parsers.hosts,
  }),
  control: setting('CONTROL', {
    unit: 'true or false',
    default: 'false',
    reason:
      'Lets a page with the token write keys, and stop, break and mend what allows that itself. Off: it shows.',
    parser: parsers.truth,
  }),
  supervisorSocket: derived('SUPERVISOR_SOCKET', {
    unit: 'path',
    default: 'none: nobody starts or stops processes for the page',
    reason:
      'Where npm start, which owns the processes, listens for what the page wants done to them.',
    parser: parsers.path,
  }),
  ...CLUSTER_SETTINGS,
  queueTimeoutMs: setting('QUEUE_TIMEOUT', {
    unit: 'ms, s',
    default: '15s',
    reason: 'How long a request waits for a leader; an election takes two seconds, a bad one ten.',
    parser: parsers.duration(10),
  }),
  queueRequests: setting('QUEUE_REQUESTS', {
    unit: 'requests',
    default: '100000',
    reason: 'How many wait at most; what comes then is told at once that it was not done.',
    parser: parsers.integer(1, 10_000_000),
  }),
  queueBytes: setting('QUEUE_BYTES', {
    unit: 'bytes',
    default: '64MiB',
    reason: 'The same in bytes: bounds memory during an election.',
    parser: parsers.byteCount(64 * KIB, 16 * GIB),
  }),
  nodeSilenceMs: setting('NODE_SILENCE', {
    unit: 'ms, s',
    default: '300ms',
    reason: 'Nodes speak every 100 ms; one unheard for so long is read from no more.',
    parser: parsers.duration(100),
  }),
  maxLagEntries: setting('MAX_LAG_ENTRIES', {
    unit: 'entries',
    default: '20000',
    reason: 'A follower further behind is not read from: the read would wait for it to catch up.',
    parser: parsers.integer(0, MANY),
  }),
  readFromLeader: setting('READ_FROM_LEADER', {
    unit: 'true or false',
    default: 'true',
    reason: 'Without any follower, reads go to the leader; false keeps its time for writes.',
    parser: parsers.truth,
  }),
  ...SERVICE_SETTINGS,
} as const;

export const CLIENT_SETTINGS = {
  endpoints: setting('RELEVO_ENDPOINTS', {
    unit: 'host:port, separated by commas',
    default: '127.0.0.1:2379',
    reason: 'Proxies, tried in turn; the address of one is all that a client needs.',
    parser: parsers.endpoints,
    flag: '--endpoints',
  }),
  timeoutMs: setting('RELEVO_TIMEOUT', {
    unit: 'ms, s',
    default: '30s',
    reason: 'For each call; an election fits into it several times.',
    parser: parsers.duration(1),
    flag: '--timeout',
  }),
  consistency: setting('RELEVO_CONSISTENCY', {
    unit: 'linearizable, stale',
    default: 'linearizable',
    reason: 'stale reads whatever a node has, which may be old, also while there is no leader.',
    parser: parsers.choice(['linearizable', 'stale']),
    flag: '--consistency',
  }),
  ...SECURITY_SETTINGS,
} as const;
