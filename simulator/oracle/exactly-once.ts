/**
 * Each acknowledged write took effect once: keys that were written once are at version 1, counters stand
 * at their acknowledgements, plus at most one for each outcome that is unknown; what was refused or not
 * done left nothing behind.
 */
import type { Call, Sight } from './history.js';
import { describe } from './history.js';

/** `final`: what stands at the end; a subject that is missing is not there. */
export function exactlyOnceObjection(
  subjects: ReadonlyMap<string, readonly Call[]>,
  final: ReadonlyMap<string, Sight>,
): string | null {
  for (const [subject, calls] of subjects) {
    const sight = final.get(subject) ?? null;
    const objection = subject.startsWith('once-')
      ? onceObjection(calls, sight)
      : subject.startsWith('counter-')
        ? counterObjection(subject, calls, sight)
        : null;
    if (objection !== null) return objection;
  }
  return null;
}

function onceObjection(calls: readonly Call[], sight: Sight | null): string | null {
  const [call] = calls;
  if (call === undefined) return null;
  const version = sight?.version ?? 0;
  if (call.outcome === 'ok' && version !== 1)
    return `acknowledged, and at version ${String(version)}: ${describe(call)}`;
  if (call.outcome === 'none' && version !== 0)
    return `not done, and it is there: ${describe(call)}`;
  if (call.outcome === 'unknown' && version > 1)
    return `done ${String(version)} times: ${describe(call)}`;
  return null;
}

function counterObjection(
  subject: string,
  calls: readonly Call[],
  sight: Sight | null,
): string | null {
  const raises = calls.filter(({ action }) => action.kind === 'cas');
  const done = raises.filter(
    ({ outcome, answer }) => outcome === 'ok' && answer?.succeeded === true,
  ).length;
  const unknown = raises.filter(({ outcome }) => outcome === 'unknown').length;
  const value = Number(sight?.value ?? '0');
  if (value >= done && value <= done + unknown && (sight?.version ?? 0) === value) return null;
  return (
    `${subject} stands at ${String(value)}, version ${String(sight?.version ?? 0)}; ` +
    `${String(done)} raises were acknowledged, ${String(unknown)} are unknown`
  );
}
