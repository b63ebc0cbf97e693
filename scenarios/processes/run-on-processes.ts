/** One performance on real processes. */
import {
  perform,
  type Audience,
  type PerformanceRecord,
  type Scenario,
} from '../language/index.js';
import { ProcessStage, type ProcessStageOptions } from './process-stage.js';

/** Of what the simulator would wait: machines are busy, and shared. */
const PATIENCE = 3;

export async function runOnProcesses(
  scenario: Scenario,
  options: ProcessStageOptions & { readonly audience?: Audience },
): Promise<PerformanceRecord> {
  const stage = new ProcessStage(options);
  const { fast, audience } = options;
  const performance = perform(scenario, {
    ...{ ruleOff: false, fast, patience: PATIENCE },
    ...(audience !== undefined && { audience }),
  });
  try {
    let turn = performance.next();
    while (turn.done !== true) turn = performance.next(await stage.answer(turn.value));
    return turn.value;
  } finally {
    await stage.close();
  }
}
