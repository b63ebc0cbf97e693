/** Judges what the clients saw. */
import { exactlyOnceObjection } from './exactly-once.js';
import type { Call, History, Sight } from './history.js';
import { describe } from './history.js';
import type { Operation } from './linearizability.js';
import { checkLinearizable } from './linearizability.js';
import type { RegisterInput, RegisterOutput } from './register.js';
import { registerModel } from './register.js';
import { sessionOrderObjection } from './session-order.js';
import type { Witness } from './witness.js';

export { History } from './history.js';
export type { Action, Answer, Call, Sight } from './history.js';
export { Witness } from './witness.js';

export interface Judgement {
  /** What is wrong, for people; null if nothing is. */
  readonly objection: string | null;
  /** Calls whose key's history was decided. */
  readonly checked: number;
  /** Keys whose search was given up. */
  readonly undecided: number;
}

export function judge(
  history: History,
  witness: Witness,
  final: ReadonlyMap<string, Sight>,
): Judgement {
  const subjects = history.bySubject();
  let checked = 0;
  let undecided = 0;
  const objection =
    witnessObjection(history, witness) ??
    sessionOrderObjection(history.calls) ??
    exactlyOnceObjection(subjects, final);
  if (objection !== null) return { objection, checked, undecided };
  for (const [subject, calls] of subjects) {
    const relevant = calls.filter(isRelevant);
    const verdict = checkLinearizable(registerModel, relevant.map(operationOf));
    if (verdict.kind === 'illegal') {
      return { objection: explain(subject, relevant, verdict.stuck), checked, undecided };
    }
    if (verdict.kind === 'undecided') undecided += 1;
    else checked += relevant.length;
  }
  return { objection: null, checked, undecided };
}

function witnessObjection(history: History, witness: Witness): string | null {
  for (const call of history.calls) {
    const objection = call.outcome === 'ok' ? witness.objection(call) : null;
    if (objection !== null) return objection;
  }
  return null;
}

/** Stale reads are judged by what they are promised; what never happened must have left no trace. */
function isRelevant({ action, outcome }: Call): boolean {
  if (outcome === 'ok') return !(action.kind === 'get' && action.stale);
  return outcome === 'unknown' && action.kind !== 'get';
}

function operationOf(call: Call): Operation<RegisterInput, RegisterOutput> {
  const { action, answer } = call;
  const { invoked, returned } = call;
  const output = call.outcome === 'ok' && answer !== null ? outputOf(call) : undefined;
  switch (action.kind) {
    case 'get':
      return { invoked, returned, input: { kind: 'get' }, output };
    case 'put':
      return { invoked, returned, input: { kind: 'put', value: action.value }, output };
    case 'delete':
      return { invoked, returned, input: { kind: 'delete' }, output };
    case 'cas': {
      const { expected, value } = action;
      return { invoked, returned, input: { kind: 'cas', expected, value }, output };
    }
  }
}

function outputOf({ action, answer }: Call): RegisterOutput {
  switch (action.kind) {
    case 'get':
      return {
        kind: 'get',
        value: answer?.sight?.value ?? null,
        version: answer?.sight?.version ?? 0,
      };
    case 'put':
      return { kind: 'put' };
    case 'delete':
      return { kind: 'delete', deleted: answer?.deleted ?? 0 };
    case 'cas':
      return { kind: 'cas', succeeded: answer?.succeeded ?? false };
  }
}

function explain(subject: string, calls: readonly Call[], stuck: number): string {
  const culprit = calls[stuck];
  if (culprit === undefined) return `${subject} is not linearizable`;
  // The calls around it are where to look.
  const near = calls
    .filter(
      ({ invoked, returned }) => invoked <= culprit.returned && returned >= culprit.invoked - 40,
    )
    .slice(-30);
  return [
    `${subject} is not linearizable; no order passes ${describe(culprit)}`,
    ...near.map((call) => `    ${describe(call)}`),
  ].join('\n');
}
