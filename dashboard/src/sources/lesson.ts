/** A scenario performed in the playground: when each of its steps was, and what has to be done to see it again. */
import { parseScenario, PlaygroundStage, perform } from '#scenarios';
import type { Script } from '#simulator/playground';
import type { LessonStep } from './messages.js';
import { resolveRules } from './rules.js';

export interface PerformedLesson {
  readonly steps: readonly LessonStep[];
  readonly script: Script;
}

/** Throws an Error that says what is wrong with the text. */
export function performLesson(name: string, text: string, ruleOff: boolean): PerformedLesson {
  const stage = new PlaygroundStage({ resolve: resolveRules, sha256: fingerprint });
  const performance = perform(parseScenario(name, text), { ruleOff, fast: true });
  let turn = performance.next();
  while (turn.done !== true) turn = performance.next(stage.answer(turn.value));
  const steps = turn.value.steps.map(({ id, beganMs, endedMs, passed, statements }) => ({
    ...{ id, beganMs, endedMs, passed },
    statements: statements
      .filter(({ verdict }) => verdict !== 'skipped')
      .map((statement) => ({
        text: statement.text,
        words: statement.words,
        held: statement.verdict === 'held',
      })),
  }));
  return { steps, script: stage.playground.script };
}

/** Tells texts apart, and no more is wanted of it here (FNV-1a). */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
