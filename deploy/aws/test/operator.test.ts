/** relevo-aws: exactly which calls of `aws` each verb makes, and that what destroys asks first. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { runOperator } from '../operator/run.js';
import { Complaint, realWorld } from '../operator/world.js';
import { Amazon, RECORD, ROWS, STACK } from './amazon.js';

const SUM = 'ab'.repeat(32);
let amazon: Amazon;
let folder: string;
beforeEach(() => {
  amazon = new Amazon();
  folder = mkdtempSync(join(tmpdir(), 'relevo-operator-'));
  writeFileSync(join(folder, 'relevo.tgz.sha256'), `${SUM}  relevo.tgz\n`);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ARTEFACT = () => join(folder, 'relevo.tgz');
const KEY = `artefacts/relevo-${SUM.slice(0, 12)}.tgz`;
const run = (...words: string[]) => runOperator(words, amazon, join(folder, 'certificates'));

describe('looking', () => {
  test('leader asks a host inside', async () => {
    assert.equal(await run('leader'), 0);
    assert.deepEqual(amazon.lines, ['bob']);
    assert.deepEqual(amazon.of('send-command'), [
      [
        ...['ssm', 'send-command', '--document-name', 'AWS-RunShellScript'],
        ...['--instance-ids', 'i-client', '--parameters'],
        '{"commands":["/usr/local/bin/relevo --output json cluster || [ $? = 1 ]"]}',
        ...['--query', 'Command.CommandId', '--output', 'text'],
      ],
    ]);
  });

  test('status names every instance', async () => {
    assert.equal(await run('status'), 0);
    const shown = amazon.lines.join('\n');
    for (const [name = '', id = ''] of ROWS) assert.ok(shown.includes(`${name}\t${id}\trunning`));
    const [words = []] = amazon.of('describe-instances');
    assert.ok(words.includes('Name=tag:relevo:cluster,Values=relevo'));
  });

  test('inspect shows files, sums and meaning on that host', async () => {
    assert.equal(await run('inspect', 'cy'), 0);
    const [line = ''] = amazon.ran;
    assert.match(line, /^cy: .*sha256sum data\/\*.*relevo inspect \/var\/lib\/relevo\/data$/);
  });

  test('logs and shell take the terminal over', async () => {
    assert.equal(await run('logs', 'ada', '--follow'), 0);
    assert.equal(await run('shell', 'ada'), 0);
    assert.deepEqual(amazon.sessions, [
      [
        ...['logs', 'tail', '/relevo/relevo', '--log-stream-names', 'ada', '--since', '15m'],
        ...['--format', 'short', '--follow'],
      ],
      ['ssm', 'start-session', '--target', 'i-ada'],
    ]);
  });

  test('a host that is not there is named, with those that are', async () => {
    await assert.rejects(
      run('shell', 'zoe'),
      /no host zoe runs in relevo; there are: ada \(running\)/,
    );
  });

  test('wrong words are a usage error, and nothing is called', async () => {
    for (const words of [[], ['explode'], ['inspect'], ['leader', 'x'], ['leader', '--colour']]) {
      assert.equal(await run(...words), 2);
    }
    assert.deepEqual(amazon.calls, []);
  });
});

describe('what destroys', () => {
  const changing = [
    'terminate-instances',
    'delete-stack',
    'deploy',
    'update-stack',
    'put-parameter',
  ];
  const verbs = [
    ['deploy', '--artefact', 'x'],
    ['terminate-leader'],
    ['restore', 's3://b/x.jsonl.gz', 'relevo-2'],
    ['destroy'],
  ];
  for (const words of verbs) {
    test(`${words[0] ?? ''} does nothing without a yes`, async () => {
      await assert.rejects(run(...words), /nothing was done/);
      assert.deepEqual(
        amazon.calls.filter((call) => changing.includes(call[1] ?? '')),
        [],
      );
      assert.ok(!amazon.ran.some((line) => /systemctl|restore\.sh/.test(line)));
    });
  }

  test('terminate-leader: the leader’s instance, and a stopwatch around it', async () => {
    assert.equal(await run('terminate-leader', '--yes'), 0);
    assert.deepEqual(amazon.of('terminate-instances'), [
      ['ec2', 'terminate-instances', '--instance-ids', 'i-bob'],
    ]);
    const watch = amazon.ran.findIndex((line) => /^client: .*stopwatch\.mjs 60$/.test(line));
    assert.ok(watch >= 0);
    const said = amazon.lines.join('\n');
    assert.match(
      said,
      /the client saw: 900 writes acknowledged, 0 failed, the longest wait for one 310 ms/,
    );
    assert.match(said, /ada leads now/);
    assert.match(said, /bob is back with its volume and its name/);
  });

  test('a yes on the terminal is a yes', async () => {
    amazon.answer = true;
    assert.equal(await run('destroy'), 0);
    assert.equal(amazon.of('delete-stack').length, 1);
  });

  test('destroy deletes the hosts’ stack alone, and says what stays', async () => {
    assert.equal(await run('destroy', '--yes'), 0);
    assert.deepEqual(amazon.of('delete-stack'), [
      ['cloudformation', 'delete-stack', '--stack-name', 'relevo-hosts'],
    ]);
    // The names first: CloudFormation deletes no zone that holds any.
    const order = amazon.calls.map(([, verb]) => verb);
    const forgotten = order.indexOf('change-resource-record-sets');
    assert.ok(forgotten >= 0 && forgotten < order.indexOf('delete-stack'));
    assert.deepEqual(amazon.calls[forgotten]?.slice(2), [
      ...['--hosted-zone-id', 'Z1', '--change-batch'],
      JSON.stringify({ Changes: [{ Action: 'DELETE', ResourceRecordSet: RECORD }] }),
    ]);
    const said = amazon.lines.join('\n');
    assert.match(said, /vol-1\t10 GiB\tdata of ada/);
    assert.match(said, /about 1\.60 USD a month/);
  });

  test('restore stops everybody first, and starts nodes before proxies', async () => {
    assert.equal(await run('restore', 's3://b/x.jsonl.gz', 'relevo-2', '--yes'), 0);
    const steps = amazon.ran.filter((line) => /systemctl|restore\.sh/.test(line));
    const script = '/opt/relevo/current/instance/restore.sh s3://b/x.jsonl.gz relevo-2';
    assert.deepEqual(steps, [
      'proxy-1: systemctl stop relevo-proxy',
      ...['ada', 'bob', 'cy'].map((name) => `${name}: systemctl stop relevo-node`),
      ...['ada', 'bob', 'cy', 'proxy-1'].map((name) => `${name}: ${script}`),
      ...['ada', 'bob', 'cy'].map((name) => `${name}: systemctl start --no-block relevo-node`),
      'proxy-1: systemctl start --no-block relevo-proxy',
    ]);
    const [update = []] = amazon.of('update-stack');
    assert.ok(update.includes('ParameterKey=ClusterName,ParameterValue=relevo-2'));
    assert.ok(update.includes('ParameterKey=ArtefactKey,UsePreviousValue=true'));
  });

  test('restore takes no words that a shell would read otherwise', async () => {
    await assert.rejects(run('restore', 's3://b/x; reboot', 'relevo-2', '--yes'), Complaint);
    await assert.rejects(run('restore', 's3://b/x.jsonl.gz', '$(reboot)', '--yes'), Complaint);
    assert.deepEqual(amazon.calls, []);
  });
});

describe('changing', () => {
  test('upgrade goes through followers, the leader after a transfer, then the rest', async () => {
    assert.equal(await run('upgrade', '--artefact', ARTEFACT()), 0);
    assert.deepEqual(amazon.of('cp'), [
      ['s3', 'cp', '--only-show-errors', ARTEFACT(), `s3://the-bucket/${KEY}`],
    ]);
    const steps = amazon.ran
      .filter((line) => /upgrade\.sh|transfer/.test(line))
      .map((line) => line.replace(/^(\S+): .*(upgrade\.sh|transfer).*$/, '$1 $2'));
    assert.deepEqual(steps, [
      ...['ada upgrade.sh', 'cy upgrade.sh', 'client transfer', 'bob upgrade.sh'],
      ...['client upgrade.sh', 'proxy-1 upgrade.sh'],
    ]);
    assert.ok(
      amazon.ran.includes(
        `ada: /opt/relevo/current/instance/upgrade.sh s3://the-bucket/${KEY} ${SUM}`,
      ),
    );
    const [update = []] = amazon.of('update-stack');
    assert.ok(update.includes(`ParameterKey=ArtefactSha256,ParameterValue=${SUM}`));
    assert.ok(update.includes('--use-previous-template'));
  });

  test('a name that a shell would read otherwise is refused', async () => {
    await assert.rejects(run('upgrade', '--artefact', join(folder, 'a;reboot.tgz')), /no name for/);
    assert.deepEqual(amazon.calls, []);
  });

  test('backup runs on a proxy', async () => {
    assert.equal(await run('backup'), 0);
    assert.deepEqual(amazon.ran, ['proxy-1: /opt/relevo/current/instance/backup.sh']);
  });
});

describe('deploy', () => {
  /** As `relevo certs` leaves them. */
  const certificates = () => {
    for (const own of ['nodes/ada', 'nodes/bob', 'nodes/cy', 'proxies/proxy-1', 'clients/client']) {
      mkdirSync(join(folder, 'certificates', own), { recursive: true });
      writeFileSync(join(folder, 'certificates', own, 'server.pem'), 'PEM\n');
    }
  };

  test('a first one: data, artefact, certificates, hosts, in this order', async () => {
    amazon.hasStacks = false;
    certificates();
    assert.equal(await run('deploy', '--artefact', ARTEFACT(), '--yes'), 0);
    const order = amazon.calls
      .map(([, verb = '', , stack = '']) => (verb === 'deploy' ? `deploy ${stack}` : verb))
      .filter((verb) => /^deploy|^cp$|^put-parameter$|termination/.test(verb));
    assert.deepEqual(order, [
      ...['deploy relevo-data', 'update-termination-protection', 'cp'],
      ...Array.from({ length: 5 }, () => 'put-parameter'),
      'deploy relevo-hosts',
    ]);
    const [data = [], hosts = []] = amazon.of('deploy');
    assert.ok(data.includes('Zones=eu-south-1a,eu-south-1b,eu-south-1c'));
    for (const word of [
      `ArtefactKey=${KEY}`,
      `ArtefactSha256=${SUM}`,
      'Tls=on',
      'CAPABILITY_IAM',
    ]) {
      assert.ok(hosts.includes(word), word);
    }
  });

  test('each host’s files go under its own name, as secrets, and never as words', async () => {
    certificates();
    assert.equal(await run('deploy', '--artefact', ARTEFACT(), '--yes'), 0);
    const [first = []] = amazon.of('put-parameter');
    assert.deepEqual(first, [
      ...['ssm', 'put-parameter', '--overwrite', '--type', 'SecureString'],
      ...['--name', '/relevo/relevo/ada/tls/server.pem'],
      ...['--value', `file://${join(folder, 'certificates/nodes/ada/server.pem')}`],
    ]);
  });

  test('relevo certs is told every host by the name it is dialled by', async () => {
    await assert.rejects(run('deploy', '--artefact', ARTEFACT(), '--yes'), /made no such host/);
    assert.deepEqual(amazon.programs.at(-1)?.slice(2), [
      ...['certs', join(folder, 'certificates'), '--nodes'],
      '1=ada@ada.relevo.internal,2=bob@bob.relevo.internal,3=cy@cy.relevo.internal',
      ...['--proxies', 'proxy-1@proxy-1.relevo.internal', '--clients', 'client'],
    ]);
  });

  test('with a balancer, its name is one of each proxy’s', async () => {
    const words = ['deploy', '--profile', 'production', '--artefact', ARTEFACT(), '--yes'];
    await assert.rejects(run(...words), /made no such host/);
    assert.equal(
      amazon.programs.at(-1)?.[7],
      'proxy-1@proxy-1.relevo.internal+proxy.relevo.internal,' +
        'proxy-2@proxy-2.relevo.internal+proxy.relevo.internal',
    );
  });

  test('a host whose folder was deleted is named again, and so gets another', async () => {
    certificates();
    mkdirSync(join(folder, 'certificates', 'authorities'));
    rmSync(join(folder, 'certificates/nodes/bob'), { recursive: true });
    await assert.rejects(run('certs'), /bob is missing/);
    assert.match(amazon.programs.at(-1)?.join(' ') ?? '', /2=bob@bob\.relevo\.internal/);
  });

  test('--plain: no certificates, and hosts that ask for none', async () => {
    assert.equal(await run('deploy', '--plain', '--artefact', ARTEFACT(), '--yes'), 0);
    assert.equal(amazon.of('put-parameter').length, 0);
    assert.ok(amazon.of('deploy')[1]?.includes('Tls=off'));
  });

  test('zones that a cluster has stay, whatever the region offers', async () => {
    STACK.Parameters.push({
      ParameterKey: 'Zones',
      ParameterValue: 'eu-south-1b,eu-south-1c,eu-south-1a',
    });
    try {
      assert.equal(await run('deploy', '--plain', '--artefact', ARTEFACT(), '--yes'), 0);
      assert.ok(amazon.of('deploy')[0]?.includes('Zones=eu-south-1b,eu-south-1c,eu-south-1a'));
      assert.equal(amazon.of('describe-instance-type-offerings').length, 0);
    } finally {
      STACK.Parameters.pop();
    }
  });
});

