/** The dependency rules are only worth their name if they catch what they forbid. */
import { rmSync } from 'node:fs';
import { plantedTree, runNode } from './tree.js';

/** A file that imports something it must not, and the rule that has to say so. */
interface Plant {
  readonly file: string;
  readonly text: string;
  readonly rule: string;
}

const PLANTS: readonly Plant[] = [
  { file: 'raft/a.ts', text: "import '#kv';", rule: 'raft-imports' },
  { file: 'kv/a.ts', text: "import type {} from '#storage';", rule: 'kv-imports' },
  { file: 'storage/a.ts', text: "import '#kv';", rule: 'storage-imports' },
  { file: 'services/leader/a.ts', text: "import '#node';", rule: 'services-leader-imports' },
  { file: 'services/follower/a.ts', text: "import '#leader';", rule: 'services-follower-imports' },
  { file: 'node/a.ts', text: "import '#proxy';", rule: 'node-imports' },
  { file: 'rpc/session/a.ts', text: "import '#raft';", rule: 'rpc-session-imports' },
  { file: 'rpc/peer/a.ts', text: "import '#node';", rule: 'rpc-peer-imports' },
  { file: 'services/proxy/a.ts', text: "import '#node';", rule: 'services-proxy-imports' },
  { file: 'services/client/a.ts', text: "import '#config';", rule: 'services-client-imports' },
  { file: 'services/client/b.ts', text: "import '#client/cli';", rule: 'services-client-imports' },
  {
    file: 'services/client/cli/a.ts',
    text: "import '#node';",
    rule: 'services-client-cli-imports',
  },
  { file: 'config/a.ts', text: "import '#telemetry';", rule: 'config-imports' },
  { file: 'driver/a.ts', text: "import '#node';", rule: 'driver-imports' },
  { file: 'telemetry/a.ts', text: "import '#config';", rule: 'telemetry-imports' },
  { file: 'cluster/a.ts', text: "import '#node';", rule: 'cluster-imports' },
  { file: 'bench/a.ts', text: "import '#raft';", rule: 'bench-imports' },
  { file: 'simulator/a.ts', text: "import '#config';", rule: 'simulator-imports' },
  { file: 'exhaustive/a.ts', text: "import '#kv';", rule: 'exhaustive-imports' },
  { file: 'zoo/a.ts', text: "import '#cluster';", rule: 'zoo-imports' },
  { file: 'node/b.ts', text: "import '../raft/inside.js';", rule: 'only-through-the-door' },
  { file: 'node/c.ts', text: "import '../raft/index.js';", rule: 'other-rooms-by-name' },
  { file: 'raft/b.ts', text: "import 'node:fs';", rule: 'pure-rooms-import-no-package' },
  { file: 'node/replica.ts', text: "import 'winston';", rule: 'pure-rooms-import-no-package' },
  {
    file: 'simulator/b.ts',
    text: "import '../node/main.js';",
    rule: 'only-through-the-door-or-to-a-machine',
  },
  { file: 'config/b.ts', text: "import '../rpc/transport/wire.js';", rule: 'config-imports' },
  { file: 'node/g.ts', text: "import '../rpc/transport/wire.js';", rule: 'node-imports' },
  { file: 'node/d.ts', text: "import './main.js';", rule: 'nobody-imports-main' },
  { file: 'raft/c.ts', text: "import './inside.test.js';", rule: 'nobody-imports-tests' },
  {
    file: 'node/e.ts',
    text: "import '#simulator';",
    rule: 'production-never-imports-the-simulator',
  },
  {
    file: 'raft/d.ts',
    text: "import './testing/double.js';",
    rule: 'production-imports-no-test-double',
  },
  { file: 'kv/b.ts', text: "import './c.js';", rule: 'no-cycles' },
  { file: 'kv/d.ts', text: "import './nowhere.js';", rule: 'every-import-resolves' },
  { file: 'node/f.ts', text: "import 'fast-check';", rule: 'no-development-package-in-production' },
];

const RESPECTABLE: Readonly<Record<string, string>> = {
  'raft/index.ts': "export * from './inside.js';",
  'raft/inside.ts': 'export const inside = 1;',
  'raft/testing/double.ts': "import 'fast-check';",
  'raft/inside.test.ts': "import './testing/double.js';\nimport 'fast-check';\nimport '#kv';",
  'kv/index.ts': 'export {};',
  'kv/c.ts': "import './b.js';",
  'storage/index.ts': "import '#raft';",
  'services/leader/index.ts': "import '#raft';\nimport '#storage';\nimport '#rpc/session/frames';",
  'services/follower/index.ts': "import '#kv';",
  'services/proxy/index.ts': "import '#client';\nimport '#rpc/session';\nimport '#config';",
  'services/proxy/main.ts': "import './index.js';",
  'services/client/index.ts': "import '#rpc/session';",
  'services/client/cli/index.ts': "import '#client';\nimport '#storage';",
  'services/client/main.ts': "import '#client/cli';",
  'services/leader/main.ts': "import '#node';",
  'node/index.ts': "import '#raft';\nimport '#leader';\nimport 'winston';\nimport 'node:fs';",
  'node/main.ts': "import './index.js';",
  'rpc/session/index.ts': "import '../transport/wire.js';",
  'rpc/transport/wire.ts': "import '#rpc/generated/relevo/v1/kv';",
  'rpc/generated/relevo/v1/kv.ts': "import '@bufbuild/protobuf/wire';",
  'rpc/session/frames.ts': 'export {};',
  'config/index.ts': "import 'zod';",
  'telemetry/index.ts': "import 'winston';",
  'cluster/index.ts': "import '#client';\nimport 'node:child_process';",
  'bench/index.ts': "import '#cluster';",
  'services/client/session.ts': 'export {};',
  'exhaustive/index.ts': "import '#raft';",
  'zoo/main.ts': "import '#simulator';\nimport '#exhaustive';",
  'simulator/index.ts':
    "import '#raft';\nimport '#node/replica';\nimport '#proxy';\nimport '#client/session';",
};

interface Cruised {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

describe('dependency rules', () => {
  let directory: string;
  let caught: Set<string>;

  beforeAll(() => {
    const planted = Object.fromEntries(PLANTS.map(({ file, text }) => [file, text]));
    directory = plantedTree({ ...RESPECTABLE, ...planted });
    const tool = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';
    const { output } = runNode(
      directory,
      tool,
      '--config',
      '.dependency-cruiser.cjs',
      '-T',
      'json',
      '.',
    );
    const { summary } = JSON.parse(output) as Cruised;
    caught = new Set(summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`));
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(PLANTS)('$rule catches $file', ({ file, rule }) => {
    expect(caught).toContain(`${rule}: ${file}`);
  });

  test('a file that keeps the rules is left alone', () => {
    const planted = new Set(PLANTS.map(({ file }) => file));
    const accused = [...caught].filter((each) => !planted.has(each.replace(/^.*: /, '')));
    expect(accused).toEqual([]);
  });
});
