/** The report of a scenario's runs as one HTML file that needs nothing else: no script, no font, no address. */
import type { PerformanceRecord, StepRecord } from '../language/index.js';
import { hasPassed, shownMs, type Evidence } from './evidence.js';
import { escaped } from './markup.js';
import { PHRASES, type Phrases } from './phrases.js';
import { STYLE } from './style.js';
import { timelineSvg } from './timeline.js';
import { runTitle, verdictWords } from './words.js';

export function htmlReport(evidence: Evidence): string {
  const { texts, language, stage, surroundings, runs, scenario } = evidence;
  const phrases = PHRASES[language];
  const passed = hasPassed(evidence);
  const where = stage === 'simulator' ? phrases.inSimulator : phrases.onProcesses;
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
    `<title>${escaped(texts.title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(texts.title)}</h1>`,
    `<p>${escaped(texts.about)}</p>`,
    `<p>${escaped(phrases.report)}, <code>${escaped(scenario)}</code>, ${escaped(where)}: ` +
      `<strong class="${passed ? 'good' : 'bad'}">${passed ? phrases.passed : phrases.failed}</strong></p>`,
    ...runs.map((run) => runSection(run, evidence, phrases)),
    `<h2>${escaped(phrases.surroundings)}</h2>`,
    `<ul>${surroundings.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function runSection(run: PerformanceRecord, { texts, runs }: Evidence, phrases: Phrases): string {
  return [
    '<section>',
    `<h2>${escaped(runTitle(run, phrases, runs.length === 1).replaceAll('`', ''))}</h2>`,
    `<figure>${timelineSvg(run, phrases)}<figcaption>${escaped(phrases.legend)}</figcaption></figure>`,
    ...run.steps.map((step, i) => {
      const words = texts.steps.get(step.id);
      return [
        `<h3>${i + 1}. ${escaped(words?.title ?? step.id)} ` +
          `<span class="${step.passed ? 'good' : 'bad'}">${step.passed ? phrases.passed : phrases.failed}</span></h3>`,
        `<p>${escaped(words?.happens ?? '')}</p>`,
        `<blockquote>${escaped(phrases.proves)}: ${escaped(words?.proves ?? '')}</blockquote>`,
        tableOf(step, phrases),
        saidIn(step, phrases),
      ].join('\n');
    }),
    `<h3>${escaped(phrases.files)}</h3>`,
    `<ul>${run.files.map((file) => fileItem(file, phrases)).join('')}</ul>`,
    '</section>',
  ].join('\n');
}

function tableOf({ statements }: StepRecord, phrases: Phrases): string {
  const heads = [phrases.statement, phrases.verdict, phrases.seen, phrases.at, phrases.took];
  const rows = statements.map((record) => {
    const { text, verdict, words, atMs, tookMs } = record;
    const cells = [
      `<td><code>${escaped(text)}</code></td>`,
      `<td>${escaped(verdictWords(record, phrases))}</td>`,
      `<td>${escaped(words)}</td>`,
      `<td class="number">${shownMs(atMs)}</td>`,
      `<td class="number">${shownMs(tookMs)}</td>`,
    ];
    return `<tr class="${verdict}">${cells.join('')}</tr>`;
  });
  const head = heads
    .map((text, i) => `<th scope="col"${i > 2 ? ' class="number"' : ''}>${escaped(text)}</th>`)
    .join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function saidIn({ remarks }: StepRecord, { said }: Phrases): string {
  if (remarks.length === 0) return '';
  const lines = remarks.map(
    ({ atMs, name, text }) => `${shownMs(atMs).padStart(9)}  ${name}  ${text}`,
  );
  return `<details><summary>${escaped(said)}</summary><pre>${escaped(lines.join('\n'))}</pre></details>`;
}

function fileItem(
  { name, path, sha256 }: PerformanceRecord['files'][number],
  { noFile }: Phrases,
): string {
  const what =
    path === ''
      ? escaped(noFile)
      : `<code>${escaped(path)}</code> <code class="sum">${escaped(sha256)}</code>`;
  return `<li>${escaped(name)}: ${what}</li>`;
}
