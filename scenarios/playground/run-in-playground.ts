/** One performance in the playground, from its first statement to its last. */
import {
  perform,
  type PerformanceOptions,
  type PerformanceRecord,
  type Scenario,
} from '../language/index.js';
import { PlaygroundStage, type PlaygroundStageOptions } from './playground-stage.js';

export function runInPlayground(
  scenario: Scenario,
  options: PerformanceOptions,
  stage: PlaygroundStageOptions,
): PerformanceRecord {
  const playing = new PlaygroundStage(stage);
  const performance = perform(scenario, options);
  let turn = performance.next();
  while (turn.done !== true) turn = performance.next(playing.answer(turn.value));
  return turn.value;
}
