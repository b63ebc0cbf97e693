/** Which volumes a node takes: with real file systems, in files instead of on devices. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, truncateSync, writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Host } from './host.js';

const MIB = 1024 * 1024;

let host: Host;
let volume: string;
beforeEach(() => {
  host = new Host();
  volume = host.path('volume');
  closeSync(openSync(volume, 'w'));
  truncateSync(volume, 16 * MIB);
});
afterEach(() => {
  host.close();
});

const take = (state: 'new' | 'existing') =>
  host.functions(`NAME=ada STATE=${state}; take_volume "${volume}"`);

const label = () => execFileSync('blkid', ['-p', '-s', 'LABEL', '-o', 'value', volume]).toString();

const write = (text: string, at: number): void => {
  const file = openSync(volume, 'r+');
  writeSync(file, text, at, 'latin1');
  closeSync(file);
};

describe('a blank volume', () => {
  test('gets a file system if the node is new', () => {
    assert.equal(take('new').status, 0);
    assert.equal(label(), 'relevo-ada\n');
  });

  test('is refused if the node had data', () => {
    const { status, output } = take('existing');
    assert.equal(status, 3, output);
    assert.match(output, /is blank, but ada had data: refused/);
    assert.throws(label);
  });
});

describe('a volume with something on it', () => {
  test('is taken as it is if it is the node’s own', () => {
    assert.equal(take('new').status, 0);
    assert.equal(take('existing').status, 0);
    assert.doesNotMatch(take('new').output, /making a file system/);
  });

  test("is refused if it is another node's, new or not", () => {
    execFileSync('mkfs.ext4', ['-q', '-L', 'relevo-bob', volume]);
    for (const state of ['new', 'existing'] as const) {
      const { status, output } = take(state);
      assert.equal(status, 4, output);
      assert.match(output, /labelled 'relevo-bob', not 'relevo-ada'/);
    }
    assert.equal(label(), 'relevo-bob\n');
  });

  test('is refused if nobody knows what it is: no byte of it is written', () => {
    write('someone’s notes', 4096);
    const { status, output } = take('new');
    assert.equal(status, 4, output);
    assert.throws(label);
  });

  test('a partition table is no blank volume', () => {
    write('\u0055\u00aa', 510);
    assert.equal(take('new').status, 4);
  });
});

describe('attaching', () => {
  test('is tried until the device is there, and gives up with the reason', () => {
    host.replies.push({ when: /^aws ec2 attach-volume/, out: 'VolumeInUse', status: 254 });
    const { status, output } = host.functions(
      'VOLUME_ID=vol-0abc INSTANCE_ID=i-1 DEVICE= NAME=ada STATE=existing; prepare_volume',
    );
    assert.equal(status, 1, output);
    assert.match(output, /the volume vol-0abc: still not, giving up/);
    const calls = host.calls().filter((call) => call.startsWith('aws'));
    assert.ok(calls.length > 1);
    assert.deepEqual(
      new Set(calls),
      new Set(['aws ec2 attach-volume --volume-id vol-0abc --instance-id i-1 --device /dev/sdf']),
    );
  });
});
