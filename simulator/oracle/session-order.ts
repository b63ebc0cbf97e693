/**
 * Revisions in the order of real time: whoever calls after another's answer gets a revision that is not
 * older, and a newer one for a change (the revision is the linearization point's number), which no other
 * change has, were they called at the same time. For stale reads: at least the revision asked for, at most what some node had applied by then.
 */
import type { Call } from './history.js';
import { describe } from './history.js';

export function sessionOrderObjection(calls: readonly Call[]): string | null {
  for (const call of calls) {
    const objection = staleObjection(call);
    if (objection !== null) return objection;
  }
  const linearizable = calls.filter(isLinearizable);
  return realTimeObjection(linearizable) ?? sharedRevisionObjection(linearizable);
}

function isLinearizable({ action, outcome }: Call): boolean {
  return outcome === 'ok' && !(action.kind === 'get' && action.stale);
}

function staleObjection(call: Call): string | null {
  const { action, answer, outcome } = call;
  if (action.kind !== 'get' || outcome !== 'ok' || answer === null) return null;
  if (answer.revision < action.minRevision) {
    return `older than revision ${String(action.minRevision)}, which was asked for: ${describe(call)}`;
  }
  if (answer.revision > call.newestRevision) {
    return `from the future, newest was ${String(call.newestRevision)}: ${describe(call)}`;
  }
  return null;
}

function realTimeObjection(calls: readonly Call[]): string | null {
  const byReturn = [...calls].sort((a, b) => a.returned - b.returned);
  const byInvocation = [...calls].sort((a, b) => a.invoked - b.invoked);
  let newest: Call | null = null;
  let at = 0;
  for (const call of byInvocation) {
    for (;;) {
      const earlier = byReturn[at];
      if (earlier === undefined || earlier.returned >= call.invoked) break;
      if (revisionOf(earlier) >= revisionOf(newest)) newest = earlier;
      at += 1;
    }
    if (newest === null) continue;
    const known = revisionOf(newest);
    if (revisionOf(call) < known || (changes(call) && revisionOf(call) === known)) {
      return `${describe(call)} came after ${describe(newest)}`;
    }
  }
  return null;
}

function sharedRevisionObjection(calls: readonly Call[]): string | null {
  const byRevision = new Map<number, Call>();
  for (const call of calls) {
    if (!changes(call)) continue;
    const other = byRevision.get(revisionOf(call));
    if (other !== undefined) return `${describe(call)} has the revision of ${describe(other)}`;
    byRevision.set(revisionOf(call), call);
  }
  return null;
}

function revisionOf(call: Call | null): number {
  return call?.answer?.revision ?? 0;
}

function changes({ action, answer }: Call): boolean {
  switch (action.kind) {
    case 'get':
      return false;
    case 'put':
      return true;
    case 'delete':
      return answer?.deleted === 1;
    case 'cas':
      return answer?.succeeded === true;
  }
}
