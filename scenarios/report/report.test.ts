import { createHash } from 'node:crypto';
import { rulesOf } from '#zoo/rules';
import { lessonOf, scenarioSource } from '../files.js';
import { runInPlayground, runsOf, type PerformanceRecord } from '../index.js';
import { hasPassed, type Evidence } from './evidence.js';
import { htmlReport } from './html.js';
import { markdownReport } from './markdown.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function evidenceOf(name: string, language: 'en' | 'fr' = 'en'): Evidence {
  const { scenario, texts } = lessonOf(scenarioSource(name));
  const runs = runsOf(scenario).map(({ ruleOff }) =>
    runInPlayground(scenario, { ruleOff, fast: true }, { resolve: rulesOf, sha256 }),
  );
  const surroundings = ['Node <v20>'];
  return {
    scenario: name,
    texts: texts[language],
    language,
    stage: 'simulator',
    surroundings,
    runs,
  };
}

describe('R67 the report of a run', () => {
  const evidence = evidenceOf('log-too-long');
  const [run] = evidence.runs;
  const html = htmlReport(evidence);
  const markdown = markdownReport(evidence);

  test('has every step, every statement with what was seen, and its times', () => {
    for (const { statements, id } of run?.steps ?? []) {
      expect(markdown).toContain(evidence.texts.steps.get(id)?.proves);
      for (const { text } of statements) expect(markdown).toContain(`\`${text}\``);
    }
    expect(markdown).toMatch(
      /\| `fill 30 keys` \| ✓ \| 30 writes are done \| [\d.]+ m?s \| [\d.]+ m?s \|/,
    );
    expect(markdown).toContain('cy  takes in the checkpoint');
  });

  test("has the checksums of every node's data file, all the same", () => {
    const sums = [...markdown.matchAll(/^- (\w+): `(data\/\d+\.jsonl)` `([0-9a-f]{64})`$/gm)];
    expect(sums.map((sum) => sum[1])).toEqual(['ada', 'bob', 'cy']);
    expect(new Set(sums.map((sum) => sum[3])).size).toBe(1);
  });

  test('has a timeline with leaders, terms, kills and writes, and asks for nothing from outside', () => {
    const svg = /<svg class="timeline"[^]*<\/svg>/.exec(html)?.[0] ?? '';
    expect(svg).toContain('ada: leader, term 1');
    expect(svg).toContain('cy: down');
    expect(svg).toMatch(/class="mark kill"[^>]*>✕<title>[^<]*kill cy/);
    expect(svg).toMatch(/class="mark write"[^>]*>●/);
    expect(html).not.toMatch(/https?:|<script|src=|href=|url\(/);
  });

  test('is in the language that was asked for, and escapes what it is given', () => {
    const french = htmlReport(evidenceOf('one-node', 'fr'));
    expect(french).toContain('<html lang="fr">');
    expect(french).toContain('Rapport de preuves');
    expect(french).toContain('Node &lt;v20&gt;');
  });

  test('says what failed, and is no success then', () => {
    const broken = withFailure(run);
    const failed = { ...evidence, runs: [broken] };
    expect(hasPassed(failed)).toBe(false);
    expect(hasPassed(evidence)).toBe(true);
    expect(hasPassed({ ...evidence, runs: [] })).toBe(false);
    expect(markdownReport(failed)).toContain('**FAILED**');
    expect(htmlReport(failed)).toContain('<tr class="failed">');
  });

  test('has both runs of a wrong practice', () => {
    const both = markdownReport(evidenceOf('two-votes'));
    expect(both).toContain('## With the wrong practice `two-votes-in-a-term`: passed');
    expect(both).toContain('## With the right rule: passed');
  });
});

function withFailure(run: PerformanceRecord | undefined): PerformanceRecord {
  if (run === undefined) throw new Error('there is no run');
  const [first, ...others] = run.steps;
  const [statement, ...rest] = first?.statements ?? [];
  if (first === undefined || statement === undefined) throw new Error('there is no statement');
  const failed = { ...statement, verdict: 'failed' as const };
  return {
    ...{ ...run, passed: false },
    steps: [{ ...first, passed: false, statements: [failed, ...rest] }, ...others],
  };
}
