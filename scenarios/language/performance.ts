/**
 * A scenario, performed: a generator that asks a stage (stage.ts) and ends with a record of what came of it.
 * It knows no clock and no promise: who drives it lets time pass.
 */
import { announceStep, begin, look, remarks, stateFiles, type Asking } from './asking.js';
import { named, nameOf } from './cast.js';
import { Direction } from './direction.js';
import type { PerformanceOptions } from './performance-options.js';
import type {
  PerformanceRecord,
  RemarkRecord,
  StatementRecord,
  StatementVerdict,
  StepRecord,
} from './record.js';
import type { View, WorldSpec } from './stage.js';
import type { Scenario, Statement, Step } from './syntax.js';

const REMARKS_MAX = 40;

/** The runs of a scenario, in order: with its rule off, then on; or the only one. */
export function runsOf({ rule }: Scenario): readonly { readonly ruleOff: boolean }[] {
  if (rule === null) return [{ ruleOff: false }];
  return rule.thenOn ? [{ ruleOff: true }, { ruleOff: false }] : [{ ruleOff: true }];
}

export function worldOf(scenario: Scenario, { ruleOff, fast }: PerformanceOptions): WorldSpec {
  const { cluster, settings, rule } = scenario;
  const pace = fast ? settings.fast : 1;
  return {
    ...settings,
    names: cluster.names,
    electionMs: cluster.electionMs.map((ms) => (ms === null ? null : ms / pace)),
    heartbeatMs: settings.heartbeatMs === null ? null : settings.heartbeatMs / pace,
    rulesOff: ruleOff && rule !== null ? [rule.name] : [],
  };
}

export function* perform(
  scenario: Scenario,
  options: PerformanceOptions,
): Asking<PerformanceRecord> {
  yield* begin(worldOf(scenario, options));
  const direction = new Direction(scenario, options);
  const steps: StepRecord[] = [];
  let said = 0;
  for (const step of scenario.steps) {
    const record = yield* performStep(step, direction, options, steps.every(isPassed));
    const news = yield* remarks(said);
    said += news.length;
    const view = yield* direction.look();
    const kept = news.slice(-REMARKS_MAX).map(({ atMs, node, text }): RemarkRecord => {
      return { atMs, name: node === 0 ? '' : nameOf(view, node), text: named(text, view) };
    });
    const whole = { ...record, remarks: kept };
    options.audience?.stepDone?.(whole);
    steps.push(whole);
  }
  const view = yield* look();
  direction.chronicle.saw(view);
  const files = yield* stateFiles();
  return {
    scenario: scenario.name,
    ruleOff: options.ruleOff ? (scenario.rule?.name ?? null) : null,
    fast: options.fast,
    passed: steps.every(isPassed),
    tookMs: view.atMs,
    names: view.nodes.map(({ name }) => name),
    steps,
    spans: direction.chronicle.spans,
    moments: direction.chronicle.moments,
    files: files.map((file) => ({ ...file, name: nameOf(view, file.node) })),
  };
}

function isPassed({ passed }: StepRecord): boolean {
  return passed;
}

function* performStep(
  step: Step,
  direction: Direction,
  { ruleOff, audience }: PerformanceOptions,
  reached: boolean,
): Asking<StepRecord> {
  audience?.stepBegins?.(step);
  if (reached) yield* announceStep(step.id);
  const began = yield* direction.look();
  const statements: StatementRecord[] = [];
  let passed = reached;
  for (const statement of step.statements) {
    const other = statement.when !== null && (statement.when === 'off') !== ruleOff;
    const record = other
      ? left(statement, 'skipped', began)
      : passed
        ? yield* performStatement(statement, direction)
        : left(statement, 'unreached', began);
    passed &&= record.verdict !== 'failed';
    audience?.statementDone?.(record);
    statements.push(record);
  }
  const { atMs } = yield* direction.look();
  return { id: step.id, passed, beganMs: began.atMs, endedMs: atMs, statements, remarks: [] };
}

function* performStatement(statement: Statement, direction: Direction): Asking<StatementRecord> {
  const { line, text } = statement;
  const { atMs } = yield* direction.look();
  const { holds, words } = yield* direction.do(statement);
  const after = yield* direction.look();
  const verdict = holds ? 'held' : 'failed';
  return { line, text, verdict, words, atMs, tookMs: after.atMs - atMs };
}

function left({ line, text }: Statement, verdict: StatementVerdict, view: View): StatementRecord {
  return { line, text, verdict, words: '', atMs: view.atMs, tookMs: 0 };
}
