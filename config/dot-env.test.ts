import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  loadClientConfig,
  loadNodeConfig,
  loadProxyConfig,
  settingsDirectory,
} from '#config';
import { nearest } from './nearest.js';

let stood: string;
let project: string;

beforeEach(() => {
  stood = mkdtempSync(join(tmpdir(), 'relevo-dot-env-'));
  project = join(stood, 'project');
  mkdirSync(project);
});
afterEach(() => {
  rmSync(stood, { recursive: true });
});

const write = (directory: string, text: string): void => {
  writeFileSync(join(directory, '.env'), text);
};

function complaintOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('where .env is looked for', () => {
  const viaNpm = (): Record<string, string> => ({
    INIT_CWD: stood,
    npm_package_json: join(project, 'package.json'),
  });

  test('where the user stands, though npm runs the script in its own folder', () => {
    write(stood, '');
    write(project, '');
    expect(settingsDirectory(viaNpm(), project)).toBe(stood);
  });

  test('in the folder of the script, if there is none where the user stands', () => {
    write(project, '');
    expect(settingsDirectory(viaNpm(), project)).toBe(project);
  });

  test('without any, relative paths begin where the user stands', () => {
    expect(settingsDirectory(viaNpm(), project)).toBe(stood);
  });

  test('in the working directory, for a program that another npm script started elsewhere', () => {
    write(project, '');
    const elsewhere = { INIT_CWD: project, npm_package_json: join(project, 'package.json') };
    expect(settingsDirectory(elsewhere, stood)).toBe(stood);
    expect(settingsDirectory({}, stood)).toBe(stood);
  });
});

describe('R11 a .env with a name that is no setting', () => {
  test('is refused by node and proxy, with the nearest right name', () => {
    write(stood, 'NODE_ID=6788\nELECTON_TIMEOUT=1s\nPROXY_PROT=1\nCOLOUR=red\n');
    for (const load of [loadNodeConfig, loadProxyConfig]) {
      const complaint = complaintOf(() => load([], {}, stood));
      expect(complaint).toContain('3 settings are wrong');
      expect(complaint).toMatch(/ELECTON_TIMEOUT is in .*\.env: .*perhaps ELECTION_TIMEOUT\?/);
      expect(complaint).toMatch(/PROXY_PROT is in .*perhaps PROXY_PORT\?/);
      expect(complaint).toMatch(/COLOUR is in .*remove the line/);
    }
  });

  test('is accepted if every name is a setting of a node, a proxy or a client', () => {
    write(stood, '# mine\nNODE_ID=6788\n export PROXY_PORT = 2380\nRELEVO_TIMEOUT: 5s\r\n');
    expect(loadNodeConfig([], {}, stood).nodeId).toBe(6788);
    expect(loadProxyConfig([], {}, stood).port).toBe(2380);
    expect(loadClientConfig([], {}, stood).timeoutMs).toBe(5_000);
  });

  test('names the lines that are no assignment', () => {
    write(stood, 'NODE_ID=6788\nELECTION_TIMEOUT 10s\n');
    const complaint = complaintOf(() => loadNodeConfig([], {}, stood));
    expect(complaint).toMatch(/line 2 is "ELECTION_TIMEOUT 10s" .*expected NAME=value/);
  });

  test('may be of another program where a client stands; slips in its own names are said', () => {
    write(stood, 'DATABASE_URL=x\nKEY="a\nb"\nRELEVO_COLOUR=red\nRELVO_TIMEOUT=5s\n');
    const complaint = complaintOf(() => loadClientConfig([], {}, stood));
    expect(complaint).toContain('2 settings are wrong');
    expect(complaint).toMatch(/RELVO_TIMEOUT is in .*perhaps RELEVO_TIMEOUT\?/);
    write(stood, 'DATABASE_URL=x\nKEY="a\nb"\n');
    expect(complaintOf(() => loadClientConfig([], {}, stood))).toBe('');
  });

  test('says nothing of the environment, where other programs have theirs', () => {
    expect(complaintOf(() => loadNodeConfig([], { ELECTON_TIMEOUT: '1s' }, stood))).toBe('');
  });
});

describe('the nearest name', () => {
  const known = ['ELECTION_TIMEOUT', 'HEARTBEAT', 'PORT', 'PEER_PORT'];
  test.each([
    ['ELECTON_TIMEOUT', 'ELECTION_TIMEOUT'],
    ['HAERTBEAT', 'HEARTBEAT'],
    ['PROT', 'PORT'],
    ['PERR_PROT', 'PEER_PORT'],
    ['COLOUR', null],
    ['P', null],
  ])('of %s is %s', (word, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });

  test('is proposed for a flag too', () => {
    const complaint = complaintOf(() => loadNodeConfig(['--electon-timeout', '1s'], {}, stood));
    expect(complaint).toContain('perhaps --election-timeout?');
  });
});
