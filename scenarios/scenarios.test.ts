/** Every scenario, in the simulator: with its wrong practice, where it has one, and with production's rules. */
import { createHash } from 'node:crypto';
import { RULES_OFF, rulesOf } from '#zoo/rules';
import { lessonOf, scenarioNames, scenarioSource } from './files.js';
import {
  LANGUAGES,
  parseScenario,
  runInPlayground,
  runsOf,
  type PerformanceRecord,
} from './index.js';

const stage = {
  resolve: rulesOf,
  sha256: (text: string) => createHash('sha256').update(text).digest('hex'),
};

const lessons = scenarioNames().map((name) => lessonOf(scenarioSource(name)));

/** What did not hold, with what was seen instead. */
function failures({ steps }: PerformanceRecord): readonly string[] {
  return steps.flatMap(({ statements }) =>
    statements
      .filter(({ verdict }) => verdict === 'failed')
      .map(({ line, text, words }) => `${line}: ${text}: ${words}`),
  );
}

describe('R65 the scenarios', () => {
  const runs = lessons.flatMap(({ scenario }) =>
    runsOf(scenario).flatMap(({ ruleOff }) => {
      const forms = scenario.settings.fast > 1 ? [false, true] : [false];
      return forms.map((fast) => ({ scenario, ruleOff, fast }));
    }),
  );

  test.each(
    runs.map((run) => {
      const rule =
        run.scenario.rule === null ? '' : run.ruleOff ? ', the rule off' : ', the rule on';
      return [`${run.scenario.name}${rule}${run.fast ? ', fast' : ''}`, run] as const;
    }),
  )(
    'R7 R16 R17 R18 R22 R23 R25 R31 R33 R35 R37 R40 R45 R62 R63 R68 %s',
    (_, { scenario, ruleOff, fast }) => {
      const record = runInPlayground(scenario, { ruleOff, fast }, stage);

      expect(failures(record)).toEqual([]);
      expect(record.passed).toBe(true);
      const verdicts = record.steps.flatMap(({ statements }) => statements.map((s) => s.verdict));
      expect(verdicts).toContain('held');
      expect(verdicts).not.toContain('unreached');
    },
  );

  test('the same scenario twice is the same to the last remark', () => {
    const { scenario } = lessonOf(scenarioSource('leader-off'));
    const run = (): PerformanceRecord =>
      runInPlayground(scenario, { ruleOff: false, fast: false }, stage);
    expect(run()).toEqual(run());
  });
});

describe('R64 each wrong practice', () => {
  const wrong = lessons.filter(({ scenario }) => scenario.rule !== null);

  test.each(wrong.map(({ scenario }) => [scenario.name, scenario] as const))(
    '%s: what the run with the rule off shows does not hold with it on, and the other way round',
    (_name, scenario) => {
      const { name, cluster, settings, rule } = scenario;
      expect(RULES_OFF.map((bug) => bug.name)).toContain(rule?.name);
      const swapped = scenario.steps.map((step) => ({
        ...step,
        statements: step.statements.map((statement) => ({
          ...statement,
          when: other(statement.when),
        })),
      }));
      for (const ruleOff of [true, false]) {
        const lie = { name, cluster, settings, rule, steps: swapped };
        expect(runInPlayground(lie, { ruleOff, fast: true }, stage).passed).toBe(false);
      }
    },
  );

  function other(when: 'off' | 'on' | null): 'off' | 'on' | null {
    return when === null ? null : when === 'off' ? 'on' : 'off';
  }
});

describe('texts', () => {
  test.each(lessons.map((lesson) => [lesson.scenario.name, lesson] as const))(
    '%s: every step has a title, what happens, and what it proves, in each language',
    (_, { scenario, texts }) => {
      const ids = scenario.steps.map(({ id }) => id);
      for (const language of LANGUAGES) {
        expect([...texts[language].steps.keys()]).toEqual(ids);
        expect(texts[language].title).not.toBe('');
      }
    },
  );
});

describe('a scenario that is wrong about the cluster fails', () => {
  test.each([
    ['expect leader is bob', 'ada leads in term 1'],
    ['get 1 expect value two', 'value "one"'],
    ['get 2 expect value one', 'no such key'],
    ['set 2 two expect pending', 'done'],
    ['expect term ada 2', 'ada is in term 1'],
    ['expect log ada terms 1 2', "ada's log from 1 on has terms 1 1"],
    ['expect logs ada bob differ', "bob's log"],
    ['expect quorum lost', '3 of 3 run'],
    ['expect state cy down', 'cy is up'],
    ['expect role cy leader', 'cy is follower'],
    ['expect told cy "leads"', 'cy said last'],
    ['expect broken', 'every invariant holds'],
    ['expect version ada 1 2', '1 was changed 1 times'],
    ['expect files equal', 'ada none'],
    ['expect checkpoint ada', 'no checkpoint'],
    ['expect uncommitted ada', 'committed 6'],
    ['expect log ada longer than bob', "bob's at 6"],
    ['expect no leader', 'ada leads'],
    ['until new leader within 1s', 'not so after 1000 ms'],
    ['start ada', 'it runs'],
    ['expect call w unknown', 'done, revision 2'],
  ])('%s', (statement, seen) => {
    const text = [
      'cluster ada 2s, bob 6s, cy 8s',
      'step one\n until leader is ada\n set 1 one as w\n until call w done\n until converged',
      `step two\n ${statement}\n wait 1s`,
    ].join('\n');
    const record = runInPlayground(
      parseScenario('t', text),
      { ruleOff: false, fast: false },
      stage,
    );

    expect(record.passed).toBe(false);
    expect(failures(record).join()).toContain(seen);
    expect(record.steps[1]?.statements[1]?.verdict).toBe('unreached');
  });
});
