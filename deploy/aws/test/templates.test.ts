/** What must hold of the templates, for each profile and number of nodes. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hostsOf, ingressOf, referred, shown, volumesOf } from '../lib/facts.js';
import { generatedFiles } from '../lib/generated.js';
import { planOf, PORTS } from '../lib/plan.js';
import { profileOf } from '../lib/profile.js';
import { ofType } from '../lib/resources.js';
import { templatesOf } from '../lib/synthesis.js';
import type { Template, Templates } from '../lib/resources.js';
import { shellcheck } from './checkers.js';
import { PACKAGE } from './host.js';

const USER_DATA_BYTES_MAX = 16 * 1024;
const CASES = ['minimal', 'production'].flatMap((profile) =>
  [1, 3, 5].map((nodes) => ({ profile, nodes })),
);

const made = ({ profile, nodes }: { profile: string; nodes: number }): Templates =>
  templatesOf(planOf('relevo', profileOf(profile), nodes));

const properties = (template: Template, type: string) =>
  ofType(template, type).map(([, { Properties }]) => Properties ?? {});

for (const each of CASES) {
  const templates = made(each);
  const { data, hosts } = templates;
  const { nodes } = each;

  describe(`${each.profile}, ${nodes} nodes`, () => {
    test('each host is a group of exactly one, in one subnet, with no update policy of its own', () => {
      const groups = ofType(hosts, 'AWS::AutoScaling::AutoScalingGroup');
      assert.equal(groups.length, hostsOf(templates).length);
      for (const [, { Properties = {}, UpdatePolicy = {} }] of groups) {
        assert.deepEqual([Properties['MinSize'], Properties['MaxSize']], ['1', '1']);
        assert.equal((Properties['VPCZoneIdentifier'] as unknown[]).length, 1);
        assert.equal(Properties['HealthCheckType'], 'EC2');
        assert.deepEqual(Object.keys(UpdatePolicy), ['AutoScalingScheduledAction']);
      }
    });

    test('nodes are spread over three zones, each in that of its volume', () => {
      const volumes = volumesOf(templates);
      const zones = new Map(hostsOf(templates).map(({ name, zone }) => [name, zone]));
      assert.equal(volumes.length, nodes);
      for (const { node, zone } of volumes) assert.equal(zones.get(node), zone);
      assert.equal(new Set(volumes.map(({ zone }) => zone)).size, Math.min(nodes, 3));
    });

    test('volumes, bucket and states are kept, whatever happens to the stack', () => {
      const kept = ['AWS::EC2::Volume', 'AWS::S3::Bucket', 'AWS::SSM::Parameter'];
      const resources = kept.flatMap((type) => ofType(data, type));
      assert.equal(resources.length, 2 * nodes + 1);
      for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of resources) {
        assert.deepEqual([DeletionPolicy, UpdateReplacePolicy], ['Retain', 'Retain'], id);
      }
    });

    test('every disk is encrypted', () => {
      for (const volume of properties(data, 'AWS::EC2::Volume')) {
        assert.equal(volume['Encrypted'], true);
      }
      const disks = JSON.stringify(hosts).match(/"Ebs":\{[^}]*\}/g) ?? [];
      assert.equal(disks.length, hostsOf(templates).length);
      for (const disk of disks) assert.match(disk, /"Encrypted":true/);
    });

    test('metadata asks for a token, one hop away, and there is no key to log in with', () => {
      for (const template of properties(hosts, 'AWS::EC2::LaunchTemplate')) {
        const launch = template['LaunchTemplateData'] as Record<string, unknown>;
        const options = launch['MetadataOptions'];
        assert.deepEqual(options, { HttpPutResponseHopLimit: 1, HttpTokens: 'required' });
        assert.equal(launch['KeyName'], undefined);
      }
    });

    test('nobody is let in but by the few ways between groups', () => {
      const ways = ingressOf(templates).map(
        ({ from, to, port }) => `${part(from)} ${part(to)} ${port}`,
      );
      const expected = [
        `Nodes Nodes ${PORTS.peer}`,
        `Proxies Nodes ${PORTS.session}`,
        `Clients Proxies ${PORTS.proxy}`,
        `Clients Proxies ${PORTS.proxyHttp}`,
      ];
      const balanced = [
        `Clients Balancer ${PORTS.proxy}`,
        `Balancer Proxies ${PORTS.proxy}`,
        `Balancer Proxies ${PORTS.proxyHttp}`,
      ];
      const all = each.profile === 'production' ? [...expected, ...balanced] : expected;
      assert.deepEqual([...ways].sort(), [...all].sort());
      const ingress = ofType(hosts, 'AWS::EC2::SecurityGroup').map(
        ([, group]) => group.Properties?.['SecurityGroupIngress'],
      );
      assert.doesNotMatch(JSON.stringify(ingress), /0\.0\.0\.0|::\/0|"FromPort":22\b/);
    });

    test('user data is small, is a sound script, and holds no secret', () => {
      for (const { name, userData } of hostsOf(templates)) {
        assert.ok(Buffer.byteLength(userData) < USER_DATA_BYTES_MAX);
        assert.doesNotMatch(userData, /PRIVATE KEY|SECRET|PASSWORD|AKIA/i);
        assert.match(userData, new RegExp(`\\nNAME=${name}\\n`));
        assert.match(userData, /sha256sum --check/);
      }
    });
  });
}

/** The group that a logical id belongs to. */
const part = (id: string): string => /(Nodes|Proxies|Clients|Balancer)/.exec(id)?.[1] ?? id;

