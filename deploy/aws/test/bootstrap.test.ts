/** bootstrap.sh and formed.sh on a host in a folder: what they write, call, refuse, and leave alone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Host, PACKAGE } from './host.js';

const NODES = '1=ada.relevo.internal:6787,2=bob.relevo.internal:6787,3=cy.relevo.internal:6787';
const ADA = { ROLE: 'leader', NAME: 'ada', NODE_ID: '1', NODES, TLS: 'off' };
const PARAMETERS = '/relevo/relevo/ada';

let host: Host;
beforeEach(() => {
  host = new Host();
});
afterEach(() => {
  host.close();
});

const bootstrap = () => host.run('bootstrap.sh');

const dotEnv = (service: string): Record<string, string> =>
  Object.fromEntries(
    host
      .read('etc', service, '.env')
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

describe('a node by hand, without a cloud', () => {
  test('R5 comes to be healthy, and the versions are printed', () => {
    host.configure(ADA);
    const { status, output } = bootstrap();
    assert.equal(status, 0, output);
    assert.match(output, /versions: .*kernel/);
    assert.match(output, /versions: Node v\d+/);
    assert.match(output, /versions: relevo 0\.0\.0, release first/);
    assert.match(output, /ada is healthy/);
    assert.deepEqual(
      host.calls().filter((call) => call.startsWith('aws ') && !call.includes('--version')),
      [],
    );
  });

  test('R4 its .env is all that says who it is', () => {
    host.configure(ADA);
    assert.equal(bootstrap().status, 0);
    assert.deepEqual(dotEnv('relevo-node'), {
      NODES,
      CLUSTER_NAME: 'relevo',
      NODE_ID: '1',
      NODE_NAME: 'ada',
      CLUSTER_STATE: 'new',
      DATA_DIR: host.path('data/data'),
      HOST: '0.0.0.0',
      LOG_FORMAT: 'json',
      PLAINTEXT: 'all',
    });
    assert.equal(host.read('etc/relevo-node/program'), 'PROGRAM=leader\n');
    assert.ok(existsSync(host.path('units/relevo-node.service')));
    assert.equal(readlinkSync(host.path('opt/current')), host.path('opt/releases/first'));
  });

  test('a second run changes nothing', () => {
    host.configure(ADA);
    assert.equal(bootstrap().status, 0);
    const state = () =>
      execFileSync('find', [
        host.root,
        '-type',
        'f',
        '-not',
        '-name',
        'calls',
        '-printf',
        '%P %s\n',
      ])
        .toString()
        .split('\n')
        .sort();
    const before = [state(), host.read('etc/relevo-node/.env')];
    assert.equal(bootstrap().status, 0);
    assert.deepEqual([state(), host.read('etc/relevo-node/.env')], before);
    assert.ok(!host.calls().some((call) => / restart /.test(call)));
  });

  test('once it takes part, it is existing, on the host and in its .env', () => {
    host.configure(ADA);
    assert.equal(bootstrap().status, 0);
    assert.equal(host.run('formed.sh').status, 0);
    assert.equal(dotEnv('relevo-node')['CLUSTER_STATE'], 'existing');
    assert.match(host.read('etc/instance.conf'), /^STATE=existing$/m);
  });

  test('an emptied data directory under a known name is refused', () => {
    host.configure({ ...ADA, STATE: 'existing' });
    mkdirSync(host.path('data'));
    writeFileSync(host.path('data/VOLUME'), 'cluster=relevo node=1 name=ada\n');
    const { status, output } = bootstrap();
    assert.equal(status, 5, output);
    assert.match(output, /no identity\.json, but ada had data: refused/);
    assert.ok(!host.calls().some((call) => call.startsWith('systemctl start')));
  });

  test('a volume of another cluster is refused', () => {
    host.configure(ADA);
    mkdirSync(host.path('data'));
    writeFileSync(host.path('data/VOLUME'), 'cluster=other node=1 name=ada\n');
    const { status, output } = bootstrap();
    assert.equal(status, 4, output);
    assert.match(output, /the volume says: cluster=other/);
  });
});

describe('a wrong configuration', () => {
  test('is refused with all that is wrong', () => {
    host.configure({ ROLE: 'boss', NAME: 'Ada!', NODES: 'none', COLOUR: 'red' });
    const { status, output } = bootstrap();
    assert.equal(status, 2);
    for (const said of ['ROLE=boss', 'NAME=Ada!', 'NODES=none', 'unknown: COLOUR=red']) {
      assert.ok(output.includes(said), `${said} is not in: ${output}`);
    }
  });

  test('a node that is none of NODES is refused', () => {
    host.configure({ ...ADA, NODE_ID: '9' });
    const { status, output } = bootstrap();
    assert.equal(status, 2, output);
    assert.match(output, /has no node 9/);
  });
});

describe('a node on Amazon', () => {
  const cloud = { ...ADA, TLS: 'on', ZONE_ID: 'Z1', DNS_NAME: 'ada.relevo.internal', PARAMETERS };

  test('takes its state, certificates and name, and says when it is new no more', () => {
    host.configure(cloud);
    const pem = { Name: `${PARAMETERS}/tls/peer.pem`, Value: 'CERTIFICATE' };
    host.replies.push(
      { when: /^aws ssm get-parameter --name \S+\/state/, out: 'new' },
      { when: /^aws ssm get-parameters-by-path/, out: JSON.stringify({ Parameters: [pem] }) },
    );
    const { status, output } = bootstrap();
    assert.equal(status, 0, output);
    const { TLS_DIR, PLAINTEXT } = dotEnv('relevo-node');
    assert.deepEqual({ TLS_DIR, PLAINTEXT }, { TLS_DIR: host.path('etc/tls'), PLAINTEXT: 'http' });
    assert.equal(host.read('etc/tls/peer.pem'), 'CERTIFICATE\n');
    assert.equal(host.run('formed.sh').status, 0);
    const put = `aws ssm put-parameter --name ${PARAMETERS}/state --value existing --type String --overwrite`;
    const upsert =
      'aws route53 change-resource-record-sets --hosted-zone-id Z1 --change-batch ' +
      '{"Changes":[{"Action":"UPSERT","ResourceRecordSet":{"Name":"ada.relevo.internal","Type":"A",' +
      '"TTL":10,"ResourceRecords":[{"Value":"10.40.0.11"}]}}]}';
    assert.ok(host.calls().includes(put));
    assert.ok(host.calls().includes(upsert));
  });

  test('without certificates it does not start', () => {
    host.configure(cloud);
    host.replies.push(
      { when: /^aws ssm get-parameter --name/, out: 'new' },
      { when: /^aws ssm get-parameters-by-path/, out: '{"Parameters":[]}' },
    );
    const { status, output } = bootstrap();
    assert.equal(status, 1, output);
    assert.match(output, /there are no certificates for this host/);
    assert.ok(!host.calls().some((call) => call.startsWith('systemctl start')));
  });

  test('a state that nobody knows is refused', () => {
    host.configure(cloud);
    host.replies.push({ when: /^aws ssm get-parameter --name/, out: 'None' });
    assert.equal(bootstrap().status, 2);
  });
});

describe('the command relevo on a host', () => {
  test('knows the proxies, from what bootstrap wrote', () => {
    host.configure({ ROLE: 'client', NAME: 'client', TLS: 'off', ENDPOINTS: 'proxy-1.x:2379' });
    assert.equal(bootstrap().status, 0);
    const program = host.path('opt/releases/first/lib/bin/client.mjs');
    writeFileSync(program, 'console.log(process.env.RELEVO_ENDPOINTS, process.argv.slice(2))\n');
    const { status, output } = host.functions('"$COMMAND" get "a b"');
    assert.equal(status, 0, output);
    assert.equal(output, "proxy-1.x:2379 [ 'get', 'a b' ]\n");
  });
});

describe('what is written for Relevo', () => {
  const example = readFileSync(join(PACKAGE, '../../.env.example'), 'utf8');
  const known = new Set([...example.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name));

  test('has only names that .env.example has', () => {
    host.configure({ ...ADA, ENDPOINTS: 'proxy.relevo.internal:2379' });
    assert.equal(bootstrap().status, 0);
    const proxy = { ROLE: 'proxy', NAME: 'proxy-1', NODES, TLS: 'off' };
    host.configure(proxy);
    assert.equal(bootstrap().status, 0);
    const written = [dotEnv('relevo-node'), dotEnv('relevo-proxy')].flatMap(Object.keys);
    assert.ok(written.length > 10);
    assert.deepEqual(
      written.filter((name) => !known.has(name)),
      [],
    );
  });
});
