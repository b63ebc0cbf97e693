/** The report of a scenario's runs as Markdown. */
import type { PerformanceRecord, StatementRecord, StepRecord } from '../language/index.js';
import { hasPassed, shownMs, type Evidence } from './evidence.js';
import { cell } from './markup.js';
import { PHRASES, type Phrases } from './phrases.js';
import { runTitle, verdictWords } from './words.js';

export function markdownReport(evidence: Evidence): string {
  const { texts, language, stage, surroundings, runs, scenario } = evidence;
  const phrases = PHRASES[language];
  const where = stage === 'simulator' ? phrases.inSimulator : phrases.onProcesses;
  return [
    `# ${texts.title}`,
    '',
    texts.about,
    '',
    `**${phrases.report}**, \`${scenario}\`, ${where}: **${hasPassed(evidence) ? phrases.passed : phrases.failed}**`,
    '',
    `## ${phrases.surroundings}`,
    '',
    ...surroundings.map((line) => `- ${line}`),
    ...runs.flatMap((run) => ['', ...runLines(run, evidence, phrases)]),
    '',
  ].join('\n');
}

function runLines(
  run: PerformanceRecord,
  { texts, runs }: Evidence,
  phrases: Phrases,
): readonly string[] {
  return [
    `## ${runTitle(run, phrases, runs.length === 1)}`,
    ...run.steps.flatMap((step, i) => {
      const words = texts.steps.get(step.id);
      return [
        '',
        `### ${i + 1}. ${words?.title ?? step.id} — ${step.passed ? phrases.passed : phrases.failed}`,
        '',
        words?.happens ?? '',
        '',
        `> ${phrases.proves}: ${words?.proves ?? ''}`,
        '',
        ...tableOf(step, phrases),
        ...saidIn(step, phrases),
      ];
    }),
    '',
    `### ${phrases.files}`,
    '',
    ...run.files.map(({ name, path, sha256 }) =>
      path === '' ? `- ${name}: ${phrases.noFile}` : `- ${name}: \`${path}\` \`${sha256}\``,
    ),
  ];
}

function tableOf({ statements }: StepRecord, phrases: Phrases): readonly string[] {
  const { statement, verdict, seen, at, took } = phrases;
  return [
    `| ${statement} | ${verdict} | ${seen} | ${at} | ${took} |`,
    '| --- | --- | --- | ---: | ---: |',
    ...statements.map((one) => rowOf(one, phrases)),
  ];
}

function rowOf(record: StatementRecord, phrases: Phrases): string {
  const { text, words, atMs, tookMs } = record;
  const columns = [`\`${cell(text)}\``, verdictWords(record, phrases), cell(words)];
  return `| ${[...columns, shownMs(atMs), shownMs(tookMs)].join(' | ')} |`;
}

function saidIn({ remarks }: StepRecord, { said }: Phrases): readonly string[] {
  if (remarks.length === 0) return [];
  const lines = remarks.map(
    ({ atMs, name, text }) => `${shownMs(atMs).padStart(9)}  ${name}  ${text}`,
  );
  return ['', `${said}:`, '', '```', ...lines, '```'];
}