test('R4 hosts differ by their configuration alone: every user data is the same apart from it', () => {
  const apart = hostsOf(made({ profile: 'minimal', nodes: 3 })).map(({ userData }) =>
    userData.replace(/<<'END'\n[^]*\nEND\n/, ''),
  );
  assert.equal(apart.length, 5);
  assert.equal(new Set(apart).size, 1);
});

test('shellcheck finds nothing in the user data of any host', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-user-data-'));
  try {
    for (const { name, userData } of hostsOf(made({ profile: 'production', nodes: 3 }))) {
      const file = join(folder, `${name}.sh`);
      writeFileSync(file, `${userData.replaceAll(/<[\w:-]+>/g, 'filled-in')}\n`);
      assert.equal(shellcheck(file), '');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('a role', () => {
  const templates = made({ profile: 'production', nodes: 3 });
  const roleOf = (name: string): string => {
    const policies = properties(templates.hosts, 'AWS::IAM::Policy');
    const own = policies.find((policy) =>
      (policy['Roles'] as unknown[]).some((role) => referred(role).startsWith(`Role${name}`)),
    );
    const { Statement: statements } = (own?.['PolicyDocument'] ?? {}) as { Statement: unknown[] };
    return JSON.stringify(statements.map((each) => filledIn(each)));
  };

  test('of a node names its own volume, name, parameters, and nobody else’s', () => {
    const names = ['ada', 'bob', 'cy'];
    for (const name of names) {
      const role = roleOf(name);
      for (const own of [
        `<relevo-data:volume-${name}>`,
        `${name}.relevo.internal`,
        `/relevo/relevo/${name}/state`,
      ]) {
        assert.ok(role.includes(own), `${name}: ${own}`);
      }
      for (const other of names.filter((each) => each !== name)) {
        assert.ok(!role.includes(`volume-${other}`), `${name} may use the volume of ${other}`);
        assert.ok(
          !role.includes(`${other}.relevo.internal`),
          `${name} may take the name of ${other}`,
        );
        assert.ok(!role.includes(`/relevo/${other}`), `${name} may read what belongs to ${other}`);
      }
    }
  });

  test('of a proxy writes its own backups, and takes no volume', () => {
    const role = roleOf('proxy1');
    assert.match(role, /"s3:PutObject".*backups\/relevo\/proxy-1\/\*/);
    assert.doesNotMatch(role, /AttachVolume|PutParameter/);
  });

  test('reads no parameter of others: no such action is allowed on everything', () => {
    const actions = properties(templates.hosts, 'AWS::IAM::Policy').flatMap((policy) => {
      const { Statement: statements } = policy['PolicyDocument'] as {
        Statement: { Action: string | string[]; Resource: unknown }[];
      };
      const open = statements.filter(({ Resource }) => Resource === '*');
      return open.flatMap(({ Action }) => Action);
    });
    assert.ok(actions.includes('ssmmessages:OpenDataChannel'));
    const tooMuch = actions.filter((action) => /Parameter|^s3|^ec2:|^route53|\*/.test(action));
    assert.deepEqual(tooMuch, []);
    assert.equal(JSON.stringify(templates.hosts).includes('ManagedPolicyArns'), false);
  });
});

/** Every joined text as one. */
function filledIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledIn);
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::Join' in value || 'Fn::ImportValue' in value) return shown(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledIn(inner)]));
}

test('another artefact changes launch templates and nothing else', () => {
  const { hosts } = made({ profile: 'production', nodes: 5 });
  const using = Object.values(hosts.Resources).filter((resource) =>
    /"Ref":"Artefact(?:Sha256|Key)"/.test(JSON.stringify(resource)),
  );
  assert.equal(using.length, hostsOf(made({ profile: 'production', nodes: 5 })).length);
  assert.deepEqual(new Set(using.map(({ Type }) => Type)), new Set(['AWS::EC2::LaunchTemplate']));
});

test('counts, profiles and names that can not be are refused', () => {
  assert.throws(() => planOf('relevo', profileOf('minimal'), 2), /1, 3, 5/);
  assert.throws(() => profileOf('huge'), /minimal and production/);
  assert.throws(() => planOf('Relevo!', profileOf('minimal'), 3), /small letters/);
});

describe('template/', () => {
  for (const [name, text] of generatedFiles()) {
    test(`${name} is what the program gives: else run npm run template here`, () => {
      assert.equal(readFileSync(join(PACKAGE, 'template', name), 'utf8'), text);
    });
  }
});
