// Who may import whom. Every rule says why in its comment, which is printed when it is broken. Tests
// may import anything; nothing imports tests.

const { purePatterns } = require('./scripts/pure-files.cjs');

const PURE = purePatterns();
const TEST = '\\.test\\.ts$|^tests/|/testing/';
const MAIN = '(^|/)main\\.ts$';

// A room is a folder with one door, its index.ts. The longer name comes first.
const ROOMS =
  'raft|kv|storage|node|config|driver|telemetry|tls/authority|tls|cluster|simulator|exhaustive|zoo|scenarios|bench|' +
  'services/leader|services/follower|services/proxy|services/client/cli|services/client|' +
  'rpc/session|rpc/peer|rpc/transport|rpc/generated';
// What may be known of the wire without its codecs: the frames' shapes, what keeps things by their ids, and who can
// speak with whom.
const FRAMES = '^rpc/(session/(frames|id-map)|versions)\\.ts$';
const WIRE = '^rpc/(generated/|(errors|admin|observer|versions)\\.ts$)';
// Between the streams of rpc/ alone: how bytes get into and out of a channel.
const TRANSPORT = '^rpc/transport/';
// The simulator takes the pure machines themselves: the rooms' doors come with real disks and sockets.
const MACHINES = '^node/replica\\.ts$|^services/proxy/router\\.ts$|^services/client/session\\.ts$';
// Its half of the wire is handed in by entry points: codecs are no pure code.
const SIMULATED_WIRE = '^simulator/wire\\.ts$';
// Of the zoo its wrong rules alone, as tables for lessons.
const WRONG_RULES = '^zoo/rules\\.ts$';
// A door of its own, because the page loads nothing else of the simulator.
const PLAYGROUND = '^simulator/playground/index\\.ts$';
// What reads the scenarios off the disk, which the pure door can't.
const SCENARIO_FILES = '^scenarios/files\\.ts$';
const DOORS = `^(${ROOMS})/index\\.ts$|${SCENARIO_FILES}|${FRAMES}|${WIRE}|${SIMULATED_WIRE}|${PLAYGROUND}|${WRONG_RULES}`;

const door = (room) => `^${room}/`;

// What each room may import besides itself, its own main.ts excepted.
const ALLOWED = [
  ['raft', [], 'Consensus stands alone: whoever reads or tests it needs nothing else.'],
  ['kv', [], 'The replicated state stands alone: it is driven by commands, whoever orders them.'],
  ['storage', ['^raft/'], "Storage keeps raft's entries and votes; their text is opaque to it."],
  [
    'services/leader',
    ['^raft/', '^kv/', '^storage/', FRAMES],
    'What a process does because it leads is decided from the pure rooms alone.',
  ],
  [
    'services/follower',
    ['^raft/', '^kv/', '^storage/', FRAMES],
    'What a process does because it follows is decided from the pure rooms alone.',
  ],
  [
    'node',
    [
      ...['raft', 'kv', 'storage', 'services/leader', 'services/follower'].map(door),
      ...['rpc/session', 'rpc/peer', 'config', 'driver', 'telemetry', 'tls'].map(door),
      WIRE,
    ],
    'A node composes the pure rooms and drives them; it knows no proxy and no client.',
  ],
  [
    'rpc/session',
    [WIRE, TRANSPORT, '^tls/'],
    'A stream knows its messages, not who uses it: proxy, node and client share it.',
  ],
  [
    'rpc/peer',
    [WIRE, TRANSPORT, '^tls/'],
    "The nodes' stream knows its messages, not their meaning.",
  ],
  [
    'services/proxy',
    [
      '^rpc/session/',
      WIRE,
      '^kv/',
      '^config/',
      '^driver/',
      '^telemetry/',
      '^tls/',
      '^services/client/(?!cli/)',
    ],
    'A proxy sees nodes from outside, through the session, or it could not stand on its own host.',
  ],
  [
    'services/client',
    ['^rpc/session/', WIRE, '^tls/(?!authority/)'],
    "The library is what strangers embed: it brings the session's protocol, and nothing else.",
  ],
  [
    'services/client/cli',
    ['^services/client/', '^storage/', '^kv/', '^config/', '^tls/', FRAMES, WIRE],
    'The command is a user of the library, as any other program; it reads directories to explain them, and makes them from backups.',
  ],
  [
    'rpc/transport',
    [WIRE, '^tls/'],
    'Bytes in and out of a channel: it knows neither the session nor the peers.',
  ],
  ['config', ['^tls/'], 'Settings are read before anything else exists.'],
  ['driver', ['^config/', '^tls/'], 'How a process lives, whatever machine it drives.'],
  [
    'tls/authority',
    ['^tls/'],
    'Making certificates takes a library that no service needs to run: it stands by itself.',
  ],
  ['tls', [], 'Certificates and verdicts; it knows no protocol that is spoken through them.'],
  ['telemetry', [], 'Logs and metrics are handed values; they do not fetch them.'],
  [
    'cluster',
    ['^services/client/', '^config/', '^tls/', WIRE],
    'It starts processes and talks to them as a client does: what it shows is what users get.',
  ],
  [
    'bench',
    ['^cluster/', '^services/client/', '^config/', WIRE],
    'It measures from outside, as a client: nothing of the inside may help it.',
  ],
  [
    'simulator',
    [
      ...['raft', 'kv', 'storage', 'services/leader', 'services/follower'].map(door),
      ...['node', 'services/proxy', 'rpc/generated'].map(door),
      '^services/client/(?!cli/)',
      FRAMES,
    ],
    'It drives the pure rooms with a made-up world; real disks and sockets would spoil a seed.',
  ],
  [
    'scenarios',
    [
      ...['cluster', 'config'].map(door),
      '^services/client/',
      '^simulator/playground/',
      '^zoo/rules\\.ts$',
      WIRE,
    ],
    'Lessons for the playground and for real processes, which it starts and asks as the prompt does.',
  ],
  [
    'dashboard',
    ['^simulator/playground/', '^zoo/rules\\.ts$', '^scenarios/', WIRE],
    'The page shows shapes and plays with the playground; whatever else it needs comes over HTTP.',
  ],
  [
    'exhaustive',
    ['^raft/'],
    'It tries every order of what may happen to the core: each room more is a world too large.',
  ],
  [
    'zoo',
    [
      ...['raft', 'kv', 'storage', 'node', 'services/proxy', 'simulator', 'exhaustive'].map(door),
      '^services/client/(?!cli/)',
      '^tests/storage/',
    ],
    'It plants wrong rules and asks every checker, that of the files too, which stands with the tests.',
  ],
];

