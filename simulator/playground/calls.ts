/** What callers asked for, and what became of it. */
import type { Settlement } from '#client/session';
import { fromText, toText } from '#kv';
import type { Action, Answer } from '../oracle/history.js';
import type { Act, CallSight, Via } from './types.js';

export type CallAct = Extract<Act, { readonly via: Via }>;
type Mutable = { -readonly [K in keyof CallSight]: CallSight[K] };

export class Calls {
  private readonly calls: Mutable[] = [];

  get all(): readonly CallSight[] {
    return this.calls.map((call) => ({ ...call }));
  }

  /** Its number. */
  asked(act: CallAct, now: number): number {
    const call = this.calls.length + 1;
    this.calls.push({
      ...{ call, act, askedMs: now, doneMs: null, outcome: 'pending', code: '', message: '' },
      ...{ revision: 0, servedBy: 0, value: null, succeeded: null },
    });
    return call;
  }

  /** What is to be said of it. */
  done(number: number, settlement: Settlement, answer: Answer | null, now: number): string {
    const call = this.calls[number - 1];
    if (call === undefined) return '';
    call.doneMs = now;
    call.outcome = settlement.outcome;
    if (settlement.outcome !== 'ok' || answer === null) {
      if (settlement.outcome !== 'ok') {
        call.code = settlement.code;
        call.message = settlement.message;
      }
    } else {
      call.revision = answer.revision;
      call.servedBy = answer.servedBy;
      const value = answer.sight?.value ?? null;
      call.value = value === null ? null : shown(value);
      call.succeeded = answer.deleted === null ? answer.succeeded : answer.deleted > 0;
    }
    return wordsOf(call);
  }
}

export function actionOf(act: CallAct): Action {
  const subject = fromText(act.key);
  switch (act.type) {
    case 'set':
      return { kind: 'put', subject, pair: false, value: fromText(act.value) };
    case 'get':
      return { kind: 'get', subject, pair: false, stale: act.stale ?? false, minRevision: 0 };
    case 'delete':
      return { kind: 'delete', subject };
    case 'cas': {
      const expected = act.expected === null ? null : fromText(act.expected);
      return { kind: 'cas', subject, expected, value: fromText(act.value) };
    }
  }
}

export function whatOf(act: CallAct): string {
  switch (act.type) {
    case 'set':
      return `set ${act.key} = ${act.value}`;
    case 'get':
      return `${act.stale === true ? 'stale get' : 'get'} ${act.key}`;
    case 'delete':
      return `delete ${act.key}`;
    case 'cas':
      return `set ${act.key} = ${act.value} if it is ${act.expected ?? 'not there'}`;
  }
}

/** Bytes that are no text are shown as they are, one character for each. */
export function shown(bytes: string): string {
  return toText(bytes) ?? bytes;
}

function wordsOf(call: CallSight): string {
  const what = `call ${String(call.call)}, ${whatOf(call.act)}`;
  if (call.outcome === 'unknown')
    return `${what}: nobody knows whether it happened (${call.code}): ${call.message}`;
  if (call.outcome !== 'ok') return `${what}: ${call.outcome} (${call.code}): ${call.message}`;
  const by = `by #${String(call.servedBy)} at revision ${String(call.revision)}`;
  if (call.act.type === 'get') return `${what}: ${call.value ?? 'there is none'}, answered ${by}`;
  if (call.succeeded === false) return `${what}: it was not so, answered ${by}`;
  return `${what}: done, answered ${by}`;
}
