import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, type ClusterOptions } from './cluster.js';
import { ClusterError } from './error.js';
import { newRecord, writeRecord } from './record.js';
import { portsFrom } from './ports.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-settings-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What `npm start` would say; empty if it would start. */
async function complaintOf(options: Partial<ClusterOptions>): Promise<string> {
  try {
    await Cluster.create({ dataDirectory: join(folder, 'data'), ports: 'random', ...options });
    return '';
  } catch (error) {
    if (error instanceof ClusterError && error.isUsage) return error.message;
    throw error;
  }
}

describe('R11 wrong settings of a cluster', () => {
  test('are named all at once, with the process whose they are, before anything is made', async () => {
    const complaint = await complaintOf({
      electionTimeout: { 6787: 'soon', bob: '10x', oops: '', 7000: '10s', '6787=9s': '9s' },
      environment: { LOG_LEVEL: 'loud', QUORUM: '3', NODE_SILENCE: 'x' },
    });
    expect(complaint).toContain('8 settings are wrong; nothing was started');
    expect(complaint).toMatch(/--election is "soon" for ada: expected a range/);
    expect(complaint).toMatch(/--election is "10x" for bob: expected a range/);
    expect(complaint).toMatch(/--election is "oops": expected node=time/);
    expect(complaint).toMatch(/--election is "7000=10s": there is no such node; .*6788 \(bob\)/);
    expect(complaint).toMatch(/--election is "6787=9s": this node was given before/);
    expect(complaint).toMatch(/LOG_LEVEL is "loud" \(environment\): expected one of/);
    expect(complaint).toMatch(/QUORUM is "3" \(environment\) for ada, bob, cy: expected 2/);
    expect(complaint).toMatch(/NODE_SILENCE is "x" \(environment\) for proxy:/);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test('in a .env are found too', async () => {
    writeFileSync(join(folder, '.env'), 'ELECTON_TIMEOUT=1s\n');
    expect(await complaintOf({ workingDirectory: folder })).toContain('perhaps ELECTION_TIMEOUT?');
  });

  test('leave the data there, even with --fresh', async () => {
    const data = join(folder, 'data');
    writeRecord(data, newRecord('relevo', '127.0.0.1', [{ id: 1, name: 'ada', ...portsFrom(1) }]));
    expect(await complaintOf({ fresh: true, electionTimeout: 'soon' })).toContain('--election');
    expect(existsSync(join(data, 'cluster.json'))).toBe(true);
  });

  test('a heartbeat that does not fit into the times of --election is one of them', async () => {
    const options = { electionTimeout: { ada: '300ms' }, environment: { HEARTBEAT: '200ms' } };
    expect(await complaintOf(options)).toMatch(/HEARTBEAT is "200ms" .* for ada: .*at most 100ms/);
  });

  test('R7 right ones are taken, by id and by name', async () => {
    expect(await complaintOf({ electionTimeout: { 6787: '10s', bob: '300-600ms' } })).toBe('');
    expect(await complaintOf({ electionTimeout: '' })).toContain('--election is empty');
  });
});
