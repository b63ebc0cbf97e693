/** Tests stand beside their sources; ES modules are transformed by swc, types are checked by `npm run verify`. */
export default {
  testEnvironment: 'node',
  // Every core: the tests of processes mostly wait, so that the others fill the gaps.
  maxWorkers: '100%',
  // Generous, because a machine may be busy: a limit on what hangs, not on what is slow.
  testTimeout: 30_000,
  // deploy/ holds a package of its own, with its own tests.
  testMatch: ['<rootDir>/**/*.test.ts', '!<rootDir>/deploy/**'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/data/',
    '<rootDir>/results/',
    '<rootDir>/deploy/',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: {
    '^#rpc/generated/(.*)$': '<rootDir>/rpc/generated/$1.ts',
    '^#rpc/session/(frames|id-map)$': '<rootDir>/rpc/session/$1.ts',
    '^#rpc/(errors|admin|observer|versions)$': '<rootDir>/rpc/$1.ts',
    '^#rpc/(session|peer)$': '<rootDir>/rpc/$1/index.ts',
    '^#(leader|follower|proxy|client)$': '<rootDir>/services/$1/index.ts',
    '^#node/replica$': '<rootDir>/node/replica.ts',
    '^#proxy/router$': '<rootDir>/services/proxy/router.ts',
    '^#client/session$': '<rootDir>/services/client/session.ts',
    '^#zoo/rules$': '<rootDir>/zoo/rules.ts',
    '^#simulator/wire$': '<rootDir>/simulator/wire.ts',
    '^#simulator/playground$': '<rootDir>/simulator/playground/index.ts',
    '^#scenarios/files$': '<rootDir>/scenarios/files.ts',
    '^#client/cli$': '<rootDir>/services/client/cli/index.ts',
    '^#tls/authority$': '<rootDir>/tls/authority/index.ts',
    '^#(raft|kv|storage|node|config|driver|telemetry|tls|cluster|simulator|exhaustive|scenarios)$':
      '<rootDir>/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
