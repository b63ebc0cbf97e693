/** The language of scenarios: read, performed on any stage, recorded. Pure. */
export { NODE_NAMES } from './header.js';
export { needsOf, type Needs, type Stages } from './needs.js';
export { parseScenario } from './parser.js';
export { perform, runsOf, worldOf } from './performance.js';
export type { Audience, PerformanceOptions } from './performance-options.js';
export { ScenarioProblem } from './problem.js';
export type {
  Moment,
  MomentKind,
  PerformanceRecord,
  RemarkRecord,
  Span,
  StatementRecord,
  StatementVerdict,
  StepRecord,
} from './record.js';
export type {
  Answer,
  Ask,
  CallView,
  LogView,
  NodeStanding,
  NodeView,
  Remark,
  StageAct,
  StageResult,
  StageVia,
  StateFile,
  View,
  WorldSpec,
} from './stage.js';
export type { Scenario, Statement, Step } from './syntax.js';
export {
  LANGUAGES,
  parseTexts,
  type Language,
  type ScenarioTexts,
  type StepTexts,
} from './texts.js';