describe('the real command', () => {
  const path = process.env['PATH'] ?? '';
  afterEach(() => {
    process.env['PATH'] = path;
  });

  /** Puts a command `aws` first on the path, which notes its words one a line. */
  const shim = (rest: string): void => {
    const command = join(folder, 'bin/aws');
    mkdirSync(dirname(command));
    writeFileSync(
      command,
      `#!/usr/bin/env bash\nprintf '%s\\n' "$@" >"${folder}/words"\n${rest}\n`,
    );
    chmodSync(command, 0o755);
    process.env['PATH'] = `${dirname(command)}:${path}`;
  };

  test('gets its words unchanged, and gives back what it printed', async () => {
    shim('echo printed');
    const words = ['ec2', 'x', '--query', 'Tags[?Key==`a b`]|[0]', '{"commands":["[ $? = 1 ]"]}'];
    assert.equal(await realWorld().aws(words), 'printed\n');
    assert.deepEqual(readFileSync(join(folder, 'words'), 'utf8').trim().split('\n'), words);
  });

  test('that fails is a complaint with its own words', async () => {
    shim('echo AccessDenied >&2; exit 254');
    await assert.rejects(
      realWorld().aws(['sts', 'get-caller-identity']),
      /aws sts get-caller-identity: AccessDenied/,
    );
  });

  test('without a terminal nobody agrees', async () => {
    assert.equal(await realWorld().agrees('Really?'), false);
  });
});