const layerRules = ALLOWED.map(([room, allowed, comment]) => ({
  name: `${room.replaceAll('/', '-')}-imports`,
  comment,
  severity: 'error',
  from: {
    path: `^${room}/`,
    // The command lives inside the library's folder, and has a rule of its own.
    pathNot:
      room === 'services/client' ? `${TEST}|${MAIN}|^services/client/cli/` : `${TEST}|${MAIN}`,
  },
  to: {
    path: '^(?!node_modules/)',
    pathNot: [
      room === 'services/client' ? '^services/client/(?!cli/)' : `^${room}/`,
      ...allowed,
    ].join('|'),
    dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'],
    couldNotResolve: false,
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'only-through-the-door',
      comment:
        'A room can be rebuilt inside as long as its index.ts stands; so nobody looks behind it.',
      severity: 'error',
      from: { path: `^(${ROOMS})/`, pathNot: `${TEST}|^(simulator|zoo)/` },
      to: { path: `^(${ROOMS})/`, pathNot: `^$1/|${DOORS}|${TRANSPORT}` },
    },
    {
      name: 'only-through-the-door-or-to-a-machine',
      comment:
        'The simulator, and who plants bugs in it, take the pure machines themselves: their doors come with disks and sockets.',
      severity: 'error',
      from: { path: '^(simulator|zoo)/', pathNot: TEST },
      to: { path: `^(${ROOMS})/`, pathNot: `^$1/|${DOORS}|${MACHINES}` },
    },
    {
      name: 'other-rooms-by-name',
      comment: 'Another room is imported as #room: a folder can move without its users noticing.',
      severity: 'error',
      from: { path: `^(${ROOMS})/` },
      to: { path: `^(${ROOMS})/`, pathNot: `^$1/|${TRANSPORT}`, dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'pure-rooms-import-no-package',
      comment:
        'No disk, socket, clock or chance reaches a pure room: the same input gives the same state.',
      severity: 'error',
      from: { path: PURE.path, pathNot: `${TEST}|${MAIN}|${PURE.pathNot}` },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'] },
    },
    {
      name: 'nobody-imports-main',
      comment:
        'A main.ts starts a process as soon as it is loaded; what is worth sharing stands beside it.',
      severity: 'error',
      from: {},
      to: { path: MAIN },
    },
    {
      name: 'nobody-imports-tests',
      comment: 'What tests share is a file of its own, with a name that says what it is.',
      severity: 'error',
      from: { pathNot: '^(tests|zoo)/' },
      to: { path: '\\.test\\.ts$|^tests/' },
    },
    {
      name: 'production-imports-no-test-double',
      comment:
        'A testing/ folder holds what the tests beside it share: doubles, models, small worlds.',
      severity: 'error',
      from: { pathNot: TEST },
      to: { path: '/testing/' },
    },
    {
      name: 'production-never-imports-the-simulator',
      comment: 'Faults must not be a switch away from real data.',
      severity: 'error',
      from: { pathNot: `${TEST}|^simulator/|^exhaustive/|^zoo/|^scenarios/|^dashboard/` },
      to: { path: '^(simulator|exhaustive|zoo)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one thought in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-import-resolves',
      comment: 'An import that leads nowhere is not checked by any rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-package-in-production',
      comment: 'Hosts install what is in `dependencies` alone.',
      severity: 'error',
      from: { path: `^(${ROOMS}|rpc)/`, pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^(dist|data|results|deploy)/' },
    // Types count: a room that knows another's types depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    webpackConfig: { fileName: 'scripts/source-names.cjs' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
