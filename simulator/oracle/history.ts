/** What the clients asked and were told, in the order in which it happened. */

/** What a caller asks for. A `pair` is two keys that are only ever written together. */
export type Action =
  | {
      readonly kind: 'put';
      readonly subject: string;
      readonly pair: boolean;
      readonly value: string;
    }
  | { readonly kind: 'delete'; readonly subject: string }
  | {
      readonly kind: 'get';
      readonly subject: string;
      readonly pair: boolean;
      readonly stale: boolean;
      readonly minRevision: number;
    }
  /** Puts `value` if the present one is `expected`; null: if there is none. */
  | {
      readonly kind: 'cas';
      readonly subject: string;
      readonly expected: string | null;
      readonly value: string;
    };

/** What a read saw of a subject. */
export interface Sight {
  readonly value: string | null;
  readonly version: number;
  readonly modRevision: number;
}

export interface Answer {
  /** The store's revision when it was done. */
  readonly revision: number;
  readonly servedBy: number;
  /** Of a get, and of a cas that did not succeed. */
  readonly sight: Sight | null;
  readonly succeeded: boolean | null;
  readonly deleted: number | null;
}

export interface Call {
  readonly id: number;
  readonly caller: number;
  readonly action: Action;
  /** Moments are unique and rise; times are milliseconds of the world. */
  readonly invoked: number;
  readonly invokedAt: number;
  returned: number;
  returnedAt: number;
  /** `none`: it did not happen, and never will. */
  outcome: 'pending' | 'ok' | 'none' | 'unknown';
  code: string;
  answer: Answer | null;
  /** The highest revision that any node had applied when the answer came. */
  newestRevision: number;
  /** How often it was asked for again under its number. */
  repeats: number;
}

export class History {
  readonly calls: Call[] = [];
  private moment = 0;

  invoke(caller: number, action: Action, now: number): Call {
    const call: Call = {
      id: this.calls.length,
      caller,
      action,
      invoked: ++this.moment,
      invokedAt: now,
      returned: Infinity,
      returnedAt: Infinity,
      outcome: 'pending',
      code: '',
      answer: null,
      newestRevision: 0,
      repeats: 0,
    };
    this.calls.push(call);
    return call;
  }

  settle(call: Call, outcome: 'ok' | 'none' | 'unknown', code: string, now: number): void {
    call.outcome = outcome;
    call.code = code;
    call.returnedAt = now;
    call.returned = outcome === 'unknown' ? Infinity : ++this.moment;
  }

  /** By subject, each in order of invocation. */
  bySubject(): Map<string, Call[]> {
    const subjects = new Map<string, Call[]>();
    for (const call of this.calls) {
      const calls = subjects.get(call.action.subject);
      if (calls === undefined) subjects.set(call.action.subject, [call]);
      else calls.push(call);
    }
    return subjects;
  }
}

/** A line for people. */
export function describe(call: Call): string {
  const { action, answer } = call;
  const what =
    action.kind === 'get'
      ? `${action.stale ? 'stale get' : 'get'} ${action.subject}`
      : action.kind === 'delete'
        ? `delete ${action.subject}`
        : action.kind === 'put'
          ? `put ${action.subject}=${action.value}`
          : `cas ${action.subject} ${action.expected ?? '(none)'} -> ${action.value}`;
  const sight = answer?.sight;
  const saw =
    sight === null || sight === undefined
      ? ''
      : ` saw ${sight.value ?? '(none)'} v${String(sight.version)} @${String(sight.modRevision)}`;
  const done =
    answer?.succeeded === null || answer === null ? '' : ` succeeded=${String(answer.succeeded)}`;
  const by = answer === null ? '' : ` r${String(answer.revision)} by ${String(answer.servedBy)}`;
  return (
    `#${String(call.id)} caller ${String(call.caller)} [${call.invokedAt.toFixed(1)}, ` +
    `${call.returnedAt.toFixed(1)}] ${what}: ${call.outcome} ${call.code}${saw}${done}${by}`
  );
}
