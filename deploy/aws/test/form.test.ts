/** The form of the scripts and the units; each checker is shown to find a planted mistake. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { exposure, files, shellcheck, verifyUnits } from './checkers.js';
import { INSTANCE } from './host.js';

const UNITS = join(INSTANCE, 'systemd');

let planted: string;
beforeEach(() => {
  planted = mkdtempSync(join(tmpdir(), 'relevo-planted-'));
});
afterEach(() => {
  rmSync(planted, { recursive: true, force: true });
});

describe('shell', () => {
  const isScript = (file: string) =>
    statSync(file).isFile() && readFileSync(file, 'utf8').startsWith('#!/usr/bin/env bash');
  const scripts = files(INSTANCE).filter(isScript);

  test('shellcheck finds nothing in any script, and follows what they source', () => {
    assert.ok(scripts.length >= 7);
    for (const script of scripts) assert.equal(shellcheck(script), '');
  });

  test('every script can be executed', () => {
    for (const script of scripts) assert.notEqual(statSync(script).mode & 0o111, 0, script);
  });

  test('an unquoted variable is found', () => {
    const script = join(planted, 'wrong.sh');
    writeFileSync(script, '#!/usr/bin/env bash\nrm -rf $1/data\n');
    assert.match(shellcheck(script), /SC2086/);
  });
});

describe('units', () => {
  test('systemd knows every key of every unit', () => {
    assert.equal(verifyUnits(UNITS), '');
  });

  test('a wrong key is found, though the checker ends with 0', () => {
    cpSync(UNITS, planted, { recursive: true });
    const unit = join(planted, 'relevo-node.service');
    const text = readFileSync(unit, 'utf8');
    writeFileSync(unit, text.replace('RestartSec=', 'RestartSeconds='));
    assert.match(verifyUnits(planted), /RestartSeconds/);
  });

  const services = files(UNITS).filter((file) => file.endsWith('.service'));

  test('no service is more exposed than 2.0', () => {
    assert.ok(services.length >= 6);
    for (const service of services) assert.equal(exposure(service), '', service);
  });

  test('a service that is, is found', () => {
    const unit = join(planted, 'relevo-node.service');
    const [node = ''] = services.filter((file) => file.endsWith('relevo-node.service'));
    const text = readFileSync(node, 'utf8').replaceAll(/^(?:Protect|Restrict|System).*\n/gm, '');
    writeFileSync(unit, text);
    assert.match(exposure(unit), /exposure level/);
  });

  test('node and proxy come back whatever happens, and hear when the system stops hearing them', () => {
    for (const name of ['relevo-node', 'relevo-proxy']) {
      const text = readFileSync(join(UNITS, `${name}.service`), 'utf8');
      for (const line of ['Restart=always', 'Type=notify', 'WatchdogSec=20', 'NotifyAccess=all']) {
        assert.ok(text.split('\n').includes(line), `${name}: ${line}`);
      }
      assert.doesNotMatch(text, /^MemoryDenyWriteExecute/m);
    }
  });
});
