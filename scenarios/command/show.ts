/** One scenario, shown: performed where it can be, told, kept, reported. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, release } from 'node:os';
import { join } from 'node:path';
import { rulesOf } from '#zoo/rules';
import type { Lesson } from '../files.js';
import { needsOf, runsOf, type Audience, type PerformanceRecord } from '../language/index.js';
import { runInPlayground } from '../playground/run-in-playground.js';
import { runOnProcesses } from '../processes/run-on-processes.js';
import { hasPassed, shownMs, type Evidence } from '../report/evidence.js';
import { htmlReport } from '../report/html.js';
import { markdownReport } from '../report/markdown.js';
import { PHRASES } from '../report/phrases.js';
import { runTitle } from '../report/words.js';
import { Narrator, type Say } from './narrator.js';
import type { ScenarioOptions, Where } from './options.js';

/** Whether it passed. */
export async function show(lesson: Lesson, options: ScenarioOptions, say: Say): Promise<boolean> {
  const { scenario } = lesson;
  const { language, brief } = options;
  const phrases = PHRASES[language];
  const texts = lesson.texts[language];
  const { stages, because } = needsOf(scenario);
  const where = stages === 'playground' ? 'simulator' : (options.where ?? 'processes');
  const told: string[] = [];
  const tell: Say = brief ? (line) => told.push(line) : say;
  tell(`${texts.title}: ${where === 'simulator' ? phrases.inSimulator : phrases.onProcesses}`);
  if (where === 'simulator' && because !== '') tell(`(${because})`);
  tell(texts.about);
  const audience = (): Audience => new Narrator(texts, phrases, scenario.steps.length, tell);
  const runs = await perform(lesson, where, options, audience, tell);
  const evidence: Evidence = {
    ...{ scenario: scenario.name, texts, language, stage: where, runs },
    surroundings: surroundings(where, options.fast),
  };
  if (options.reportDirectory !== null) writeReport(options.reportDirectory, evidence, tell);
  const passed = hasPassed(evidence);
  if (brief && !passed) for (const line of told) say(line);
  const times = runs.map(({ tookMs }) => shownMs(tookMs)).join(' + ');
  say(`${passed ? 'ok    ' : 'FAILED'}  ${where.padEnd(9)}  ${scenario.name}  ${times}`);
  return passed;
}

async function perform(
  { scenario }: Lesson,
  where: Where,
  options: ScenarioOptions,
  audience: () => Audience,
  tell: Say,
): Promise<readonly PerformanceRecord[]> {
  const { fast, language } = options;
  if (where === 'processes') {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'relevo-scenario-'));
    const saveDirectory =
      options.saveDirectory === null ? null : join(options.saveDirectory, scenario.name);
    const record = await runOnProcesses(scenario, {
      ...{ dataDirectory, saveDirectory, fast, audience: audience() },
    });
    if (record.passed) rmSync(dataDirectory, { recursive: true, force: true });
    else tell(`data and logs: ${dataDirectory}`);
    if (saveDirectory !== null) tell(`files and logs: ${saveDirectory}`);
    return [record];
  }
  const runs: PerformanceRecord[] = [];
  for (const { ruleOff } of runsOf(scenario)) {
    const stage = { resolve: rulesOf, sha256 };
    tell('');
    const record = runInPlayground(scenario, { ruleOff, fast, audience: audience() }, stage);
    if (scenario.rule !== null) tell(`--- ${runTitle(record, PHRASES[language], false)}`);
    runs.push(record);
  }
  return runs;
}

function writeReport(directory: string, evidence: Evidence, tell: Say): void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, evidence.scenario);
  writeFileSync(`${file}.md`, markdownReport(evidence));
  writeFileSync(`${file}.html`, htmlReport(evidence));
  tell(`report: ${file}.md, ${file}.html`);
}

function surroundings(where: Where, fast: boolean): readonly string[] {
  const [cpu] = cpus();
  return [
    new Date().toISOString(),
    `Node ${process.version}, ${process.platform} ${release()}`,
    `${cpus().length} × ${cpu?.model ?? 'unknown'}`,
    where === 'simulator' ? 'simulated time: the same on every machine' : 'real time',
    fast ? 'the fast form' : 'the timeouts as they are written',
  ];
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
