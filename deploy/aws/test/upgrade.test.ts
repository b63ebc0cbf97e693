/** upgrade.sh, backup.sh and restore.sh on a host in a folder. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Host } from './host.js';

const NODES = '1=ada.relevo.internal:6787';
const ADA = { ROLE: 'follower', NAME: 'ada', NODE_ID: '1', NODES, TLS: 'off' };

let host: Host;
beforeEach(() => {
  host = new Host();
  host.configure(ADA);
  const { status, output } = host.run('bootstrap.sh');
  assert.equal(status, 0, output);
});
afterEach(() => {
  host.close();
});

/** A tarball as the artefact is one, and its sum. `mark` makes it differ from others. */
function artefact(mark: string): { readonly file: string; readonly sum: string } {
  const folder = host.release(`made-${mark}`);
  writeFileSync(`${folder}/mark`, mark);
  const file = host.path(`${mark}.tgz`);
  execFileSync('tar', ['-czf', file, '-C', host.path('opt/releases'), basename(folder)]);
  execFileSync('rm', ['-r', folder]);
  return { file, sum: createHash('sha256').update(readFileSync(file)).digest('hex') };
}

const current = () => basename(readlinkSync(host.path('opt/current')));
const restarts = () => host.calls().filter((call) => call.startsWith('systemctl restart')).length;

describe('upgrade', () => {
  test('switches to what was promised, restarts once, and keeps the old release', () => {
    const { file, sum } = artefact('second');
    const { status, output } = host.run('upgrade.sh', file, sum);
    assert.equal(status, 0, output);
    assert.equal(current(), sum.slice(0, 12));
    assert.equal(basename(readlinkSync(host.path('opt/previous'))), 'first');
    assert.equal(restarts(), 1);
  });

  test('the same again changes nothing', () => {
    const { file, sum } = artefact('second');
    assert.equal(host.run('upgrade.sh', file, sum).status, 0);
    const again = host.run('upgrade.sh', file, sum);
    assert.equal(again.status, 0);
    assert.match(again.output, /runs already/);
    assert.equal(restarts(), 1);
  });

  test('--roll-back goes to the release before, and forth again', () => {
    const { file, sum } = artefact('second');
    assert.equal(host.run('upgrade.sh', file, sum).status, 0);
    assert.equal(host.run('upgrade.sh', '--roll-back').status, 0);
    assert.equal(current(), 'first');
    assert.equal(host.run('upgrade.sh', '--roll-back').status, 0);
    assert.equal(current(), sum.slice(0, 12));
  });

  test('two releases stay, no more', () => {
    for (const mark of ['second', 'third', 'fourth']) {
      const { file, sum } = artefact(mark);
      assert.equal(host.run('upgrade.sh', file, sum).status, 0);
    }
    assert.equal(readdirSync(host.path('opt/releases')).length, 2);
  });

  test('another sum than promised: nothing changes, and nothing is left over', () => {
    const { file } = artefact('second');
    const { status, output } = host.run('upgrade.sh', file, 'a'.repeat(64));
    assert.equal(status, 1);
    assert.match(output, /its sha256 differs/);
    assert.equal(current(), 'first');
    assert.deepEqual(readdirSync(host.path('opt/releases')), ['first']);
    assert.equal(restarts(), 0);
  });

  test('a release that does not become ready is rolled back', () => {
    const { file, sum } = artefact('second');
    // Ready with the first release alone, as the link says when curl is called.
    host.command(
      'curl',
      '#!/usr/bin/env bash\n[[ $(readlink "$RELEVO_HOME/current") == */first ]]\n',
    );
    const { status, output } = host.run('upgrade.sh', file, sum);
    assert.equal(status, 1);
    assert.match(output, /was rolled back; first is ready/);
    assert.equal(current(), 'first');
    assert.equal(restarts(), 2);
  });

  test('without a release to go back to, or with wrong words, it says so', () => {
    assert.equal(host.run('upgrade.sh', '--roll-back').status, 1);
    assert.equal(host.run('upgrade.sh', 'somewhere').status, 2);
  });
});

describe('backup', () => {
  test('goes to the bucket whole, and is counted', () => {
    host.configure({ ...ADA, ROLE: 'proxy', NAME: 'proxy-1', BACKUP_URL: 's3://b/backups/relevo' });
    host.command('relevo', '#!/usr/bin/env bash\n[[ $1 == backup ]] && echo data >"$2"\n');
    const { status, output } = host.run('backup.sh');
    assert.equal(status, 0, output);
    const [copy = '', count = ''] = host.calls().filter((call) => /^aws (s3|cloud)/.test(call));
    assert.match(
      copy,
      /^aws s3 cp --only-show-errors \S+\.jsonl\.gz s3:\/\/b\/backups\/relevo\/relevo-\d{8}T\d{6}Z\.jsonl\.gz$/,
    );
    assert.match(count, /--metric-name BackupsMade .*--dimensions Cluster=relevo$/);
  });

  test('one that fails is not counted', () => {
    host.configure({ ...ADA, ROLE: 'proxy', NAME: 'proxy-1', BACKUP_URL: 's3://b/x' });
    host.command('relevo', '#!/usr/bin/env bash\nexit 3\n');
    assert.notEqual(host.run('backup.sh').status, 0);
    assert.ok(!host.calls().some((call) => /^aws (s3|cloudwatch)/.test(call)));
  });
});

describe('restore', () => {
  const restore = () => host.run('restore.sh', 's3://b/backup.jsonl.gz', 'relevo-2');

  beforeEach(() => {
    host.command('aws', '#!/usr/bin/env bash\necho backup | gzip >"${@: -1}"\n');
    // restore FILE --nodes NODES DATA_DIR
    host.command(
      'relevo',
      '#!/usr/bin/env bash\n[[ $1 == restore ]] && mkdir "$5" && cp "$2" "$5/identity.json"\n',
    );
    mkdirSync(host.path('data/data'));
    writeFileSync(host.path('data/data/identity.json'), 'old\n');
  });

  test('puts the new data in place, keeps the old, and renames the cluster', () => {
    host.replies.push({ when: /^systemctl is-active/, status: 3 });
    const { status, output } = restore();
    assert.equal(status, 0, output);
    assert.equal(host.read('data/data/identity.json'), 'backup\n');
    const kept = readdirSync(host.path('data')).find((name) => name.startsWith('before-restore-'));
    assert.equal(host.read('data', kept ?? 'none', 'identity.json'), 'old\n');
    assert.match(host.read('etc/relevo-node/.env'), /^CLUSTER_NAME=relevo-2$/m);
    assert.match(host.read('etc/instance.conf'), /^CLUSTER_NAME=relevo-2$/m);
    assert.ok(!existsSync(host.path('data/restore')));
  });

  test('is refused while the node runs, and under the old name', () => {
    assert.equal(restore().status, 1);
    assert.equal(host.run('restore.sh', 's3://b/x', 'relevo').status, 2);
    assert.equal(host.read('data/data/identity.json'), 'old\n');
  });
});
