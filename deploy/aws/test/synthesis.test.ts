/** What CloudFormation's own rules and cdk-nag say, without a network; each is shown to find a planted mistake. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { PACKAGE } from './host.js';

const out = mkdtempSync(join(tmpdir(), 'relevo-synth-'));
after(() => {
  rmSync(out, { recursive: true, force: true });
});

interface Synthesis {
  readonly status: number | null;
  readonly output: string;
}

const { context } = JSON.parse(readFileSync(join(PACKAGE, 'cdk.json'), 'utf8')) as {
  readonly context: Readonly<Record<string, unknown>>;
};

/** Nothing of Amazon's in the environment: no credentials, no region. */
const bare = (more: Readonly<Record<string, string>>) => ({
  PATH: process.env['PATH'],
  HOME: out,
  ...more,
});

function app(program: string, more: Readonly<Record<string, unknown>>, planted = ''): Synthesis {
  const result = spawnSync(join(PACKAGE, 'node_modules/.bin/tsx'), [program], {
    cwd: PACKAGE,
    encoding: 'utf8',
    env: bare({
      CDK_OUTDIR: join(out, Object.values(more).join('-') || planted),
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...more }),
      PLANTED: planted,
    }),
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

describe('synthesis is accepted', () => {
  for (const profile of ['minimal', 'production']) {
    for (const nodes of [1, 3, 5]) {
      test(`${profile}, ${nodes} nodes`, () => {
        const { status, output } = app('bin/app.ts', { profile, nodes });
        assert.equal(status, 0, output);
      });
    }
  }

  test('by the command cdk, in a network that is none, without credentials', () => {
    const cdk = ['node_modules/.bin/cdk', 'synth', '-q', '--no-lookups', '--no-notices'];
    // Whoever is not root makes a network of nothing as its own root.
    const alone = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];
    const words = [...alone, ...cdk, '--output', join(out, 'cdk')];
    const result = spawnSync('unshare', words, { cwd: PACKAGE, encoding: 'utf8', env: bare({}) });
    assert.equal(result.status, 0, result.stdout + result.stderr);
    const template = readFileSync(join(out, 'cdk/Hosts.template.json'), 'utf8');
    assert.match(template, /AWS::AutoScaling::AutoScalingGroup/);
  });
});

describe('a planted mistake is refused', () => {
  test('a misspelt property, by the rules of CloudFormation', () => {
    const { status, output } = app('test/planted/broken-app.ts', {}, 'property');
    assert.notEqual(status, 0);
    assert.match(output, /Encrypte/);
  });

  test('a port that is open to everybody, by cdk-nag', () => {
    const { status, output } = app('test/planted/broken-app.ts', {}, 'open');
    assert.notEqual(status, 0);
    assert.match(output, /EC23/);
  });
});

test('the command cdk is of major version 2: 3.0.0 was published by mistake', () => {
  const lock = readFileSync(join(PACKAGE, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as {
    readonly packages: Readonly<Record<string, { readonly version: string }>>;
  };
  assert.match(packages['node_modules/aws-cdk']?.version ?? 'none', /^2\./);
});
