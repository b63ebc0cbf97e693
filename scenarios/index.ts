/** Scenarios, as far as they are pure: read, performed in the playground, told in a report. For the page, too. */
export * from './language/index.js';
export { PlaygroundStage, type PlaygroundStageOptions } from './playground/playground-stage.js';
export { Stepper } from './playground/stepper.js';
export { runInPlayground } from './playground/run-in-playground.js';
export { hasPassed, shownMs, type Evidence } from './report/evidence.js';
export { htmlReport } from './report/html.js';
export { markdownReport } from './report/markdown.js';
export { PHRASES, type Phrases } from './report/phrases.js';
export { timelineSvg } from './report/timeline.js';
export { runTitle, verdictWords } from './report/words.js';
