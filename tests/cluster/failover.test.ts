import { readFileSync } from 'node:fs';
import { leaderOf, withCluster } from './temporary.js';
import { comeBack } from '../../cluster/comeback.js';
import { describeEnd, endNode, type EndReport } from '../../cluster/failover.js';

const NEVER = new AbortController().signal;

const REPORT: EndReport = {
  name: 'ada',
  pid: 4_121,
  how: 'SIGKILL',
  goneMs: 3,
  led: true,
  hadLeader: true,
  majorityLeft: true,
  takeover: { leader: 'bob', term: 2, electedMs: 62, firstWriteMs: 64 },
  missing: null,
};

describe('the report', () => {
  test('is in order of time, whichever order that is', () => {
    expect(describeEnd(REPORT)).toBe(
      'ada killed (SIGKILL, pid 4121) · leader gone 3 ms · bob elected 62 ms, term 2 · ' +
        'first write acknowledged 64 ms',
    );
    expect(describeEnd({ ...REPORT, how: 'SIGTERM', goneMs: 63.4 })).toMatch(
      /^ada stopped .* bob elected 62 ms, term 2 · leader gone 63 ms · first write/,
    );
  });

  test('of a pause says what was paused, and what lets it go on', () => {
    const paused: EndReport = { ...REPORT, how: 'SIGSTOP', goneMs: null };
    expect(describeEnd(paused)).toMatch(/^ada paused \(SIGSTOP, pid 4121\) · bob elected/);
    expect(describeEnd({ ...paused, takeover: null, majorityLeft: false })).toContain('resume ada');
  });

  test('says why there is no takeover', () => {
    const none: EndReport = { ...REPORT, takeover: null };
    expect(describeEnd({ ...none, majorityLeft: false })).toContain('start ada');
    expect(describeEnd({ ...none, led: false })).toContain('it did not lead');
    expect(describeEnd({ ...none, led: false, hadLeader: false })).toContain('nobody leads yet');
    expect(describeEnd({ ...none, missing: 'no leader in time' })).toContain('no leader in time');
  });
});

describe('a takeover', () => {
  test('R50 is measured by what the new leader says, after a kill and after a freeze', async () => {
    await withCluster({ electionTimeout: '1000-2000ms' }, async ({ cluster, connect }) => {
      const client = await connect();
      for (const how of ['SIGKILL', 'SIGSTOP'] as const) {
        await cluster.waitUntilReady();
        const leader = await leaderOf(cluster);
        const begunMs = Date.now();
        const report = await endNode(cluster, leader, how, () => Promise.resolve(client));
        expect(report).toMatchObject({ how, led: true, majorityLeft: true, missing: null });
        const { takeover } = report;
        expect(takeover?.leader).not.toBe(leader);
        expect(takeover?.electedMs).toBeLessThanOrEqual(takeover?.firstWriteMs ?? 0);
        const log = cluster.node(takeover?.leader ?? '').process.settings.logFile;
        const won = new RegExp(
          `"time":"([^"]+)".*"event":"role","term":${takeover?.term ?? 0},"role":"leader"`,
        ).exec(readFileSync(log, 'utf8'));
        const wonMs = Date.parse(won?.[1] ?? '') - begunMs;
        // The signal comes after the beginning, and both clocks are cut to milliseconds.
        expect(takeover?.electedMs).toBeLessThanOrEqual(wonMs + 2);
        const back = (): Promise<void> =>
          how === 'SIGKILL'
            ? cluster.start(leader)
            : Promise.resolve().then(() => {
                cluster.resume(leader);
              });
        const comeback = await comeBack(cluster, leader, back, NEVER);
        expect(comeback).toMatchObject({ type: 'back', role: 'follower', term: takeover?.term });
      }
    });
  });

  test('that nobody waits for any more is not reported, the end is', async () => {
    await withCluster({ electionTimeout: '10s' }, async ({ cluster, connect }) => {
      const client = await connect();
      const leader = await leaderOf(cluster);
      // The others wait for ten seconds before they elect: the signal comes first.
      const interrupt = new AbortController();
      cluster.node(leader).process.onExit(() => {
        interrupt.abort();
      });
      const connected = (): Promise<typeof client> => Promise.resolve(client);
      const report = await endNode(cluster, leader, 'SIGKILL', connected, interrupt.signal);
      expect(report).toMatchObject({ name: leader, led: true, takeover: null });
      expect(report.missing).toContain('nobody waited');
    });
  });
});
