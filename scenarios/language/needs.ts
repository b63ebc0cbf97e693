/** Where a scenario can be performed. */
import type { Scenario, Statement } from './syntax.js';

/**
 * `playground`: it needs what no real process allows: a wrong rule, a disk whose unsynced writes are lost. Links and
 * timers of real nodes can be broken, where their entry point is the one that allows it.
 */
export type Stages = 'playground' | 'processes';

export interface Needs {
  readonly stages: Stages;
  /** Why no more than that, in words; empty for `processes`. */
  readonly because: string;
}

export function needsOf({ rule, settings, steps }: Scenario): Needs {
  if (rule !== null)
    return playground(`the wrong practice "${rule.name}" exists in the simulator alone`);
  if (settings.linkMs !== null || settings.diskMs !== null) {
    return playground(
      'it depends on how long links and disks take, which the simulator alone decides',
    );
  }
  const statements = steps.flatMap((step) => step.statements);
  const impossible = statements.find(isForPlayground);
  if (impossible !== undefined) {
    return playground(`"${impossible.text}" is for the simulator alone`);
  }
  return { stages: 'processes', because: '' };
}

function playground(because: string): Needs {
  return { stages: 'playground', because };
}

function isForPlayground({ action }: Statement): boolean {
  if (action.type === 'node') return action.deed === 'lose-power';
  const condition = action.type === 'until' || action.type === 'expect' ? action.condition : null;
  // Nobody examines the invariants of real processes: there these two would say nothing.
  return condition?.type === 'broken' || condition?.type === 'sound';
}
