/** Scenarios on real processes: what is seen, kept and said of them. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseScenario, type PerformanceRecord } from '#scenarios';
import { perform as performance } from '../../scenarios/language/index.js';
import { ProcessStage } from '../../scenarios/processes/process-stage.js';
import { runOnProcesses } from '../../scenarios/processes/run-on-processes.js';

/** Of scenarios that are performed at the faster pace. */
const TWO_ELECTION_TIMEOUTS_MS = 2_400;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-scenario-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function perform(text: string): Promise<PerformanceRecord> {
  return runOnProcesses(parseScenario('t', text), {
    dataDirectory: join(folder, 'data'),
    saveDirectory: join(folder, 'saved'),
    fast: true,
  });
}

/** With what was seen instead. */
function notHeld({ steps }: PerformanceRecord): readonly string[] {
  return steps
    .flatMap(({ statements }) => statements)
    .filter(({ verdict }) => verdict !== 'held')
    .map(({ text, verdict, words }) => `${text}: ${verdict}: ${words}`);
}

const RESTART = `
cluster ada
step before
  until leader is ada
  set 1 one
  kill ada
  expect quorum lost
step after
  start ada
  until leader is ada
  get 1 expect value one
`;

describe('a scenario on real processes', () => {
  test('R39 R65 R67 keeps every file and log before and after a restart', async () => {
    const record = await perform(RESTART);

    expect(record.steps.flatMap(({ statements }) => statements).map((s) => s.verdict)).toEqual(
      Array<string>(7).fill('held'),
    );
    const saved = join(folder, 'saved');
    const occasions = readdirSync(saved);
    expect(occasions).toEqual([
      '01-before-kill-ada',
      '02-before-start-ada',
      '03-after-start-ada',
      '04-at-the-end',
    ]);
    for (const occasion of occasions) {
      expect(existsSync(join(saved, occasion, 'ada', 'vote.json'))).toBe(true);
      expect(readFileSync(join(saved, occasion, 'logs', 'ada.log'), 'utf8')).toContain('"event"');
    }
    const logOf = (occasion: string): string =>
      readFileSync(join(saved, occasion, 'ada', 'log', `${'1'.padStart(20, '0')}.jsonl`), 'utf8');
    expect(logOf('01-before-kill-ada')).toContain('"put":{"key":"1","value":"one"}');
    expect(logOf('03-after-start-ada').startsWith(logOf('02-before-start-ada'))).toBe(true);
    const said = record.steps.flatMap(({ remarks }) => remarks.map(({ text }) => text));
    expect(said.filter((text) => text.startsWith('recovered'))).toHaveLength(2);
    const standings = record.spans.map(({ state, role }) => (state === 'up' ? role : state));
    expect(standings.indexOf('leader')).toBeLessThan(standings.lastIndexOf('down'));
    expect(standings.lastIndexOf('down')).toBeLessThan(standings.lastIndexOf('leader'));
  }, 90_000);

  test('R62 R63 fails where it is wrong about the cluster, and ends its processes all the same', async () => {
    const text =
      'cluster ada, bob, cy\nstep one\n until leader\n until converged\n transfer bob\n' +
      ' until leader is bob\n until leader as L1\n isolate L1\n' +
      ' until new leader as L2\n heal\n pause L2\n resume L2\n expect role L1 learner';
    const record = await perform(text);

    expect(record.steps[0]?.statements).toHaveLength(11);
    expect(notHeld(record)).toEqual([
      expect.stringMatching(/^expect role L1 learner: failed: .*(follower|leader|candidate)/),
    ]);
    expect(record.passed).toBe(false);
  }, 90_000);

  test('R62 asks for a hand-over again when the heir is too slow for the first', async () => {
    const text =
      'cluster ada, bob, cy\nstep one\n until leader\n until converged\n transfer ada\n' +
      ' until converged\n disk bob stalls\n transfer bob\n until leader is bob';
    const stage = new ProcessStage({
      ...{ dataDirectory: join(folder, 'data'), saveDirectory: null, fast: true },
    });
    const scenario = parseScenario('t', text);
    const run = performance(scenario, { ruleOff: false, fast: true, patience: 3 });
    let works: Promise<unknown> = Promise.resolve();
    try {
      let turn = run.next();
      while (turn.done !== true) {
        const ask = turn.value;
        if (ask.type === 'act' && ask.act.type === 'transfer') {
          const node = ask.act.to;
          works = setTimeout(TWO_ELECTION_TIMEOUTS_MS).then(() =>
            stage.answer({ type: 'act', act: { type: 'disk', node, how: 'works' }, timeoutMs: 0 }),
          );
        }
        turn = run.next(await stage.answer(ask));
      }
      expect(notHeld(turn.value)).toEqual([]);
      expect(turn.value.passed).toBe(true);
    } finally {
      await works;
      await stage.close();
    }
  }, 90_000);
});
